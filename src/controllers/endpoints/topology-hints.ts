/**
 * Zone hints of `service.kubernetes.io/topology-mode: Auto`: how many endpoints each zone is to be served by, in proportion
 * to the CPUs of its nodes, and which endpoints a zone gives to another.
 *
 * Source: `staging/src/k8s.io/endpointslice/topologycache/{topologycache,utils,event}.go`, KEP-2433.
 * Differs: hints are decided anew from all endpoints each time, where upstream leaves those of unchanged slices alone as long as they fit; so they never depend on history.
 */
import type { Node } from 'kubernetes-types/core/v1.js';
import type { Endpoint } from 'kubernetes-types/discovery/v1.js';
import type { Stored } from '../../api/object.js';
import { parseQuantity } from '../../api/quantity.js';

export const zoneLabel = 'topology.kubernetes.io/zone';

/** How much more than its share an endpoint may be asked for. */
const overloadThreshold = 0.2;

/** Each zone's share of the CPUs of all ready nodes; undefined when that cannot be told. */
export type ZoneShares = ReadonlyMap<string, number>;

/** A zone for each ready endpoint, in their order, or why there are no hints. */
export type HintPlan = { zones: readonly (string | undefined)[] } | { refusal: string };

/** The annotation, or the one it replaced in 1.27. Source: `endpointslice/utils.go` hintsEnabled. */
export function wantsTopologyHints(annotations: Readonly<Record<string, string>> = {}): boolean {
  const mode =
    annotations['service.kubernetes.io/topology-mode'] ?? annotations['service.kubernetes.io/topology-aware-hints'];
  return mode === 'Auto' || mode === 'auto';
}

const isExcluded = ({ metadata: { labels = {} } }: Stored<Node>): boolean =>
  'node-role.kubernetes.io/control-plane' in labels || 'node-role.kubernetes.io/master' in labels;

const isReadyNode = ({ status }: Stored<Node>): boolean =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';

/** Source: SetNodes: one node without a zone or CPUs, or a single zone, and there are no hints at all. */
export function zoneShares(nodes: readonly Stored<Node>[]): ZoneShares | undefined {
  const cpus = new Map<string, number>();
  for (const node of nodes) {
    if (isExcluded(node) || !isReadyNode(node)) continue;
    const zone = node.metadata.labels?.[zoneLabel];
    const cpu = parseQuantity(node.status?.allocatable?.['cpu'] ?? '') ?? 0;
    if (!zone || cpu === 0) return undefined;
    cpus.set(zone, (cpus.get(zone) ?? 0) + cpu);
  }
  const total = [...cpus.values()].reduce((sum, cpu) => sum + cpu, 0);
  if (cpus.size < 2) return undefined;
  return new Map(
    [...cpus].sort(([left], [right]) => (left < right ? -1 : 1)).map(([zone, cpu]) => [zone, cpu / total]),
  );
}

const isReady = ({ conditions }: Endpoint): boolean => conditions?.ready === true;

/** What upstream's AddHints writes and says. */
export function planHints(endpoints: readonly Endpoint[], shares: ZoneShares | undefined): HintPlan {
  const ready = endpoints.filter(isReady);
  const desired = allocate(ready.length, shares);
  if ('refusal' in desired) return desired;
  if (ready.some(({ zone }) => !zone)) return { refusal: 'One or more endpoints do not have a zone specified' };
  const own = new Map<string, number>();
  for (const { zone = '' } of ready) own.set(zone, (own.get(zone) ?? 0) + 1);
  const gifts = giftsBetween(desired.desired, own);
  return {
    zones: endpoints.map((endpoint) =>
      isReady(endpoint) ? (gifts.get(endpoint.zone ?? '')?.shift() ?? endpoint.zone) : undefined,
    ),
  };
}

/** How many endpoints each zone should have; at least what keeps it below the threshold. Source: getAllocations. */
function allocate(
  count: number,
  shares: ZoneShares | undefined,
): { desired: Map<string, number> } | { refusal: string } {
  if (shares === undefined) {
    return {
      refusal: 'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes',
    };
  }
  const counted = `(${count} endpoints, ${shares.size} zones)`;
  if (shares.size > count) return { refusal: `Insufficient number of endpoints ${counted}` };
  let left = count;
  const desired = new Map<string, number>();
  for (const [zone, share] of shares) {
    const minimum = Math.ceil(share * count * (1 / (1 + overloadThreshold)));
    desired.set(zone, Math.max(share * count, minimum));
    left -= minimum;
  }
  if (left >= 0) return { desired };
  return {
    refusal: `Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ${counted}`,
  };
}

/**
 * For each zone that has too many endpoints, the zones that get them, one an endpoint.
 * Source: getGivingAndReceivingZones, redistributeHints; where Go's maps have no order, zones go by name here.
 */
function giftsBetween(desired: ReadonlyMap<string, number>, own: ReadonlyMap<string, number>): Map<string, string[]> {
  const giving = new Map<string, number>();
  const receiving = new Map<string, number>();
  for (const [zone, target] of desired) {
    const surplus = (own.get(zone) ?? 0) - target;
    if (surplus > 0) giving.set(zone, surplus);
    if (surplus < 0) receiving.set(zone, -surplus);
  }
  const gifts = new Map<string, string[]>();
  for (;;) {
    const [from, spare] = most(giving);
    const [to, need] = most(receiving);
    if (from === '' || to === '' || (spare < 1 && need < 1) || spare < 0.5 || need < 0.5) return gifts;
    gifts.set(from, [...(gifts.get(from) ?? []), to].sort());
    giving.set(from, spare - 1);
    receiving.set(to, need - 1);
  }
}

function most(zones: ReadonlyMap<string, number>): [zone: string, amount: number] {
  let found: [string, number] = ['', 0];
  for (const [zone, amount] of zones) if (amount > found[1]) found = [zone, amount];
  return found;
}
