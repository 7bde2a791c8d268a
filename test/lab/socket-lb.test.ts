/**
 * Services at the socket, with real programs in a real kernel. Where they cannot run (no root, no clang or bpftool, a kernel
 * that refuses) the one line that says so is what is tested.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import type { SocketLine } from '../../src/cluster/socket-report.js';
import { systemPath } from '../../src/kernel/process.js';
import { ask, bringUp, createTestLab, type TestLab } from './lab.js';

const manifest = 'test/lab/manifests/pods.yaml';
const service = (number: number) => `10.104.0.${number}`;

async function hasTool(tool: string): Promise<boolean> {
  const looked = systemPath.split(':').map((folder) => access(`${folder}/${tool}`));
  return Promise.any(looked).then(
    () => true,
    () => false,
  );
}

/** The exit code of `lab up --socket-lb` here, but for a kernel that refuses. */
async function expectedCode(): Promise<number> {
  if (process.getuid?.() !== 0) return 11;
  return (await hasTool('clang')) && (await hasTool('bpftool')) ? 0 : 10;
}

const lines: Record<number, RegExp> = {
  10: /^lab: --socket-lb: (clang|bpftool)( and bpftool)? not found; install the packages clang and bpftool /m,
  11: /^lab: --socket-lb: only root may load eBPF programs; /m,
  12: /^lab: --socket-lb: this kernel refused: /m,
};

/** An unconnected UDP socket's question, and whom it believes to have answered. */
const unconnected = `const socket = require('node:dgram').createSocket('udp4');
  socket.on('message', (text, { address, port }) => { console.log(String(text), address, port); socket.close(); });
  socket.send('hello', 53, '${service(7)}');
  setTimeout(() => process.exit(1), 3000).unref();`;

