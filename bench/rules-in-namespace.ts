/**
 * Runs inside a network namespace of its own (bench/rules.ts): times compiler and kernel together, and the kernel alone, and prints
 * the milliseconds as JSON.
 */
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import {
  type SyntheticTraffic,
  syntheticSlice,
  syntheticTraffic,
} from '../src/cluster/mode-bench/synthetic-traffic.js';
import { createRestore } from '../src/kernel/iptables.js';
import { createNamespace } from '../src/kernel/netns.js';
import {
  type ClusterTraffic,
  type NodeTraffic,
  planTraffic,
  type TrafficInput,
  trafficOfNode,
} from '../src/model/traffic.js';
import type { IptablesRuleSet } from '../src/proxy/iptables/compile.js';
import { iptablesEngine } from '../src/proxy/iptables/engine.js';
import { bothTimed, type Times } from './measure.js';

/** Both by the watch and in processors' time. */
export type RuleTimes = Record<'full' | 'fullFloor' | 'change' | 'changeFloor', Times>;

const node = {
  metadata: { name: 'k8s-node1' },
  status: { addresses: [{ type: 'InternalIP', address: '192.168.56.101' }] },
};
const options = iptablesEngine.options({ balance: 'faithful' });

/** As kube-proxy calls it. */
function restoreAlone(text: string): void {
  execFileSync('iptables-legacy-restore', ['--noflush', '--wait'], { input: text });
}

/** Every namespace is empty. */
const restoreInNew = () => createRestore(createNamespace('node'), 'legacy');

/** A cluster's traffic as far as one node's rules, kept for the next, incremental step. */
interface Compiled {
  cluster: ClusterTraffic;
  traffic: NodeTraffic;
  ruleSet: IptablesRuleSet;
}

function compile(input: TrafficInput, previous?: Compiled): Compiled {
  const cluster = planTraffic(input, previous?.cluster);
  const traffic = trafficOfNode(cluster, node, previous?.traffic);
  return { cluster, traffic, ruleSet: iptablesEngine.compile(traffic, options) };
}

const inputOf = (previous: Compiled | undefined, next: Compiled) =>
  iptablesEngine.plan(previous?.ruleSet, next.ruleSet) ?? [];

const textOf = (previous: Compiled | undefined, next: Compiled) => [...inputOf(previous, next)].join('');

/** One Service in the middle loses an endpoint. */
function withOneChange(input: SyntheticTraffic, endpoints: number): SyntheticTraffic {
  const middle = input.services.length >> 1;
  const endpointSlices = input.endpointSlices.with(middle, syntheticSlice(middle, endpoints - 1));
  return { ...input, endpointSlices };
}

export async function measureRules(services: number, endpoints: number): Promise<RuleTimes> {
  const before = syntheticTraffic(services, endpoints);
  const after = withOneChange(before, endpoints);
  let first: Compiled | undefined;
  let second: Compiled | undefined;
  const restore = restoreInNew();
  // Its shell is there.
  await restore('*filter\nCOMMIT\n');
  const full = await bothTimed(() => {
    first = compile(before);
    return restore(inputOf(undefined, first));
  });
  const change = await bothTimed(() => {
    second = compile(after, first);
    return restore(inputOf(first, second));
  });
  const there = textOf(first, second as unknown as Compiled);
  const text = textOf(undefined, compile(before));
  const fullFloor = await bothTimed(() => restoreAlone(text));
  const changeFloor = await bothTimed(() => restoreAlone(there));
  return { full, fullFloor, change, changeFloor };
}

const isMain = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isMain) {
  const [services = 0, endpoints = 0] = process.argv.slice(2).map(Number);
  console.log(JSON.stringify(await measureRules(services, endpoints)));
}
