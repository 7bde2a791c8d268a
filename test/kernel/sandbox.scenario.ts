/** Two sandboxes side by side: what each sees, what it writes, how its processes end. */
import { existsSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNamespace } from '../../src/kernel/netns.js';
import { createSandbox, type MachineSandbox, type SandboxCommand, type SandboxExit } from '../../src/kernel/sandbox.js';
import { mountScratch, unmountScratch } from '../../src/kernel/scratch.js';

const scratch = mkdtempSync(join(tmpdir(), 'scratch-'));
mountScratch(scratch);
const env = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', GREETING: 'hello' };

interface Output extends SandboxExit {
  stdout: string;
  stderr: string;
}

async function output(
  sandbox: MachineSandbox,
  argv: string[],
  more: Partial<SandboxCommand> = {},
  input?: string,
): Promise<Output> {
  const child = sandbox.run({ argv, env, stdin: input !== undefined, ...more });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    text.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.stderr += chunk;
  });
  if (input !== undefined) child.stdin.end(input);
  return { ...(await child.ended), ...text };
}

const make = (id: string, more = {}): Promise<MachineSandbox> =>
  createSandbox({
    id,
    scratch,
    network: createNamespace(id),
    hostname: id,
    files: { '/etc/hosts': `10.0.0.1 ${id}\n`, '/etc/hostname': `${id}\n` },
    ...more,
  });

const before = performance.now();
const web = await make('web');
const madeIn = performance.now() - before;
const other = await make('other');
const sh = (script: string): string[] => ['sh', '-c', script];

const seen: Record<string, unknown> = {
  madeIn,
  identity: await output(
    web,
    sh('hostname; cat /etc/hosts /etc/hostname; echo $GREETING; echo $$; id -u; pwd; ls /sys/class/net'),
  ),
  processes: await output(web, sh('ps -e -o comm= | sort | uniq')),
  write: await output(
    web,
    sh(
      'touch /var/ready /var/log/y /tmp/x /etc/new && mkdir /opt/d && rmdir /opt/d && mkdir /opt/d && ls /opt/d /var/ready',
    ),
  ),
  elsewhere: await output(other, sh('ls /var/ready /tmp/x /etc/new; hostname')),
  onMachine: [existsSync('/var/ready'), existsSync('/etc/new'), existsSync('/opt/d')],
  cat: await output(web, ['cat'], {}, 'typed\n'),
  noStdin: await output(web, ['cat']),
  exitCode: await output(web, sh('exit 7')),
  signal: await output(web, sh('kill -KILL $$')),
  missing: await output(web, ['no-such-program']),
  cwd: await output(web, ['pwd'], { cwd: '/usr' }),
  devices: await output(
    web,
    sh('echo x > /dev/null; head -c 4 /dev/zero | wc -c; ls /dev/pts/ptmx >/dev/null && script -qc "tty" /dev/null'),
  ),
};

const terminal = web.run({ argv: ['sh'], env: { ...env, PS1: '# ' }, tty: true, stdin: true, columns: 100, rows: 40 });
let screen = '';
terminal.stdout.on('data', (chunk) => {
  screen += chunk;
});
/** Resolves when the text is on the screen; the test's time-out ends a wait that is in vain. */
const shown = async (text: string) => {
  while (!screen.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
};
terminal.stdin.write('stty size; tty; echo $((6*7))\r');
await shown('\n42\r\n');
terminal.resize(81, 25);
terminal.stdin.write('stty size; echo now; sleep 100\r');
await shown('\nnow\r\n');
terminal.stdin.write('\x03');
await shown('^C');
terminal.stdin.write('echo interrupted $?\r');
terminal.stdin.end();
seen['terminal'] = { ...(await terminal.ended), screen };

const long = web.run({ argv: ['sleep', '1000'], env });
const job = await make('job', {
  init: { argv: sh('echo pid $$; trap "echo bye; exit 5" TERM; while :; do sleep 0.05; done'), env },
});
let jobOutput = '';
job.init.stdout.on('data', (chunk) => {
  jobOutput += chunk;
});
seen['besideJob'] = await output(job, sh('ps -e -o pid= -o comm= | head -1'));
job.init.kill('SIGTERM', true);
seen['job'] = { ...(await job.init.ended), jobOutput };
await job.remove();
const deaf = await make('deaf', { init: { argv: ['sleep', '1000'], env } });
deaf.init.kill('SIGTERM', true);
await new Promise((resolve) => setTimeout(resolve, 100));
seen['deafStillRuns'] = (await output(deaf, ['true'])).exitCode;
await deaf.remove();
seen['deaf'] = await deaf.init.ended;
seen['badBind'] = await make('bad', { binds: [{ source: '/no/such', target: '/data' }] }).then(
  () => 'made',
  (error: Error) => error.message,
);

seen['badProgram'] = await make('bad2', { init: { argv: ['no-such-program'], env } }).then(
  () => 'made',
  (error: Error) => error.message,
);

const node = await make('node1', { root: 'machine', processes: 'daemon' });
seen['node'] = await output(
  node,
  sh(
    `cat /etc/hosts; hostname; test -d ${process.cwd()} && echo sees the machine; echo 1 > /etc/only-here && ls /etc/only-here; ps -e -o pid= | wc -l`,
  ),
);
seen['nodeOnMachine'] = existsSync('/etc/only-here');

await Promise.all([web.remove(), other.remove(), node.remove()]);
seen['longEnded'] = await long.ended;
seen['left'] = readdirSync(scratch);
unmountScratch(scratch);
rmdirSync(scratch);
console.log(JSON.stringify(seen));
process.exit(0);
