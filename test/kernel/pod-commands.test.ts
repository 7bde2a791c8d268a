import test from 'ava';
import { runInLab } from './in-lab.js';

interface Output {
  exitCode: number;
  stdout: string;
  stderr: string;
}

type Observed = Record<
  'hosts' | 'env' | 'stdin' | 'exit' | 'ready' | 'missing' | 'write' | 'read' | 'attached',
  Output
> & {
  followed: string;
  job: object;
  jobLogs: string;
  phase: string;
  entered: string;
  welcome: string;
  written: string;
  served: string;
  deafTook: number;
};

let seen: Observed;
test.before(async () => {
  seen = await runInLab<Observed>('pod-commands');
});

test('a command runs, is logged, and its exit code is in the status', (t) => {
  t.deepEqual(seen.followed.split('\n').sort(), ['', 'err', 'out', 'part'], 'follow ends with the container');
  t.is(seen.jobLogs.split('\n').length, 3, 'tail shows two lines');
  t.like(seen.job, { exitCode: 3, reason: 'Error' });
});

test('exec finds the files that a kubelet manages', (t) => {
  t.true(seen.hosts.stdout.startsWith('# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n'));
  t.true(seen.hosts.stdout.includes('10.111.156.70\tweb\n'));
  t.true(
    seen.hosts.stdout.endsWith(
      'nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\nweb\n',
    ),
  );
  t.is(seen.env.stdout, 'web\nweb\n');
});

test('exec carries stdin, stderr and exit codes, and what it writes stays for the next', (t) => {
  t.is(seen.stdin.exitCode, 2);
  t.regex(seen.stdin.stderr, /tar/);
  t.is(seen.exit.exitCode, 4);
  t.is(seen.ready.stdout, '/var/ready\n');
  t.is(seen.missing.exitCode, 127);
});

test('containers of a pod share its volumes; a ConfigMap is read-only', (t) => {
  t.is(seen.write.stdout, 'hi');
  t.regex(seen.write.stderr, /Read-only file system/);
  t.is(seen.read.stdout, 'shared\n');
});

test('a web server serves what is written into its container and what is mounted there', (t) => {
  t.regex(seen.welcome, /Welcome to nginx!/);
  t.is(seen.written, 'page of web\n');
  t.is(seen.served, 'hi');
});

test('attach talks to the container itself: terminal, size, end', (t) => {
  t.like(seen.attached, { exitCode: 0, stderr: '' }, 'the code is in the status, not at the end of the attachment');
  t.regex(seen.attached.stdout, /33 99\r\n/);
  t.is(seen.phase, 'Failed');
});

test('a command with a terminal of its own can enter a container', (t) => {
  t.is(seen.entered, 'web\n/var/ready\nsh\n');
});

test('a process that is deaf to SIGTERM is killed after the grace, at least 2 s', (t) => {
  t.true(seen.deafTook >= 1900 && seen.deafTook < 10_000, String(seen.deafTook));
});
