/**
 * How long nobody answers at a LoadBalancer address when its speaker is killed, its node's cable is pulled or its node is
 * off, and how long when it comes back: the longest gap between two answered requests, asked one after the other.
 *
 * Each try begins when all speakers see each other and the right one answers: a node that was cut off thinks itself alone for a
 * while after its cable is back, and a try that began then would measure that.
 *
 * Floor: the same loop with nothing wrong, whose gaps are what one request takes.
 */
import { execa } from 'execa';
import type { ArpReport } from '../src/cluster/arp-report.js';
import { type Answers, answersDuring, hasty, patient } from './answers.js';
import type { BenchContext, Benchmark, Figure } from './contract.js';
import { benchName, lab, withLab } from './lab.js';

const address = '192.168.56.128';
const winner = 'k8s-node3';
const second = 'k8s-node1';
const faults = [
  { title: 'its speaker is killed', kind: 'speaker', breaks: 'kill', mends: 'start' },
  { title: 'its cable is pulled', kind: 'link', breaks: 'down', mends: 'up' },
  { title: 'its node is off', kind: 'node', breaks: 'down', mends: 'up' },
] as const;
type Fault = (typeof faults)[number];

/** Budgets: a second in `fast`; MetalLB calls more than ten seconds a bug (docs, concepts/layer2). */
const modes = [
  { liveness: 'fast', budget: 1000 },
  { liveness: 'memberlist', budget: 10_000 },
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

async function ready(name: string, liveness: string): Promise<void> {
  await lab(name, ['kubectl', 'apply', '-f', '-'], pool);
  await lab(name, ['kubectl', 'patch', 'svc', 'whoami-svc', '-p', '{"spec":{"type":"LoadBalancer"}}']);
  const speakers = ['-n', 'metallb-system'];
  await lab(name, ['kubectl', ...speakers, 'set', 'env', 'daemonset/speaker', `KUBEWIRE_LIVENESS=${liveness}`]);
  await lab(name, ['kubectl', ...speakers, 'rollout', 'status', '--timeout=60s', 'daemonset/speaker']);
}

/** Longer than any rejoin of memberlist's takes. */
const PATIENCE_SECONDS = 120;
const LOOK_EVERY_SECONDS = 0.5;

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < PATIENCE_SECONDS / LOOK_EVERY_SECONDS; tries += 1) {
    if (await look()) return;
    await execa('sleep', [String(LOOK_EVERY_SECONDS)]);
  }
  throw new Error(`never: ${what}`);
}

/** Whether, of the nodes that can be reached, exactly this one answers, and all of them see each other and nobody else. */
async function agreed(name: string, owner: string, cutOff: readonly string[]): Promise<boolean> {
  const { answers, speakers } = await report(name);
  const reachable = speakers.filter(({ node }) => !cutOff.includes(node));
  const seen = reachable.map(({ node }) => node).sort();
  const owners = answers.filter((one) => one.answers && !cutOff.includes(one.node)).map(({ node }) => node);
  return owners.join() === owner && reachable.every(({ alive }) => [...alive].sort().join() === seen.join());
}

/** All is as it was: four speakers that agree, the host sends to the winner, and all pods are ready. */
async function whole(name: string): Promise<void> {
  await until('all speakers see each other', async () => {
    const { speakers } = await report(name);
    return speakers.length === 4 && (await agreed(name, winner, []));
  });
  // A winner who was cut off for less than a suspicion lasts saw nobody go, and claims nothing anew: the host must ask.
  await lab(name, ['exec', 'host', '--', 'ip', 'neigh', 'flush', 'dev', 'vboxnet0']);
  await until(`the host sends to ${winner}`, async () => {
    await lab(name, ['exec', 'host', '--', 'curl', '-s', '-o', '/dev/null', '--max-time', '2', address]);
    const { neighbours } = await report(name);
    return neighbours.find((one) => one.address === address)?.machine === winner;
  });
  const pods = ['kubectl', 'wait', 'pod', '-l', 'app=whoami', '--for', 'condition=Ready', '--timeout', '60s'];
  await lab(name, pods);
}

async function report(name: string): Promise<ArpReport> {
  return JSON.parse(await lab(name, ['arp', '-o', 'json'])) as ArpReport;
}

async function tries(name: string, { kind, breaks, mends }: Fault, runs: number): Promise<[Answers[], Answers[]]> {
  const [away, back]: [Answers[], Answers[]] = [[], []];
  for (let run = 0; run < runs; run += 1) {
    await whole(name);
    const taken = async () => {
      await lab(name, ['fault', kind, winner, breaks]);
      await until(`${second} takes over`, () => agreed(name, second, [winner]));
    };
    away.push(await answersDuring(name, address, hasty, taken));
    const returned = async () => {
      await lab(name, ['fault', kind, winner, mends]);
      await whole(name);
    };
    back.push(await answersDuring(name, address, patient, returned));
  }
  return [away, back];
}

async function inMode({ runs, progress }: BenchContext, { liveness, budget }: (typeof modes)[number]) {
  const name = benchName('failover');
  const manifests = ['-f', 'lab/metallb-native.yaml', 'lab/workshop/03-whoami.yaml'];
  return withLab(name, manifests, async () => {
    await ready(name, liveness);
    await whole(name);
    const calm = await answersDuring(name, address, hasty, () => execa('sleep', ['2']));
    const floor = { title: 'nothing wrong', values: [calm.longestGap] };
    const figures: Figure[] = [];
    for (const fault of faults) {
      progress(`failover, ${liveness}: ${fault.title}`);
      const [away, back] = await tries(name, fault, runs);
      const limit = { kind: 'absolute', limit: budget } as const;
      const figure = (title: string, answers: readonly Answers[]): Figure => {
        const measured = answers.map(({ longestGap }) => longestGap);
        return { title, unit: 'ms', measured, floor, budget: limit, note: noteOf(answers) };
      };
      figures.push(figure(`${liveness}: ${fault.title}`, away), figure(`${liveness}: … and is mended`, back));
    }
    return figures;
  });
}

function noteOf(answers: readonly Answers[]): string {
  const longest = Math.max(...answers.map(({ longestGap }) => longestGap));
  const total = (field: 'lost' | 'asked') => answers.reduce((sum, one) => sum + one[field], 0);
  return `longest of ${answers.length}: ${longest.toFixed(0)} ms; ${total('lost')} of ${total('asked')} requests lost`;
}

async function run(context: BenchContext): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const mode of modes) figures.push(...(await inMode(context, mode)));
  return figures;
}

export const benchmark: Benchmark = { name: 'failover', run };
