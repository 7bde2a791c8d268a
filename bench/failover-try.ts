/**
 * One lab whose LoadBalancer address can be made to move: by which faults, and how to see that it has moved and come back.
 */
import { execa } from 'execa';
import type { ArpReport } from '../src/cluster/metallb/arp-report.js';
import type { Answers, Asker } from './answers.js';
import { asked, lab } from './lab.js';

export const address = '192.168.56.128';
const winner = 'k8s-node3';
const second = 'k8s-node1';

export const faults = [
  { title: 'its speaker is killed', kind: 'speaker', breaks: 'kill', mends: 'start' },
  { title: 'its cable is pulled', kind: 'link', breaks: 'down', mends: 'up' },
  { title: 'its node is off', kind: 'node', breaks: 'down', mends: 'up' },
] as const;
export type Fault = (typeof faults)[number];

const pool = `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: { name: bench, namespace: metallb-system }
spec: { addresses: [192.168.56.128/26] }
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: { name: bench, namespace: metallb-system }
`;

export const manifests = ['-f', 'lab/metallb-native.yaml', 'lab/workshop/03-whoami.yaml'];

/** Gives the Service its address. */
export async function makeReady(name: string, liveness: string): Promise<void> {
  await lab(name, ['kubectl', 'apply', '-f', '-'], pool);
  await lab(name, ['kubectl', 'patch', 'svc', 'whoami-svc', '-p', '{"spec":{"type":"LoadBalancer"}}']);
  const speakers = ['-n', 'metallb-system'];
  await lab(name, ['kubectl', ...speakers, 'set', 'env', 'daemonset/speaker', `KUBEWIRE_LIVENESS=${liveness}`]);
  await lab(name, ['kubectl', ...speakers, 'rollout', 'status', '--timeout=60s', 'daemonset/speaker']);
}

/** The fault, until another node answers; then its mending, until all is as it was. @throws Error what never happened */
export async function attempt(
  name: string,
  asker: Asker,
  { kind, breaks, mends }: Fault,
): Promise<{ away: Answers; back: Answers }> {
  const away = await asker.during(async () => {
    await asked(name, 'fault', { kind, node: winner, action: breaks });
    await until(`${second} takes over`, () => agreed(name, second, [winner]));
  });
  const back = await asker.during(async () => {
    await asked(name, 'fault', { kind, node: winner, action: mends });
    await whole(name);
  });
  return { away, back };
}

/** After a try that failed. @throws Error when the lab does not come back to what it was */
export async function mendAll(name: string): Promise<void> {
  await asked(name, 'clear-faults');
  await whole(name);
}

/**
 * All is as it was: four speakers that agree, and the host sends to the winner, because it has claimed the address: nobody
 * makes the host forget. Then all pods are ready.
 */
export async function whole(name: string): Promise<void> {
  await until('all speakers see each other', () => agreed(name, winner, []));
  await until(`the host sends to ${winner}`, async () => {
    const { neighbours } = await report(name);
    return neighbours.find((one) => one.address === address)?.machine === winner;
  });
  const pods = ['kubectl', 'wait', 'pod', '-l', 'app=whoami', '--for', 'condition=Ready', '--timeout', '60s'];
  await lab(name, pods);
}

/** Whether, of the nodes that can be reached, exactly this one answers, and all of them see each other and nobody else. */
async function agreed(name: string, owner: string, cutOff: readonly string[]): Promise<boolean> {
  const { answers, speakers } = await report(name);
  const reachable = speakers.filter(({ node }) => !cutOff.includes(node));
  const seen = reachable.map(({ node }) => node).sort();
  const owners = answers.filter((one) => one.answers && !cutOff.includes(one.node)).map(({ node }) => node);
  const all = reachable.length === NODES - cutOff.length;
  return all && owners.join() === owner && reachable.every(({ alive }) => [...alive].sort().join() === seen.join());
}

const NODES = 4;

const report = (name: string): Promise<ArpReport> => asked(name, 'arp');

/** Longer than any rejoin of memberlist's takes. */
const PATIENCE_SECONDS = 60;
const LOOK_EVERY_SECONDS = 0.25;

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < PATIENCE_SECONDS / LOOK_EVERY_SECONDS; tries += 1) {
    if (await look()) return;
    await execa('sleep', [String(LOOK_EVERY_SECONDS)]);
  }
  throw new Error(`never: ${what}`);
}
