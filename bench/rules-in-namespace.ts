/**
 * Runs inside a network namespace of its own (bench/rules.ts): times compiler and kernel together, and the kernel alone, and prints
 * the milliseconds of processor time as JSON.
 */
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import {
  type SyntheticTraffic,
  syntheticSlice,
  syntheticTraffic,
} from '../src/cluster/mode-bench/synthetic-traffic.js';
import {
  type ClusterTraffic,
  type NodeTraffic,
  planTraffic,
  type TrafficInput,
  trafficOfNode,
} from '../src/model/traffic.js';
import type { IptablesRuleSet } from '../src/proxy/iptables/compile.js';
import { iptablesEngine } from '../src/proxy/iptables/engine.js';
import { processorTimed } from './measure.js';

export interface RuleTimes {
  full: number;
  fullFloor: number;
  change: number;
  changeFloor: number;
}

const node = {
  metadata: { name: 'k8s-node1' },
  status: { addresses: [{ type: 'InternalIP', address: '192.168.56.101' }] },
};
const options = iptablesEngine.options({ balance: 'faithful' });

/** As kube-proxy calls it. */
function restore(text: string): void {
  execFileSync('iptables-legacy-restore', ['--noflush', '--wait'], { input: text });
}

function empty(): void {
  const tables = ['nat', 'filter', 'mangle'].map((table) => `*${table}\nCOMMIT\n`);
  execFileSync('iptables-legacy-restore', [], { input: tables.join('') });
}

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

const textOf = (previous: Compiled | undefined, next: Compiled) =>
  iptablesEngine.plan(previous?.ruleSet, next.ruleSet) ?? '';

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
  const full = await processorTimed(() => {
    first = compile(before);
    restore(textOf(undefined, first));
  });
  const change = await processorTimed(() => {
    second = compile(after, first);
    restore(textOf(first, second));
  });
  const back = textOf(second, compile(before, second));
  const changeFloor = await processorTimed(() => restore(back));
  const text = textOf(undefined, compile(before));
  empty();
  const fullFloor = await processorTimed(() => restore(text));
  return { full, fullFloor, change, changeFloor };
}

const isMain = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isMain) {
  const [services = 0, endpoints = 0] = process.argv.slice(2).map(Number);
  console.log(JSON.stringify(await measureRules(services, endpoints)));
}
