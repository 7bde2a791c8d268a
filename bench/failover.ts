/**
 * How long nobody answers at a LoadBalancer address when its speaker is killed, its node's cable is pulled or its node is
 * off, and how long when it comes back: the longest gap between two answered requests, asked one after the other.
 *
 * Floor: the same loop with nothing wrong, whose gaps are what one request takes.
 */
import { execa } from 'execa';
import type { BenchContext, Benchmark, Figure } from './contract.js';
import { benchName, lab, withLab } from './lab.js';

const address = '192.168.56.128';
const winner = 'k8s-node3';
const faults = [
  { title: 'its speaker is killed', kind: 'speaker', breaks: 'kill', mends: 'start' },
  { title: 'its cable is pulled', kind: 'link', breaks: 'down', mends: 'up' },
  { title: 'its node is off', kind: 'node', breaks: 'down', mends: 'up' },
] as const;

/** Budgets: a second in `fast`; MetalLB calls more than ten seconds a bug (docs, concepts/layer2). */
const modes = [
  { liveness: 'fast', window: 4, budget: 1000 },
  { liveness: 'memberlist', window: 14, budget: 10_000 },
] as const;

const pool = `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: bench, namespace: metallb-system }
spec: { addresses: [192.168.56.128/26] }
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: bench, namespace: metallb-system }
`;

/** Prints the time of each answer, in milliseconds, for so many seconds. */
const LOOP = `end=$(($(date +%s%3N) + $0 * 1000))
while [ $(date +%s%3N) -lt $end ]; do
  curl -s -o /dev/null --connect-timeout 0.2 --max-time 0.4 ${address} && date +%s%3N
done; true`;

/** The longest gap while `change` happens, milliseconds. */
async function longestGap(name: string, seconds: number, change: () => Promise<unknown>): Promise<number> {
  const loop = lab(name, ['exec', 'host', '--', 'sh', '-c', LOOP, String(seconds)]);
  await execa('sleep', ['0.5']);
  await change();
  const times = (await loop).split('\n').map(Number);
  const gaps = times.map((time, index) => time - (times[index - 1] ?? time));
  // The window's end counts as an answer that did not come.
  return times.length < 2 ? seconds * 1000 : Math.max(...gaps);
}

async function ready(name: string, liveness: string): Promise<void> {
  await lab(name, ['kubectl', 'apply', '-f', '-'], pool);
  await lab(name, ['kubectl', 'patch', 'svc', 'whoami-svc', '-p', '{"spec":{"type":"LoadBalancer"}}']);
  const speakers = ['-n', 'metallb-system'];
  await lab(name, ['kubectl', ...speakers, 'set', 'env', 'daemonset/speaker', `KUBEWIRE_LIVENESS=${liveness}`]);
  await lab(name, ['kubectl', ...speakers, 'rollout', 'status', '--timeout=60s', 'daemonset/speaker']);
  await announcing(name, winner);
}

async function announcing(name: string, node: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (new RegExp(`${node} +answers`).test(await lab(name, ['arp']))) return;
  }
  throw new Error(`${node} never announced ${address}`);
}

async function inMode({ runs, progress }: BenchContext, mode: (typeof modes)[number]): Promise<Figure[]> {
  const name = benchName('failover');
  const { liveness, window, budget } = mode;
  const manifests = ['-f', 'lab/metallb-native.yaml', 'lab/workshop/03-whoami.yaml'];
  return withLab(name, manifests, async () => {
    await ready(name, liveness);
    const calm: number[] = [];
    for (let run = 0; run < runs; run += 1) calm.push(await longestGap(name, 2, async () => undefined));
    const floor = { title: 'nothing wrong', values: calm };
    const figures: Figure[] = [];
    for (const { title, kind, breaks, mends } of faults) {
      progress(`failover, ${liveness}: ${title}`);
      const [lost, back]: [number[], number[]] = [[], []];
      for (let run = 0; run < runs; run += 1) {
        lost.push(await longestGap(name, window, () => lab(name, ['fault', kind, winner, breaks])));
        back.push(await longestGap(name, window, () => lab(name, ['fault', kind, winner, mends])));
        await announcing(name, winner);
      }
      const limit = { kind: 'absolute', limit: budget } as const;
      figures.push({ title: `${liveness}: ${title}`, unit: 'ms', measured: lost, floor, budget: limit });
      figures.push({ title: `${liveness}: … and is mended`, unit: 'ms', measured: back, floor, budget: limit });
    }
    return figures;
  });
}

async function run(context: BenchContext): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const mode of modes) figures.push(...(await inMode(context, mode)));
  return figures;
}

export const benchmark: Benchmark = { name: 'failover', run };
