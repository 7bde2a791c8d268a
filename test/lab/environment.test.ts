import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { pause } from '../../src/world/pause.js';
import { bringUp, createTestLab } from './lab.js';
import { labProcesses } from './machine.js';

/** Hides programs, in a mount namespace that only the command sees: they are there, but nobody can run them. */
function without(...programs: string[]): string[] {
  const hide = `PATH="$PATH:/usr/sbin:/sbin"; for p in ${programs.join(' ')}; do
    for file in $(which -a $p); do mount --bind /dev/null "$(readlink -f $file)" || exit; done; done; exec "$@"`;
  return ['unshare', '--user', '--map-root-user', '--mount', '--', 'sh', '-c', hide, 'without'];
}

/** An ordinary user in a container that allows no further user namespaces. */
const confined = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--keep-caps', '--', 'sh', '-c'].concat(
  'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"',
  'confined',
);

/** A folder with programs that say something and fail, to be put first on the PATH. */
function failing(t: ExecutionContext, programs: readonly string[], says: string, code: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubewire-tools-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const program of programs) {
    writeFileSync(join(folder, program), `#!/bin/sh\ncat > /dev/null; echo "${program}: ${says}" >&2; exit ${code}\n`);
    chmodSync(join(folder, program), 0o755);
  }
  return `${folder}:${process.env.PATH}`;
}

interface Failure {
  title: string;
  through?: readonly string[];
  environment?: (t: ExecutionContext) => Record<string, string>;
  options?: readonly string[];
  exitCode: number;
  says: RegExp;
}

const noModules = "can't initialize iptables table 'nat': Table does not exist (do you need to insmod?)";
const failures: Failure[] = [
  {
    title: 'unshare and ip are not installed',
    through: without('ip', 'nsenter'),
    exitCode: 10,
    says: /^lab: nsenter, ip not found \(package util-linux, iproute2\); install what is missing with: scripts\/provision$/,
  },
  {
    title: 'iptables is not installed',
    through: without('iptables-legacy-restore', 'iptables-nft-restore'),
    exitCode: 10,
    says: /^lab: iptables-legacy-restore, iptables-nft-restore not found \(package iptables\); install/,
  },
  {
    title: 'user namespaces are not allowed',
    through: confined,
    exitCode: 11,
    says: /^lab: this user may not make namespaces here \(unshare: .*\); run as root, or allow it: sysctl/,
  },
  {
    title: 'the kernel has no nat table',
    environment: (t) => ({ PATH: failing(t, ['iptables-legacy', 'iptables-nft'], noModules, 3) }),
    exitCode: 12,
    says: /^lab: iptables cannot list a nat table \(neither legacy nor nft works here\); install the package iptables, or load/,
  },
  {
    title: 'the kernel lacks the variant asked for',
    environment: (t) => ({ PATH: failing(t, ['iptables-nft'], noModules, 3) }),
    options: ['--iptables', 'nft'],
    exitCode: 12,
    says: /^lab: iptables-nft cannot list a nat table \(usable here: legacy\)/,
  },
  {
    title: 'the kernel lacks a match that the rules need',
    environment: (t) => ({
      PATH: failing(
        t,
        ['iptables-legacy-restore'],
        'line 7: Extension statistic revision 0 not supported, missing kernel module?',
        2,
      ),
    }),
    options: ['--iptables', 'legacy'],
    exitCode: 12,
    says: /^lab: iptables-legacy-restore in k8s-\w+: .*Extension statistic .*; the rules need the matches comment, statistic/,
  },
  {
    title: 'the state directory cannot be written',
    environment: () => ({ KUBEWIRE_STATE: '/etc/hostname/labs' }),
    exitCode: 16,
    says: /^lab: cannot use the state directory \/etc\/hostname\/labs\/\S+ \(ENOTDIR\); remove it, or name another place/,
  },
  {
    title: 'the state directory is too deep for a socket',
    environment: () => ({ KUBEWIRE_STATE: `/tmp/${'deep'.repeat(30)}` }),
    exitCode: 16,
    says: /\(its path is too long\)/,
  },
];

for (const { title, through, environment, options = [], exitCode, says } of failures) {
  test(`refused in one line with a code of its own: ${title}`, async (t) => {
    const lab = createTestLab(t, { ...(through && { through }), ...(environment && { environment: environment(t) }) });
    const result = await lab.lab('up', '--no-shell', '-f', 'lab/workshop/01-nodeport.yaml', ...options);
    t.is(result.exitCode, exitCode, result.stderr);
    const complaints = result.stderr.split('\n').filter((line) => line.startsWith('lab: '));
    t.is(complaints.length, 1, result.stderr);
    t.regex(complaints[0] ?? '', says);
    t.deepEqual(labProcesses(lab.name), [], 'no process is left');
    t.deepEqual(readdirSync(lab.state), [], 'no state is left');
  });
}

test('what a dead lab left behind does not stop the next one', async (t) => {
  const lab = createTestLab(t);
  mkdirSync(join(lab.state, lab.name, 'scratch/upper'), { recursive: true });
  for (const file of ['control.sock', 'lock']) writeFileSync(join(lab.state, lab.name, file), '');
  writeFileSync(join(lab.state, lab.name, 'status.json'), '{"name": "cut off');
  t.is((await lab.lab('status')).exitCode, 13);
  await bringUp(t, lab);
  t.is((await lab.lab('status')).exitCode, 0);
});

test('down waits for a lab that is being brought up, and takes it down', async (t) => {
  const lab = createTestLab(t);
  const up = lab.lab('up', '--no-shell');
  for (let waited = 0; waited < 5000 && !existsSync(join(lab.state, lab.name, 'lock')); waited += 5) await pause(5);
  const downs = await Promise.all([lab.lab('down'), lab.lab('down')]);
  t.deepEqual(
    downs.map(({ exitCode, stderr }) => [exitCode, stderr]),
    [
      [0, ''],
      [0, ''],
    ],
  );
  await up;
  t.deepEqual(labProcesses(lab.name), []);
  t.deepEqual(readdirSync(lab.state), []);
});

test('a daemon that does not answer is ended all the same', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab);
  process.kill(lab.status().pid, 'SIGSTOP');
  t.is((await lab.lab('down')).exitCode, 0);
  t.deepEqual(labProcesses(lab.name), []);
});

test('two commands that bring the same lab up at once make one lab', async (t) => {
  const lab = createTestLab(t);
  const both = await Promise.all([1, 2].map(() => lab.lab('up', '--no-shell')));
  t.deepEqual(both.map(({ exitCode }) => exitCode).sort(), [0, 14]);
  t.regex(both.map(({ stderr }) => stderr).join(), /lab: lab "\S+" is just being brought up by another command/);
  const launchers = labProcesses(lab.name).filter(({ command }) => command.startsWith('unshare '));
  t.is(launchers.length, 1);
  t.is((await lab.lab('exec', 'k8s-node1', '--', 'true')).exitCode, 0);
});
