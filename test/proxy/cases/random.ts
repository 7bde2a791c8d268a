/**
 * Random clusters from a seed: Services of all types and policies, endpoints in all conditions. The same seed gives the
 * same cluster, and neighbouring seeds share names, so that one can be turned into the other.
 */
import type { Service, ServicePort } from 'kubernetes-types/core/v1.js';
import type { Endpoint, EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { type NodeName, nodes, service, slice } from './world.js';

export interface Cluster {
  readonly services: Service[];
  readonly slices: EndpointSlice[];
}

/** A linear congruential generator (Numerical Recipes' constants); the low bits are weak and not used. */
class Dice {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return (this.state >>> 8) % limit;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }
}

const nodeNames = Object.keys(nodes) as [NodeName, ...NodeName[]];
const conditions: [Endpoint['conditions'], ...Endpoint['conditions'][]] = [
  { ready: true, serving: true, terminating: false },
  { ready: true },
  {},
  { ready: false, serving: true, terminating: true },
  { ready: false, serving: false, terminating: true },
  { ready: false, serving: false, terminating: false },
];

function ports(dice: Dice, nodePort: (() => number) | undefined): ServicePort[] {
  const count = 1 + dice.below(3);
  return Array.from({ length: count }, (_, index) => ({
    ...(count > 1 || dice.chance(50) ? { name: `p${index}` } : {}),
    port: 80 + index,
    targetPort: 8080 + index,
    protocol: dice.pick(['TCP', 'TCP', 'UDP', 'SCTP']),
    ...(nodePort === undefined ? {} : { nodePort: nodePort() }),
  }));
}

function randomService(dice: Dice, index: number, nodePort: () => number): Service {
  const type = dice.pick(['ClusterIP', 'ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']);
  const external = type === 'NodePort' || type === 'LoadBalancer';
  const affinity = dice.chance(20);
  const externalIPs = dice.chance(25) ? [`203.0.113.${index}`] : [];
  const policy = dice.chance(40) ? 'Local' : 'Cluster';
  return service(
    `svc-${index}`,
    {
      type,
      clusterIP: dice.chance(8) ? 'None' : `10.100.4.${index + 1}`,
      internalTrafficPolicy: dice.chance(25) ? 'Local' : 'Cluster',
      externalIPs,
      ...(external || externalIPs.length > 0 ? { externalTrafficPolicy: policy } : {}),
      ...(type === 'LoadBalancer' && policy === 'Local' ? { healthCheckNodePort: nodePort() } : {}),
      ...(type === 'LoadBalancer' && dice.chance(40)
        ? { loadBalancerSourceRanges: [dice.pick(['192.168.56.0/24', '10.1.2.3/16'])] }
        : {}),
      ...(affinity
        ? { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: dice.pick([30, 600]) } } }
        : {}),
      ports: ports(dice, external ? nodePort : undefined),
    },
    {
      ...(type === 'LoadBalancer' && dice.chance(80)
        ? { ingress: [{ ip: `192.168.57.${index}`, ipMode: dice.pick(['VIP', 'VIP', 'Proxy']) }] }
        : {}),
      ...(dice.chance(5) ? { labels: { 'service.kubernetes.io/service-proxy-name': 'other' } } : {}),
    },
  );
}

function randomSlice(dice: Dice, { metadata, spec }: Service, index: number): EndpointSlice {
  const hinted = dice.chance(25);
  const endpoints = Array.from({ length: dice.below(8) }, (_, number): Endpoint => {
    const nodeName = dice.pick(nodeNames);
    const hints = hinted && dice.chance(95) ? { forZones: [{ name: dice.pick(['zone-a', 'zone-b']) }] } : undefined;
    const addresses = [`10.10${nodeNames.indexOf(nodeName)}.${index}.${number + 1}`];
    return { addresses, nodeName, conditions: dice.pick(conditions), ...(hints === undefined ? {} : { hints }) };
  });
  const served = (spec?.ports ?? []).filter(() => dice.chance(90));
  return slice(
    metadata?.name ?? '',
    endpoints,
    served.map(({ name = '', port, protocol }) => ({ name, port: port + 8000, protocol })),
  );
}

/** A cluster of up to 20 Services. */
export function randomCluster(seed: number): Cluster {
  const dice = new Dice(seed * 7919 + 1);
  let lastNodePort = 30000;
  const services = Array.from({ length: dice.below(21) }, (_, index) =>
    randomService(dice, index, () => ++lastNodePort),
  );
  const slices = services.flatMap((owner, index) => (dice.chance(85) ? [randomSlice(dice, owner, index)] : []));
  return { services, slices };
}

/** Objects by kind and name. */
type Objects = ReadonlyMap<string, Service | EndpointSlice>;

function objectsOf({ services, slices }: Cluster): Objects {
  const keyOf = ({ kind, metadata }: Service | EndpointSlice) => `${kind} ${metadata?.name}`;
  return new Map([...services, ...slices].map((object) => [keyOf(object), object]));
}

/**
 * A cluster's life: at each step about a third of the objects come, go or change, and the others stay the very same
 * objects.
 */
export function* randomHistory(steps: number): Generator<Cluster> {
  let current: Objects = new Map();
  for (let step = 0; step < steps; step += 1) {
    const dice = new Dice(step * 104729 + 7);
    const wanted = objectsOf(randomCluster(step));
    const names = [...new Set([...current.keys(), ...wanted.keys()])].sort();
    const turns = names.map((name) => [name, (dice.chance(33) ? wanted : current).get(name)] as const);
    current = new Map(turns.flatMap(([name, object]) => (object === undefined ? [] : [[name, object] as const])));
    const objects = [...current.values()];
    yield {
      services: objects.filter((object): object is Service => object.kind === 'Service'),
      slices: objects.filter((object): object is EndpointSlice => object.kind === 'EndpointSlice'),
    };
  }
}
