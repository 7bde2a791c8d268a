/**
 * What all speakers are told: every Service of type LoadBalancer as an advertisement, and where speakers are.
 *
 * Models: what a real speaker learns by watching the API server (Services, EndpointSlices, Nodes, its configuration) and
 * by listing the pods with METALLB_ML_LABELS.
 */
import type { Node, Pod, Secret } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { ChangeEvent, Lister } from '../../registry/contract.js';
import type { BFDProfile, BGPAdvertisement, BGPPeer, Community } from '../bgp/configuration.js';
import type { BgpNode } from '../bgp/contract.js';
import { type BgpWorld, planBgp } from '../bgp/plan.js';
import { poolsOf } from '../configuration.js';
import { type LoadBalancerService, serviceKey } from '../controller/converge.js';
import { handlesClass, installedSpeakers, isSpeakerPod, metallbGroup } from '../install.js';
import { advertisementOf, type L2Advertisement, type Layer2World } from '../layer2/advertisements.js';
import type { ServiceAdvertisement } from '../layer2/contract.js';
import type { Member } from '../membership/contract.js';
import type { IPAddressPool } from '../pools/pool.js';

export interface SpeakersTold {
  members: Member[];
  /** By `namespace/name`. */
  services: Map<string, ServiceAdvertisement>;
}

const toldKinds: ReadonlySet<string> = new Set([
  '/Service',
  '/Node',
  '/Namespace',
  'discovery.k8s.io/EndpointSlice',
  'apps/DaemonSet',
  `${metallbGroup}/IPAddressPool`,
  `${metallbGroup}/L2Advertisement`,
  `${metallbGroup}/BGPPeer`,
  `${metallbGroup}/BGPAdvertisement`,
  `${metallbGroup}/BFDProfile`,
  `${metallbGroup}/Community`,
]);

/** Whether a change can change what speakers are told. */
export function concernsSpeakers({ key, object }: ChangeEvent): boolean {
  return toldKinds.has(`${key.group}/${key.kind}`) || (key.kind === 'Pod' && isSpeakerPod(object as Stored<Pod>));
}

export function speakersTold(lister: Lister): SpeakersTold {
  const installation = installedSpeakers(lister);
  if (!installation) return { members: [], services: new Map() };
  const { namespace, ignoreExcludeLabel } = installation;
  const world: Layer2World = {
    pools: poolsOf(lister, namespace),
    poolObjects: lister.list<IPAddressPool>(metallbGroup, 'IPAddressPool', { namespace }),
    advertisements: lister.list<L2Advertisement>(metallbGroup, 'L2Advertisement', { namespace }),
    nodes: lister.list<Stored<Node> & KubeObject>('', 'Node'),
    slicesOf: slicesByService(lister),
    ignoreExcludeLabel,
  };
  const services = lister
    .list<LoadBalancerService & KubeObject>('', 'Service')
    .filter(({ spec }) => spec?.type === 'LoadBalancer' && handlesClass(installation, spec.loadBalancerClass));
  const told = services.map((service) => [serviceKey(service), advertisementOf(service, world)] as const);
  return { members: membersOf(lister, namespace, world.nodes), services: new Map(told) };
}

/** The BGP plan of every node that a peer selects. */
export function bgpPlans(lister: Lister): Map<string, BgpNode> {
  const installation = installedSpeakers(lister);
  if (!installation) return new Map();
  const { namespace, ignoreExcludeLabel } = installation;
  const own = <T extends KubeObject>(kind: string): T[] => lister.list<T>(metallbGroup, kind, { namespace });
  const services = lister.list<LoadBalancerService & KubeObject>('', 'Service');
  const world: BgpWorld = {
    pools: poolsOf(lister, namespace),
    poolObjects: own<IPAddressPool>('IPAddressPool'),
    services: services.filter(
      ({ spec }) => spec?.type === 'LoadBalancer' && handlesClass(installation, spec.loadBalancerClass),
    ),
    slicesOf: slicesByService(lister),
    peers: own<BGPPeer>('BGPPeer'),
    profiles: own<BFDProfile>('BFDProfile'),
    advertisements: own<BGPAdvertisement>('BGPAdvertisement'),
    communities: own<Community>('Community'),
    secret: (name) => lister.get<Stored<Secret> & KubeObject>({ group: '', kind: 'Secret', namespace, name }),
    ignoreExcludeLabel,
  };
  const nodes = lister.list<Stored<Node> & KubeObject>('', 'Node');
  return new Map(
    nodes.flatMap((node) => {
      const plan = planBgp(node, world);
      return plan ? [[node.metadata.name, plan] as const] : [];
    }),
  );
}

type StoredSlice = Stored<EndpointSlice>;

function slicesByService(lister: Lister): Layer2World['slicesOf'] {
  const byService = new Map<string, StoredSlice[]>();
  for (const slice of lister.list<StoredSlice & KubeObject>('discovery.k8s.io', 'EndpointSlice')) {
    const { namespace, labels } = slice.metadata;
    const key = `${namespace}/${labels?.['kubernetes.io/service-name']}`;
    byService.set(key, [...(byService.get(key) ?? []), slice]);
  }
  return (service) => byService.get(serviceKey(service)) ?? [];
}

/** The nodes with a speaker pod; hostNetwork, so the pod's address is the node's. */
function membersOf(lister: Lister, namespace: string, nodes: readonly Stored<Node>[]): Member[] {
  const pods = lister.list<Stored<Pod> & KubeObject>('', 'Pod', { namespace }).filter(isSpeakerPod);
  const here = new Set(pods.map(({ spec }) => spec?.nodeName));
  return nodes
    .filter(({ metadata }) => here.has(metadata.name))
    .map(({ metadata, status }) => ({ node: metadata.name, address: internalAddress(status) }));
}

function internalAddress(status: Node['status']): string {
  return status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
}
