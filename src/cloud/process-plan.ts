/**
 * What the provider's process is told: which checks to make, which connections to carry, which names to answer.
 */
import type { CloudConfig } from '../model/cluster-config.js';
import type { HealthCheck, HealthTable, LoadBalancer, TargetHealth } from './contract.js';
import { probeKey, usedTargets } from './health.js';

/** One health check of one target. */
export interface Probe extends Pick<HealthCheck, 'protocol' | 'path' | 'healthyThreshold' | 'unhealthyThreshold'> {
  key: string;
  address: string;
  port: number;
  intervalMs: number;
  timeoutMs: number;
}

/** One listener of a classic load balancer. */
export interface Proxy {
  key: string;
  address: string;
  port: number;
  /** Its own address towards the targets. */
  source: string;
  /** In the order of turns. With none, connections are accepted and closed. */
  targets: readonly { address: string; port: number }[];
  proxyProtocol: boolean;
}

/** Addresses by name. */
export type Names = Readonly<Record<string, readonly string[]>>;

export interface ProcessPlan {
  probes: Probe[];
  proxies: Proxy[];
  names: Names;
}

export type CloudCommand = { kind: 'start'; nameServer: string } | ({ kind: 'plan' } & ProcessPlan);

export type CloudReport = { kind: 'ready' } | { kind: 'health'; key: string; health: TargetHealth };

/** Twenty times as fast: a lesson does not wait a minute and a half for a target to be given up. */
const hurry = 20;

export function planProcess(
  balancers: readonly LoadBalancer[],
  health: HealthTable,
  { healthChecks }: Pick<CloudConfig, 'healthChecks'>,
): ProcessPlan {
  const secondMs = healthChecks === 'fast' ? 1000 / hurry : 1000;
  const probes = new Map(balancers.flatMap((balancer) => probesOf(balancer, secondMs)).map((one) => [one.key, one]));
  return {
    probes: [...probes.values()],
    proxies: balancers.flatMap((balancer) => (balancer.kind === 'classic' ? proxiesOf(balancer, health) : [])),
    names: namesOf(balancers),
  };
}

function probesOf(balancer: LoadBalancer, secondMs: number): Probe[] {
  const { interval, timeout, port: _given, ...check } = balancer.check;
  return balancer.listeners.flatMap(({ targets }) =>
    targets.map((target) => ({
      key: probeKey(balancer, target),
      address: target.address,
      port: target.checkPort,
      ...check,
      intervalMs: interval * secondMs,
      timeoutMs: timeout * secondMs,
    })),
  );
}

function proxiesOf(balancer: LoadBalancer, health: HealthTable): Proxy[] {
  const { service, address, privateAddress: source, proxyProtocol } = balancer;
  return balancer.listeners.map((listener) => {
    const targets = usedTargets(balancer, listener, health).map(({ address, port }) => ({ address, port }));
    return { key: `${service} ${listener.port}`, address, port: listener.port, source, targets, proxyProtocol };
  });
}

/** What the provider's name server knows. */
export function namesOf(balancers: readonly LoadBalancer[]): Names {
  return Object.fromEntries(balancers.flatMap(({ hostname, address }) => (hostname ? [[hostname, [address]]] : [])));
}
