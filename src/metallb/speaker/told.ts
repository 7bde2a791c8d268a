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
import { type Community, communityAliases } from '../bgp/community.js';
import type { BFDProfile, BGPAdvertisement, BGPPeer } from '../bgp/configuration.js';
import type { BgpNode } from '../bgp/contract.js';
import { type BgpWorld, planBgp } from '../bgp/plan.js';
import { poolsOf } from '../configuration.js';
import { handlesClass, type Installation, installedSpeakers, isSpeakerPod, metallbGroup } from '../install.js';
import { advertisementOf, type Layer2World } from '../layer2/advertisements.js';
import type { L2Advertisement } from '../layer2/configuration.js';
import type { ServiceAdvertisement } from '../layer2/contract.js';
import { type LoadBalancerService, serviceKey } from '../load-balancer-service.js';
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
  '/Secret',
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
  const slicesOf = slicesByService(lister);
  const world: Layer2World = {
    pools: poolsOf(lister, namespace),
    poolObjects: lister.list<IPAddressPool>(metallbGroup, 'IPAddressPool', { namespace }),
    advertisements: lister.list<L2Advertisement>(metallbGroup, 'L2Advertisement', { namespace }),
    nodes: lister.list<Stored<Node> & KubeObject>('', 'Node'),
    slicesOf,
    ignoreExcludeLabel,
  };
  const services = handledServices(lister, installation);
  const told = services.map((service) => {
    const revision = [service, ...slicesOf(service)].map(({ metadata }) => metadata.resourceVersion).join();
    return [serviceKey(service), { ...advertisementOf(service, world), revision }] as const;
  });
  return { members: membersOf(lister, namespace, world.nodes), services: new Map(told) };
}

/** The BGP plan of every node; none where nothing is configured. */
export function bgpPlans(lister: Lister): Map<string, BgpNode> {
  const installation = installedSpeakers(lister);
  if (!installation) return new Map();
  const { namespace, ignoreExcludeLabel } = installation;
  const own = <T extends KubeObject>(kind: string): T[] => lister.list<T>(metallbGroup, kind, { namespace });
  const peers = own<BGPPeer>('BGPPeer');
  const advertisements = own<BGPAdvertisement>('BGPAdvertisement');
  if (peers.length + advertisements.length === 0) return new Map();
  const nodes = lister.list<Stored<Node> & KubeObject>('', 'Node');
  const world: BgpWorld = {
    pools: poolsOf(lister, namespace),
    poolObjects: own<IPAddressPool>('IPAddressPool'),
    nodes,
    services: handledServices(lister, installation),
    slicesOf: slicesByService(lister),
    peers,
    profiles: own<BFDProfile>('BFDProfile'),
    advertisements,
    aliases: aliasesOf(own<Community>('Community')),
    secret: (name) => lister.get<Stored<Secret> & KubeObject>({ group: '', kind: 'Secret', namespace, name }),
    ignoreExcludeLabel,
  };
  return new Map(nodes.map((node) => [node.metadata.name, planBgp(node, world)]));
}

/** Admission refuses those that contradict each other; where there is none, they count for nothing. */
function aliasesOf(objects: readonly Community[]): ReadonlyMap<string, string> {
  try {
    return communityAliases(objects);
  } catch {
    return new Map();
  }
}

function handledServices(lister: Lister, installation: Installation): (LoadBalancerService & KubeObject)[] {
  return lister
    .list<LoadBalancerService & KubeObject>('', 'Service')
    .filter(({ spec }) => spec?.type === 'LoadBalancer' && handlesClass(installation, spec.loadBalancerClass));
}

type StoredSlice = Stored<EndpointSlice>;

function slicesByService(lister: Lister): (service: LoadBalancerService) => StoredSlice[] {
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
