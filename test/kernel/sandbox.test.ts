import test from 'ava';
import { runInLab } from './in-lab.js';

interface Output {
  exitCode: number;
  signal?: number;
  stdout: string;
  stderr: string;
}

interface Observed extends Record<string, unknown> {
  identity: Output;
  processes: Output;
  write: Output;
  elsewhere: Output;
  onMachine: boolean[];
  cat: Output;
  noStdin: Output;
  exitCode: Output;
  signal: Output;
  missing: Output;
  cwd: Output;
  devices: Output;
  terminal: { exitCode: number; screen: string };
  besideJob: Output;
  job: { exitCode: number; jobOutput: string };
  deafStillRuns: number;
  badBind: string;
  node: Output;
  nodeOnMachine: boolean;
  left: string[];
}

let seen: Observed;
test.before(async () => {
  seen = await runInLab<Observed>('sandbox');
});

test('a sandbox has its own hostname, files, network and environment', (t) => {
  t.regex(seen.identity.stdout, /^web\n10\.0\.0\.1 web\nweb\nhello\n\d+\n0\n\/\nlo\n$/);
  t.is(seen.cwd.stdout, '/usr\n');
});

test('only its own processes are seen in it', (t) => {
  t.deepEqual(
    seen.processes.stdout
      .trim()
      .split('\n')
      .filter((name) => !['ps', 'sort', 'uniq'].includes(name)),
    ['sh', 'sleep'],
  );
});

test('what is written in it stays in it', (t) => {
  t.is(seen.write.exitCode, 0);
  t.is(seen.write.stdout, '/var/ready\n\n/opt/d:\n');
  t.is(seen.elsewhere.stdout, 'other\n');
  t.is(seen.elsewhere.stderr.split('\n').filter((line) => line.includes('No such file')).length, 3);
  t.deepEqual(seen.onMachine, [false, false, false]);
});

test('streams, exit codes and signals come back', (t) => {
  t.is(seen.cat.stdout, 'typed\n');
  t.is(seen.noStdin.stdout, '');
  t.is(seen.exitCode.exitCode, 7);
  t.like(seen.signal, { exitCode: 137, signal: 9 });
  t.like(seen.missing, { exitCode: 127, stderr: 'exec: "no-such-program": executable file not found in $PATH\n' });
});

test('a terminal has a size, a name, job control, and an end', (t) => {
  const { screen, exitCode } = seen.terminal;
  for (const shown of ['40 100\r\n', '/dev/pts/0\r\n', '42\r\n', '25 81\r\n', 'interrupted 130\r\n'])
    t.true(screen.includes(shown), shown);
  t.is(exitCode, 0);
  t.is(seen.devices.stdout, '4\n/dev/pts/0\r\n', 'programs inside can open terminals of their own');
});

test('a command that is the sandbox is process 1: it hears SIGTERM only if it listens', (t) => {
  t.like(seen.job, { exitCode: 5, jobOutput: 'pid 1\nbye\n' });
  t.is(seen.besideJob.stdout, '      1 sh\n');
  t.is(seen.deafStillRuns, 0);
  t.deepEqual(seen['deaf'], { exitCode: 137, signal: 9 });
});

test('removing a sandbox ends what runs in it and leaves no file', (t) => {
  t.deepEqual(seen['longEnded'], { exitCode: 137, signal: 9 });
  t.deepEqual(seen.left, []);
});

test('a sandbox that cannot be built says why', (t) => {
  t.regex(seen.badBind, /\/no\/such/);
  t.is(seen['badProgram'], 'exec: "no-such-program": executable file not found in $PATH');
});

test('a shell on a node sees the machine, with an /etc of its own', (t) => {
  t.regex(seen.node.stdout, /^10\.0\.0\.1 node1\nnode1\nsees the machine\n\/etc\/only-here\n/);
  t.false(seen.nodeOnMachine);
});