/** How many endpoints a Service has on every node, once it is `wanted`; or what it has after a while. */
async function endpointsOnceThere(lab: TestLab, name: string, wanted: number): Promise<number | undefined> {
  let counts: number[] = [];
  for (let look = 0; look < 50; look++) {
    const held = JSON.parse((await lab.lab('socket-lb', '-o', 'json')).stdout) as SocketLine[];
    counts = held.filter(({ service }) => service === name).map(({ endpoints }) => endpoints.length);
    if (counts.length === 4 && counts.every((count) => count === wanted)) return wanted;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return Math.max(...counts);
}

/** The programs of a lab, by the kernel's numbers. */
async function programs(lab: TestLab): Promise<string[]> {
  const shown = await lab.on(
    'k8s-node1',
    'sh',
    '-c',
    `for p in ${lab.state}/${lab.name}/bpf/pinned/programs/*; do bpftool prog show pinned $p; done`,
  );
  return [...shown.matchAll(/^(\d+): cgroup_sock_addr/gm)].map(([, id = '']) => id);
}

test.serial(
  'connections to a ClusterIP go straight to a pod: no rule, no translation, the name they asked for',
  async (t) => {
    t.timeout(90_000);
    const lab = createTestLab(t);
    const up = () => lab.lab('up', '--no-shell', '--socket-lb', '-f', manifest);
    const first = await up();
    const expected = await expectedCode();
    // Only the kernel itself knows what it refuses: old ones, and those in a container that may not.
    t.true(first.exitCode === expected || (expected === 0 && first.exitCode === 12), first.stderr);
    const code = first.exitCode ?? 1;
    if (code !== 0) {
      t.log(`not run: ${first.stderr}`);
      return t.regex(first.stderr, lines[code] ?? /impossible/);
    }

    const run = async () => {
      const digest = (await lab.lab('digest', '-o', 'json')).stdout;
      const fromPod = await ask(lab, 'pod/client', `${service(1)} | head -1`, 7);
      return { digest, answers: [...fromPod, ...(await ask(lab, 'k8s-master', `${service(1)} | head -1`, 7))] };
    };
    const answers = await run();
    t.is(new Set(answers.answers).size, 6, 'every endpoint has its turn');
    const rules = await lab.on('k8s-node1', 'sh', '-c', 'iptables -t nat -nvL KUBE-SERVICES | grep 10.104.0');
    t.regex(rules, /default\/whoami cluster IP/);
    t.notRegex(rules, /^ *[1-9]/m, 'no rule was asked');
    t.is(await lab.on('k8s-node1', 'sh', '-c', `conntrack -L -d ${service(1)} 2>/dev/null; true`), '');
    const flows = await lab.on('k8s-node1', 'sh', '-c', 'conntrack -L -p tcp --dport 80 2>/dev/null');
    t.regex(flows, /src=(\S+) dst=(10\.1\S+) sport=(\d+) dport=80 src=\2 dst=\1 sport=80 dport=\3 /, 'the pod itself');
    const peer = await lab.on(
      'pod/client',
      'curl',
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{remote_ip} %{remote_port}',
      service(1),
    );
    t.is(peer, `${service(1)} 80`, 'getpeername');

    const nobody = await lab.lab('exec', 'pod/client', '--', 'curl', '-sv', '--max-time', '3', service(9));
    t.is(nobody.exitCode, 7);
    t.regex(nobody.stderr, /No route to host/);
    t.is(
      (await lab.lab('exec', 'k8s-master', '--', 'curl', '-s', '--max-time', '3', service(2))).exitCode,
      7,
      'Local, none here',
    );
    t.is(new Set(await ask(lab, 'pod/client', `${service(3)} | head -1`, 5)).size, 1, 'ClientIP affinity');
    const outside = await lab.lab('exec', 'host', '--', 'curl', '-s', '--max-time', '1', service(1));
    t.not(outside.exitCode, 0, 'host is no machine of the cluster');

    const connected = `exec 3<>/dev/udp/${service(7)}/53 && echo hello >&3 && timeout 2 head -n1 <&3`;
    t.regex(await lab.on('pod/client', 'bash', '-c', connected), /got "hello"/);
    const udp = await lab.on('k8s-node1', process.execPath, '-e', unconnected);
    t.regex(udp, new RegExp(`got "hello" from .*\\n ${service(7).replaceAll('.', '\\.')} 53$`));
    t.is((await lab.on('pod/client', 'dig', '+short', 'whoami.default.svc.cluster.local')).trim(), service(1));

    const shown = await lab.lab('socket-lb');
    t.regex(shown.stdout, /^k8s-node1 +default\/empty +10\.104\.0\.9:80 +TCP +<none> +- +0$/m);
    t.regex(shown.stdout, /^k8s-master +default\/whoami +10\.104\.0\.1:80 .* 7$/m, 'seven were sent somewhere');
    t.is((await lab.lab('kubectl', 'scale', 'deployment', 'whoami', '--replicas=1')).exitCode, 0);
    t.is((await lab.lab('proxy-mode', 'nftables')).exitCode, 0);
    t.is(await endpointsOnceThere(lab, 'default/whoami', 1), 1, 'the maps follow the endpoints, in every mode');
    t.is(new Set(await ask(lab, 'pod/client', `${service(1)} | head -1`, 3)).size, 1);

    const loaded = await programs(lab);
    t.is(loaded.length, 4);
    process.kill(lab.status().pid, 'SIGKILL');
    t.is((await lab.lab('down')).exitCode, 0);
    for (const id of loaded)
      t.not(
        (await execa('bpftool', ['prog', 'show', 'id', id], { reject: false, env: { PATH: systemPath } })).exitCode,
        0,
      );
    t.is((await up()).exitCode, 0);
    t.deepEqual(await run(), answers, 'digest and sequence of answers repeat');
  },
);

test.serial('a kernel that refuses, or a compiler without headers, ends the start in one line', async (t) => {
  const programs = mkdtempSync(join(tmpdir(), 'kubewire-refusing-'));
  t.teardown(() => rmSync(programs, { recursive: true }));
  const says = (program: string, code: number, words: string) =>
    writeFileSync(join(programs, program), `#!/bin/sh\necho "${words}" >&2\nexit ${code}\n`, { mode: 0o755 });
  const lab = createTestLab(t, { environment: { PATH: `${programs}:${process.env.PATH}` } });
  const root = process.getuid?.() === 0;
  says('clang', 0, '');
  says('bpftool', 255, 'libbpf: load bpf program failed: Operation not permitted\nsecond line');
  const refused = await lab.lab('up', '--no-shell', '--socket-lb');
  t.is(refused.exitCode, root ? 12 : 11);
  t.regex(refused.stderr, lines[refused.exitCode ?? 1] ?? /impossible/);
  if (root)
    t.regex(refused.stderr, /refused: libbpf: load bpf program failed: Operation not permitted; without --socket-lb /);
  says('clang', 1, "socket-lb.bpf.c:17:10: fatal error: 'linux/bpf.h' file not found");
  const uncompiled = await lab.lab('up', '--no-shell', '--socket-lb');
  t.is(uncompiled.exitCode, root ? 10 : 11);
  if (root)
    t.regex(
      uncompiled.stderr,
      /^lab: --socket-lb: clang cannot compile its program: .* is the package linux-libc-dev there/m,
    );
});

test.serial('an ordinary user is told in one line, and a lab without maps says so', async (t) => {
  const lab = createTestLab(t, { user: 'ordinary' });
  const refused = await lab.lab('up', '--no-shell', '--socket-lb');
  t.is(refused.exitCode, 11);
  t.regex(refused.stderr, lines[11] ?? /impossible/);
  await bringUp(t, lab);
  const without = await lab.lab('socket-lb');
  t.is(without.exitCode, 2);
  t.regex(without.stderr, /^lab: this lab was brought up without --socket-lb/);
});
