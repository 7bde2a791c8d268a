/**
 * What a target is thought to be after one more health check.
 *
 * Source: Elastic Load Balancing user guides, "Health checks for target groups" (the first success makes an initial
 * target healthy; later, so many in a row change the state; with no healthy target a network load balancer sends to
 * all); Google Cloud, "Health checks overview" and, for "last resort", "Backend service-based external passthrough".
 */
import type { HealthCheck, HealthTable, Listener, LoadBalancer, Target, TargetHealth } from './contract.js';

export const unchecked: TargetHealth = { state: 'initial', against: 0, reason: '' };

export interface CheckOutcome {
  success: boolean;
  /** Why not. */
  output: string;
}

type Thresholds = Pick<HealthCheck, 'healthyThreshold' | 'unhealthyThreshold'>;

export function observe(
  { state, against }: TargetHealth,
  { success, output }: CheckOutcome,
  { healthyThreshold, unhealthyThreshold }: Thresholds,
): TargetHealth {
  const reason = success ? '' : output;
  const seen = success ? 'healthy' : 'unhealthy';
  if (state === 'initial') return { state: seen, against: 0, reason };
  if (state === seen) return { state, against: 0, reason };
  const needed = success ? healthyThreshold : unhealthyThreshold;
  return against + 1 >= needed ? { state: seen, against: 0, reason } : { state, against: against + 1, reason };
}

/** Names a check: two listeners of a load balancer may share one. */
export function probeKey({ service }: Pick<LoadBalancer, 'service'>, { address, checkPort }: Target): string {
  return `${service} ${address}:${checkPort}`;
}

/** The targets that connections of a listener go to now. */
export function usedTargets(balancer: LoadBalancer, { targets }: Listener, health: HealthTable): readonly Target[] {
  const healthy = targets.filter((target) => health.get(probeKey(balancer, target))?.state === 'healthy');
  return healthy.length === 0 && balancer.kind !== 'classic' ? targets : healthy;
}
