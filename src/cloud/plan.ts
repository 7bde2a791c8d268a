/**
 * The load balancers that the provider runs: those whose name or address stands in a Service's status, with their targets.
 *
 * Source: instance targets: every eligible node at the Service's node port; ip targets: AWS Load Balancer Controller
 * `pkg/backend/endpoint_resolver.go`, ready endpoints at their own port.
 */
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { KubeObject, Stored } from '../api/object.js';
import type { Lister } from '../registry/contract.js';
import { assignPlaces, privateAddress, publicAddress, serviceKey } from './addresses.js';
import type { BalancerSettings, CloudService, Listener, LoadBalancer, Target } from './contract.js';
import { addressOfNode, eligibleNodes } from './nodes.js';
import { balancedServices, type ProviderName, settingsAt } from './provider.js';

type ServicePort = NonNullable<NonNullable<CloudService['spec']>['ports']>[number];

/** In the order of Services' names. */
export function planBalancers(provider: ProviderName, lister: Lister, seed: number): LoadBalancer[] {
  const services = balancedServices(provider, lister);
  const places = assignPlaces(services, seed);
  return services.flatMap((service) => {
    const place = places.get(serviceKey(service));
    const running = (service.status?.loadBalancer?.ingress ?? []).length > 0;
    // A request that has become wrong leaves the load balancer as it is, but for its targets.
    const settings = running ? settingsAt(provider, asCreated(service), lister) : undefined;
    if (place === undefined || settings === undefined || 'error' in settings) return [];
    return [planBalancer(service, settings, place, lister)];
  });
}

/** The type of a classic load balancer cannot be changed: its Service is read as if nobody had tried. */
function asCreated(service: CloudService): CloudService {
  const name = 'service.beta.kubernetes.io/aws-load-balancer-type';
  const hostname = service.status?.loadBalancer?.ingress?.[0]?.hostname;
  const type = service.metadata.annotations?.[name];
  if (hostname === undefined || type === 'nlb-ip' || type === 'external') return service;
  const { [name]: _asked, ...annotations } = service.metadata.annotations ?? {};
  const classic = hostname.endsWith('.elb.amazonaws.com');
  const created = classic ? annotations : { ...annotations, [name]: 'nlb' };
  return { ...service, metadata: { ...service.metadata, annotations: created } };
}

function planBalancer(
  service: CloudService,
  { nodeLabels, ...settings }: BalancerSettings,
  place: number,
  lister: Lister,
): LoadBalancer {
  const own = privateAddress(place);
  const targets =
    settings.targetType === 'ip' ? podTargets(service, lister) : nodeTargets(nodeLabels, portAt(settings), lister);
  const listeners = (service.spec?.ports ?? []).map((port): Listener => {
    const { protocol = 'TCP' } = port;
    const found = targets(port).map((target) => ({ ...target, checkPort: settings.check.port ?? target.port }));
    return { protocol: protocol === 'UDP' ? 'UDP' : 'TCP', port: port.port, targets: found };
  });
  return {
    service: serviceKey(service),
    ...settings,
    address: settings.scheme === 'internal' ? own : publicAddress(place),
    privateAddress: own,
    sourceRanges: service.spec?.loadBalancerSourceRanges ?? [],
    listeners,
  };
}

type FindTargets = (port: ServicePort) => Omit<Target, 'checkPort'>[];

/** A passthrough load balancer leaves the port as it is: nodes take it for the address' sake. */
function portAt({ kind }: Pick<BalancerSettings, 'kind'>): (port: ServicePort) => number {
  return ({ port, nodePort = 0 }) => (kind === 'passthrough' ? port : nodePort);
}

/** A port without node port has no instance targets. */
function nodeTargets(
  labels: Readonly<Record<string, string>>,
  portOf: (port: ServicePort) => number,
  lister: Lister,
): FindTargets {
  const nodes = eligibleNodes(lister).filter(({ metadata }) =>
    Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value),
  );
  return (listened) =>
    nodes.flatMap((node) => {
      const address = addressOfNode(node);
      const port = portOf(listened);
      return port === 0 || address === undefined ? [] : [{ id: node.metadata.name, address, port }];
    });
}

function podTargets({ metadata }: CloudService, lister: Lister): FindTargets {
  const slices = lister
    .list<Stored<EndpointSlice> & KubeObject>('discovery.k8s.io', 'EndpointSlice', {
      namespace: metadata.namespace ?? '',
    })
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name);
  return ({ name = '', protocol = 'TCP' }) =>
    slices.flatMap(({ endpoints, ports = [] }) => {
      const port = ports.find((one) => (one.name ?? '') === name && (one.protocol ?? 'TCP') === protocol)?.port;
      const ready = endpoints.filter(({ conditions }) => conditions?.ready ?? true);
      return ready.flatMap(({ addresses: [address], targetRef }) =>
        port === undefined || address === undefined ? [] : [{ id: targetRef?.name ?? address, address, port }],
      );
    });
}
