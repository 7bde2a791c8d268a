/**
 * A lab in user-mode Linux, where its package is. One lab is asked everything: a boot takes seconds of the processor.
 */
import { existsSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { pause } from '../../src/world/pause.js';
import { ask, bringUp, createTestLab, type TestLab } from './lab.js';
import { labProcesses, machineState } from './machine.js';

const manifest = 'lab/workshop/01-nodeport.yaml';
const url = '192.168.56.103:30090/hostname';
const isInstalled = existsSync('/usr/bin/linux.uml');

async function untilGone(lab: TestLab): Promise<string[]> {
  for (let waited = 0; waited < 10_000 && labProcesses(lab.name).length > 0; waited += 50) await pause(50);
  return labProcesses(lab.name).map(({ command }) => command);
}

async function typed(lab: TestLab, input: string, ...words: string[]) {
  const env = { KUBEWIRE_STATE: lab.state, KUBEWIRE_LAB: lab.name };
  return execa('./scripts/lab', words, { env, input, reject: false, timeout: 30_000 });
}

/** IPVS by turns, replies through the node, and the kernel that says so. */
async function checkServices(t: ExecutionContext, lab: TestLab): Promise<void> {
  t.deepEqual(
    await ask(lab, 'host', url, 4),
    ['1', '2', '1', '2'].map((pod) => `Hostname : myweb${pod}`),
  );
  t.regex(await lab.on('k8s-node3', 'ipvsadm', '-Ln'), /^TCP {2}192\.168\.56\.103:30090 rr/m);
  t.regex(await lab.on('host', 'uname', '-r'), /^6\./);
  t.regex((await lab.lab('status')).stdout, /in user-mode Linux\nServices by ipvs \(iptables-legacy\)/);
}

/** Input, both outputs, exit codes and signals go through, on pipes and on a terminal. */
async function checkCommands(t: ExecutionContext, lab: TestLab): Promise<void> {
  const large = 'line\n'.repeat(40_000);
  const through = await typed(lab, large, 'exec', 'k8s-node1', '--', 'sh', '-c', 'cat; echo aside >&2; exit 7');
  t.deepEqual([through.stdout.length, through.stderr, through.exitCode], [large.length - 1, 'aside', 7]);
  t.is((await typed(lab, '', 'exec', 'host', '--', 'sh', '-c', 'kill -9 $$')).exitCode, 137);
  t.is((await typed(lab, '', 'exec', 'host', '--', 'no-such-program')).exitCode, 127);
  const line = `./scripts/lab exec k8s-node1 -- sh -c 'tty; stty size; exit 3'`;
  const env = { KUBEWIRE_STATE: lab.state, KUBEWIRE_LAB: lab.name };
  const onTerminal = await execa('script', ['-qec', `stty rows 33 cols 99; ${line}`, '/dev/null'], {
    ...{ env, reject: false, stdin: 'ignore', timeout: 30_000 },
  });
  t.is(onTerminal.exitCode, 3, onTerminal.stdout);
  t.regex(onTerminal.stdout, /\/dev\/pts\/\d+\s+33 99/);
}

test.serial('a lab in user-mode Linux has IPVS, is reached as any lab, and leaves nothing', async (t) => {
  t.timeout(180_000);
  const lab = createTestLab(t);
  if (!isInstalled) {
    const { exitCode, stderr } = await lab.lab('up', '--no-shell', '--kernel', 'uml');
    t.is(exitCode, 10);
    t.regex(
      stderr,
      /^lab: linux\.uml .*not found \(package user-mode-linux\); install it with: scripts\/provision --optional$/,
    );
    return;
  }
  const before = await machineState();
  await bringUp(t, lab, '-f', manifest, '--kernel', 'uml', '--proxy-mode', 'ipvs');
  await checkServices(t, lab);
  await checkCommands(t, lab);
  const pods = await lab.lab('kubectl', 'exec', 'myweb2', '--', 'hostname');
  t.is(pods.stdout, 'myweb2', pods.stderr);
  const nftables = await lab.lab('proxy-mode', 'nftables');
  t.is(nftables.exitCode, 12, nftables.stderr);
  t.is((await lab.lab('down')).exitCode, 0);
  t.deepEqual(await untilGone(lab), []);
  t.is(await machineState(), before);
});
