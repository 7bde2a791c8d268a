/** FRR's daemons, changed by commands from plan to plan, against others that start with each plan: what they say they are. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Frr } from '../../src/kernel/frr.js';
import { createNamespace } from '../../src/kernel/netns.js';
import type { BgpNode } from '../../src/metallb/bgp/contract.js';
import { bfddConfig, bgpdConfig, profilesOf } from '../../src/metallb/bgp/frr.js';
import { bfddCommands, bgpdCommands } from '../../src/metallb/bgp/reload.js';
import { node, route, session } from '../metallb/bgp-objects.js';

const bfd = { name: 'fast', receiveInterval: 100 };
const other = { name: 'other', address: '192.168.56.253', bfd };
const [a, b, c] = ['10.99.0.0/32', '10.99.0.1/32', '10.99.0.128/25'] as const;
const quiet = { communities: ['65535:65281'] };

const plans: BgpNode[] = [
  node(session({ bfd })),
  node(session({ bfd, routes: [route(a)] })),
  node(session({ bfd, routes: [route(a, quiet), route(b, { localPref: 200 })] })),
  node(session({ bfd, routes: [route(a, quiet), route(b, { communities: ['large:1:2:3', ...quiet.communities] })] })),
  node(session({ bfd, routes: [route(a)] }), session({ ...other, routes: [route(c, { localPref: 50 })] })),
  node(session({ bfd, password: 'x', timers: { keepalive: 3, hold: 9 } }), session({ ...other, routes: [route(a)] })),
  node(session({ bfd: { name: 'fast', transmitInterval: 50, passiveMode: true }, ebgpMultiHop: true })),
  node(session({ bfd })),
];

const directory = join(tmpdir(), `kubewire-frr-${process.pid}`);

async function start(name: string, plan: BgpNode): Promise<Frr> {
  const configs = { zebra: 'hostname n\n', bfdd: bfddConfig('n', profilesOf(plan)), bgpd: bgpdConfig('n', plan) };
  const frr = new Frr({ namespace: createNamespace(name), directory: join(directory, name), configs, listens: false });
  await frr.start();
  return frr;
}

async function shown(frr: Frr): Promise<string[]> {
  const texts = await Promise.all((['bfdd', 'bgpd'] as const).map((one) => frr.vtysh(one, ['show running-config'])));
  const lines = texts.flatMap(({ stdout }) => stdout.split('\n')).filter((line) => !line.startsWith('hostname'));
  // The numbers of entries tell in which order they came.
  return lines.map((line) => line.replace(/ seq \d+/, '')).sort();
}

const running = await start('running', plans[0]!);
const differing: object[] = [];
const lines: number[] = [];
for (const [index, plan] of plans.entries()) {
  const before = plans[index - 1] ?? plan;
  await running.change('bfdd', bfddCommands(before, plan));
  await running.change('bgpd', bgpdCommands(before, plan));
  const fresh = await start(`fresh${index}`, plan);
  const [changed, expected] = [await shown(running), await shown(fresh)];
  const extra = changed.filter((line) => !expected.includes(line));
  const missing = expected.filter((line) => !changed.includes(line));
  if (extra.length + missing.length > 0) differing.push({ index, extra, missing });
  lines.push(changed.length);
  await fresh.kill();
}
await running.kill();
console.log(JSON.stringify({ lines, differing }));
process.exit(0);
