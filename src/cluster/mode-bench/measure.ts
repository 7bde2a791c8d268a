/**
 * One mode with a number of Services on one node: its sync, a change of one endpoint, connections to the last Service.
 */
import { readFileSync } from 'node:fs';
import type { Node } from 'kubernetes-types/core/v1.js';
import { createRestore, type IptablesVariant } from '../../kernel/iptables.js';
import { timedConnection } from '../../kernel/timed-connection.js';
import type { NodeConfig } from '../../model/cluster-config.js';
import { type ClusterTraffic, type NodeTraffic, planTraffic, trafficOfNode } from '../../model/traffic.js';
import type { KubeProxy } from '../../node/kube-proxy/kube-proxy.js';
import type { ProxyMode } from '../../proxy/contract.js';
import type { Clock } from '../../world/contract.js';
import { pause } from '../../world/pause.js';
import { stopwatch } from '../../world/stopwatch.js';
import { proxyOf } from '../proxy/proxies.js';
import type { ModePoint } from './contract.js';
import type { Place } from './place.js';
import { spread } from './statistics.js';
import { type SyntheticTraffic, serviceAddress, syntheticSlice, syntheticTraffic } from './synthetic-traffic.js';

/** Tools and clock of the process. */
export interface Bench {
  readonly variant: IptablesVariant;
  readonly rootless: boolean;
  readonly clock: Clock;
}

/** An even number, so that the last leads back to the first state. */
const changes = 6;
const warmUps = 200;
const connections = 500;
/** How often connections are counted, and how long each time, in milliseconds. */
const countings = 5;
const countingTime = 200;
/** A namespace that is gone is taken apart by the kernel in its own time; milliseconds. */
const quietTime = 500;

/** All endpoints are made up, but those of the last Service. */
function trafficOf(services: number, { servers }: Place): SyntheticTraffic {
  const made = syntheticTraffic(services, servers.length);
  const addresses = servers.map(({ address }) => address);
  made.endpointSlices[services - 1] = syntheticSlice(services - 1, addresses);
  return made;
}

/** One Service in the middle, or the only one, has an endpoint less. */
function changed(traffic: SyntheticTraffic): SyntheticTraffic {
  const { endpointSlices } = traffic;
  const middle = endpointSlices.length >> 1;
  const addresses = endpointSlices[middle]?.endpoints.flatMap((endpoint) => endpoint.addresses) ?? [];
  return { ...traffic, endpointSlices: endpointSlices.with(middle, syntheticSlice(middle, addresses.slice(0, -1))) };
}

/** What a kube-proxy does with what the API says: plans, and brings the kernel up to date. */
class Syncing {
  #cluster: ClusterTraffic | undefined;
  #here: NodeTraffic | undefined;

  constructor(
    private readonly proxy: KubeProxy,
    private readonly node: NodeConfig,
  ) {}

  /** Milliseconds from the objects to the kernel. */
  async sync(traffic: SyntheticTraffic): Promise<number> {
    const { name, address } = this.node;
    const object: Node = { metadata: { name }, status: { addresses: [{ type: 'InternalIP', address }] } };
    const start = stopwatch();
    this.#cluster = planTraffic(traffic, this.#cluster);
    this.#here = trafficOfNode(this.#cluster, object, this.#here);
    await this.proxy.sync(this.#here);
    return stopwatch() - start;
  }
}

function createProxy(mode: ProxyMode, { config, node, network }: Place, bench: Bench): KubeProxy {
  const { variant, rootless, clock } = bench;
  const setting = { config, node, balance: { balance: 'faithful', seed: 0 } } as const;
  const restoreRules = createRestore(network, variant);
  const log = { say: () => undefined };
  return proxyOf(mode, setting, { namespace: network, variant, restoreRules, rootless, clock, log, prelude: '' });
}

/** Back and forth between two states, and back to the first. */
async function timeChanges(proxy: KubeProxy, syncing: Syncing, first: SyntheticTraffic): Promise<number> {
  const other = changed(first);
  const times: number[] = [];
  for (let change = 0; change < changes; change += 1) {
    // What one change leaves for later is no part of the next.
    await proxy.settled();
    times.push(await syncing.sync(change % 2 === 0 ? other : first));
  }
  await proxy.settled();
  return Math.min(...times);
}

/** Memory that the kernel has for itself, in kilobytes. Source: proc_meminfo(5). */
function kernelMemory(): number {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const fields = ['Slab', 'VmallocUsed', 'Percpu'].map((field) =>
    Number(new RegExp(`^${field}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0),
  );
  return fields.reduce((sum, value) => sum + value, 0);
}

const microseconds = (milliseconds: number) => milliseconds * 1000;

function perSecond(work: () => unknown): number {
  const start = stopwatch();
  let count = 0;
  for (; stopwatch() - start < countingTime; count += 1) work();
  return (count / (stopwatch() - start)) * 1000;
}

function connect(place: Place, services: number): Pick<ModePoint, 'connect' | 'answer' | 'connectionsPerSecond'> {
  const once = () => timedConnection(place.client, serviceAddress(services - 1), 80, stopwatch);
  for (let warmUp = 0; warmUp < warmUps; warmUp += 1) once();
  const timings = Array.from({ length: connections }, once);
  const counts = Array.from({ length: countings }, () => perSecond(once));
  return {
    connect: spread(timings.map(({ started, connected }) => microseconds(connected - started))),
    answer: spread(timings.map(({ started, answered }) => microseconds(answered - started))),
    connectionsPerSecond: Math.max(...counts),
  };
}

/** Measures in a place of its own. @throws ProcessError, KernelError in the tool's or the kernel's words */
export async function measureMode(mode: ProxyMode, services: number, place: Place, bench: Bench): Promise<ModePoint> {
  const traffic = trafficOf(services, place);
  const proxy = createProxy(mode, place, bench);
  const syncing = new Syncing(proxy, place.node);
  try {
    await pause(quietTime);
    const before = kernelMemory();
    const fullSync = await syncing.sync(traffic);
    const memory = kernelMemory() - before;
    const change = await timeChanges(proxy, syncing, traffic);
    const connected = connect(place, services);
    return { mode, services, ...connected, fullSync, change, kernelMemory: Math.max(0, memory) };
  } finally {
    await proxy.remove();
  }
}
