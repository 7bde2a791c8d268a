/**
 * Which changes of a Service its load balancer must follow, and the events that tell of them.
 * Source: `k8s.io/cloud-provider` controllers/service/controller.go, needsUpdate. It stops at the first difference.
 */
import type { CloudService } from './contract.js';

export interface Change {
  reason: string;
  message: string;
}

type Spec = NonNullable<CloudService['spec']>;

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** A Go slice of strings as `%v` prints it. */
const list = (values: readonly string[] | undefined): string => `[${(values ?? []).join(' ')}]`;

const silent: readonly (keyof Spec)[] = ['ports', 'sessionAffinity', 'sessionAffinityConfig'];

export function needsUpdate(before: CloudService, after: CloudService): boolean {
  return (
    changesOf(before, after).length > 0 ||
    silent.some((field) => !same(before.spec?.[field], after.spec?.[field])) ||
    !same(before.metadata.annotations, after.metadata.annotations)
  );
}

/** The first change that has an event of its own, unless one without comes before it. */
export function changesOf(before: CloudService, after: CloudService): Change[] {
  const [old, now]: [Spec, Spec] = [before.spec ?? {}, after.spec ?? {}];
  const arrow = (one: unknown, other: unknown) => `${one ?? ''} -> ${other ?? ''}`;
  if (old.type !== now.type) return [{ reason: 'Type', message: arrow(old.type, now.type) }];
  if (!same(old.loadBalancerSourceRanges, now.loadBalancerSourceRanges)) {
    const message = arrow(list(old.loadBalancerSourceRanges), list(now.loadBalancerSourceRanges));
    return [{ reason: 'LoadBalancerSourceRanges', message }];
  }
  if (silent.some((field) => !same(old[field], now[field]))) return [];
  if (old.loadBalancerIP !== now.loadBalancerIP) {
    return [{ reason: 'LoadbalancerIP', message: arrow(old.loadBalancerIP, now.loadBalancerIP) }];
  }
  const external = externalIPChange(old.externalIPs ?? [], now.externalIPs ?? []);
  if (external) return [external];
  if (!same(before.metadata.annotations, after.metadata.annotations)) return [];
  if (old.externalTrafficPolicy !== now.externalTrafficPolicy) {
    return [{ reason: 'ExternalTrafficPolicy', message: arrow(old.externalTrafficPolicy, now.externalTrafficPolicy) }];
  }
  if (old.healthCheckNodePort !== now.healthCheckNodePort) {
    const message = arrow(old.healthCheckNodePort ?? 0, now.healthCheckNodePort ?? 0);
    return [{ reason: 'HealthCheckNodePort', message }];
  }
  return [];
}

function externalIPChange(old: readonly string[], now: readonly string[]): Change | undefined {
  if (old.length !== now.length) return { reason: 'ExternalIP', message: `Count: ${old.length} -> ${now.length}` };
  const added = now.find((address, index) => address !== old[index]);
  return added === undefined ? undefined : { reason: 'ExternalIP', message: `Added: ${added}` };
}
