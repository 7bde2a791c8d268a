/**
 * MetalLB in BGP mode: how long until the router has a path to every node that announces, and how long a path outlives a node whose
 * cable is pulled, which nobody tells the router: with BFD, and with the hold time alone.
 *
 * Deaths are timed from the switch's port to the router's kernel, as each says so itself (`ip monitor`).
 */
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { BenchContext, Benchmark, Figure } from './contract.js';
import { benchName, lab, withLab } from './lab.js';
import { timed } from './measure.js';

const address = '10.99.0.0';
const routerAddress = '192.168.56.254';
const victim = 'k8s-node3';
/** Its port at the switch: the host has the first, then come the nodes. */
const port = 'port-4';
/** Milliseconds; what FRR waits for before it gives a neighbour up, and what it may have heard just before. */
const bfd = { interval: 100, losses: 3 };
const hold = { time: 3000, keepalive: 1000 };

const base = `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: bench, namespace: metallb-system }
spec: { addresses: [${address}/24] }
---
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: { name: bench, namespace: metallb-system }
---
apiVersion: metallb.io/v1beta1
kind: BFDProfile
metadata: { name: bench, namespace: metallb-system }
spec: { receiveInterval: ${bfd.interval}, transmitInterval: ${bfd.interval}, detectMultiplier: ${bfd.losses} }
`;

const peer = (settings: string) => `apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: { name: bench, namespace: metallb-system }
spec: { myASN: 64501, peerASN: 64500, peerAddress: ${routerAddress}, ${settings} }
`;

const apply = (name: string, text: string) => lab(name, ['kubectl', 'apply', '-f', '-'], text);

async function paths(name: string): Promise<number> {
  const routes = await lab(name, ['exec', 'router', '--', 'ip', 'route', 'show', address]);
  return routes.match(/via /g)?.length ?? 0;
}

async function neighboursUp(name: string): Promise<number> {
  const peers = await lab(name, ['vtysh', 'router', '-c', 'show bfd peers brief']);
  return peers.match(/ up +$/gm)?.length ?? 0;
}

const PATIENCE_MS = 60_000;

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await look())) if (performance.now() > end) throw new Error(`never: ${what}`);
}

const untilPaths = (name: string, number: number) =>
  until(`${number} paths`, async () => (await paths(name)) === number);

/** Longer than any death takes; what ends `lab exec` does not end what it runs. */
const MONITOR_SECONDS = 8;

/** When `ip monitor` on a machine first says something with these words, by `performance.now()`. */
function first(name: string, machine: string, object: string, words: string): Promise<number> {
  const command = ['timeout', String(MONITOR_SECONDS), 'ip', 'monitor', object];
  const { stdout } = execa('scripts/lab', ['--name', name, 'exec', machine, '--', ...command], { reject: false });
  const lines = createInterface({ input: stdout });
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => line.includes(words) && resolve(performance.now()));
    lines.once('close', () => reject(new Error(`${machine} never said: ${words}`)));
  });
}

/** Until a monitor has its socket: before that it hears nothing. */
const LISTENING_SECONDS = 1;

/** Milliseconds from the cut to the route without it. */
async function death(name: string): Promise<number> {
  const seen = Promise.all([first(name, 'switch', 'link', port), first(name, 'router', 'route', address)]);
  await execa('sleep', [String(LISTENING_SECONDS)]);
  await lab(name, ['fault', 'link', victim, 'down']);
  const [cut, gone] = await seen;
  await lab(name, ['fault', 'clear']);
  return gone - cut;
}

async function deaths(name: string, runs: number, whole: () => Promise<void>): Promise<number[]> {
  const measured: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    await whole();
    measured.push(await death(name));
  }
  return measured;
}

/** Milliseconds until three paths, from nothing: because the router starts, or because it is made known. */
async function appearances(
  name: string,
  runs: number,
  undo: string[],
  redo: () => Promise<unknown>,
): Promise<number[]> {
  const measured: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    await lab(name, undo);
    if (undo[0] === 'kubectl') await untilPaths(name, 0);
    const appearance = async () => {
      await redo();
      await untilPaths(name, 3);
    };
    measured.push(await timed(appearance));
  }
  return measured;
}

const absolute = (limit: number) => ({ kind: 'absolute', limit }) as const;

async function starts(name: string, { runs, progress }: BenchContext): Promise<Figure[]> {
  progress('bgp: three paths');
  const floor = { title: "one look at the router's routes", values: [await timed(() => paths(name))] };
  const forget = ['kubectl', '-n', 'metallb-system', 'delete', 'bgppeer', 'bench'];
  const known = await appearances(name, runs, forget, () => apply(name, peer('holdTime: 90s')));
  const started = await appearances(name, runs, ['router', 'down'], () => lab(name, ['router', 'up']));
  const figure = (title: string, measured: number[]): Figure => {
    return { title, unit: 'ms', measured, floor, budget: absolute(5000) };
  };
  return [figure('three paths after the peer is configured', known), figure('… and after the router starts', started)];
}

async function ends(name: string, { runs, progress }: BenchContext): Promise<Figure[]> {
  progress('bgp: a cable is pulled, with BFD');
  await apply(name, peer('bfdProfile: bench'));
  const watched = await deaths(name, runs, async () => {
    await untilPaths(name, 3);
    await until('BFD sessions', async () => (await neighboursUp(name)) === 4);
  });
  progress('bgp: a cable is pulled, without BFD');
  await apply(name, peer(`holdTime: ${hold.time}ms`));
  const unwatched = await deaths(name, runs, () => untilPaths(name, 3));
  const withBfd = { title: `${bfd.losses} packets of BFD`, values: [bfd.interval * (bfd.losses - 1)] };
  const without = { title: 'hold time less a keepalive', values: [hold.time - hold.keepalive] };
  return [
    { title: 'a pulled cable, with BFD', unit: 'ms', measured: watched, floor: withBfd, budget: absolute(500) },
    { title: '… with the hold time', unit: 'ms', measured: unwatched, floor: without, budget: absolute(hold.time) },
  ];
}

async function run(context: BenchContext): Promise<Figure[]> {
  const name = benchName('bgp');
  return withLab(name, ['-f', 'lab/metallb-native.yaml', 'lab/workshop/03-whoami.yaml'], async () => {
    await lab(name, ['router', 'up']);
    await apply(name, `${base}---\n${peer('holdTime: 90s')}`);
    await lab(name, ['kubectl', 'patch', 'svc', 'whoami-svc', '-p', '{"spec":{"type":"LoadBalancer"}}']);
    await untilPaths(name, 3);
    return [...(await starts(name, context)), ...(await ends(name, context))];
  });
}

export const benchmark: Benchmark = { name: 'bgp', run };
