/**
 * Services and EndpointSlices to the cluster's traffic plan.
 *
 * Models kube-proxy's ServiceChangeTracker (`newBaseServiceInfo`) and its informers' selector. Pure, and incremental
 * by object identity: objects are never mutated, so the same Service with the same slices keeps its planned ports, and
 * of two lists of ten thousand only what lies between their equal ends is looked at.
 */
import type { Service, ServicePort, ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { middles } from './common-ends.js';
import { canonicalCIDR, canonicalIP } from './traffic-address.js';
import { endpointsOf } from './traffic-endpoints.js';
import type {
  ClusterTraffic,
  IPFamily,
  PlannedService,
  PositionOf,
  Protocol,
  Provenance,
  ServicePortTraffic,
  TrafficInput,
} from './traffic-model.js';

/** Either label, with any value, hides a Service or an EndpointSlice from kube-proxy. */
const hidingLabels = ['service.kubernetes.io/service-proxy-name', 'service.kubernetes.io/headless'];
const serviceNameLabel = 'kubernetes.io/service-name';
/** The API server's default of `sessionAffinityConfig.clientIP.timeoutSeconds`. */
const defaultAffinitySeconds = 10800;
const noSlices: readonly EndpointSlice[] = [];

function isHidden(labels: Record<string, string> | undefined): boolean {
  return labels !== undefined && hidingLabels.some((label) => label in labels);
}

/** The Service's ClusterIP of that family; undefined for headless, ExternalName and other-family Services. */
function clusterIPOf(spec: ServiceSpec, family: IPFamily): string | undefined {
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None' || !spec.clusterIP) return undefined;
  if (!spec.clusterIPs?.length) return canonicalIP(spec.clusterIP, family);
  for (const candidate of spec.clusterIPs) {
    const ip = canonicalIP(candidate, family);
    if (ip !== undefined) return ip;
  }
  return undefined;
}

/** Most Services have none of most things, and all of them the same none. */
const none: readonly string[] = [];

function present<T>(values: readonly T[] | undefined, read: (value: T) => string | undefined): readonly string[] {
  if (values === undefined || values.length === 0) return none;
  return values.map(read).filter((value) => value !== undefined);
}

/** Ingress addresses kube-proxy programs: of the family, and not of load balancers that deliver to node ports. */
function loadBalancerVIPs(service: Service, family: IPFamily): readonly string[] {
  const ingress: { ip?: string; ipMode?: string }[] | undefined = service.status?.loadBalancer?.ingress;
  const vips = ingress?.filter(({ ipMode }) => ipMode === undefined || ipMode === 'VIP');
  return present(vips, ({ ip }) => (ip ? canonicalIP(ip, family) : undefined));
}

/** What all ports of one Service have alike. */
function sharedFields(service: Service, spec: ServiceSpec, clusterIP: string, family: IPFamily) {
  const needsHealthCheck = spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
  return {
    namespace: service.metadata?.namespace ?? 'default',
    service: service.metadata?.name ?? '',
    clusterIP,
    externalIPs: present(spec.externalIPs, (ip) => canonicalIP(ip, family)),
    loadBalancerVIPs: loadBalancerVIPs(service, family),
    loadBalancerSourceRanges: present(spec.loadBalancerSourceRanges, (cidr) => canonicalCIDR(cidr, family)),
    affinitySeconds:
      spec.sessionAffinity === 'ClientIP'
        ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds)
        : undefined,
    internalTrafficPolicy: spec.internalTrafficPolicy === 'Local' ? ('Local' as const) : ('Cluster' as const),
    healthCheckNodePort: needsHealthCheck ? (spec.healthCheckNodePort ?? 0) : 0,
  };
}

/** Upstream `ExternalPolicyLocal`: the field counts on externally accessible Services, ClusterIP with externalIPs included. */
function externalPolicy(spec: ServiceSpec): 'Local' | 'Cluster' {
  const accessible = spec.type === 'LoadBalancer' || spec.type === 'NodePort' || (spec.externalIPs ?? []).length > 0;
  return accessible && spec.externalTrafficPolicy === 'Local' ? 'Local' : 'Cluster';
}

function provenanceOf(service: Service, index: number, positionOf: PositionOf | undefined): Provenance {
  const { namespace = 'default', name = '' } = service.metadata ?? {};
  const field = `spec.ports[${index}]`;
  const position = positionOf?.(service, field);
  const from = { object: `Service ${namespace}/${name}`, field };
  return position === undefined ? from : { ...from, position };
}

function planService(
  service: Service,
  slices: readonly EndpointSlice[],
  family: IPFamily,
  positionOf: PositionOf | undefined,
): ServicePortTraffic[] {
  const { spec } = service;
  const clusterIP = spec === undefined ? undefined : clusterIPOf(spec, family);
  if (spec === undefined || clusterIP === undefined) return [];
  const shared = sharedFields(service, spec, clusterIP, family);
  const externalTrafficPolicy = externalPolicy(spec);
  return (spec.ports ?? []).map((port: ServicePort, index: number) => {
    const portName = port.name ?? '';
    const protocol = (port.protocol ?? 'TCP') as Protocol;
    const base = `${shared.namespace}/${shared.service}`;
    return {
      name: portName === '' ? base : `${base}:${portName}`,
      ...shared,
      portName,
      protocol,
      port: port.port,
      nodePort: port.nodePort ?? 0,
      externalTrafficPolicy,
      endpoints: endpointsOf(slices, portName, protocol, family),
      from: provenanceOf(service, index, positionOf),
    };
  });
}

/** The `namespace/service` that a slice belongs to, if kube-proxy looks at it. */
function ownerOf({ metadata, addressType }: EndpointSlice): string | undefined {
  const labels = metadata?.labels;
  const service = labels?.[serviceNameLabel];
  if (service === undefined || isHidden(labels) || addressType === 'FQDN') return undefined;
  return `${metadata?.namespace ?? 'default'}/${service}`;
}

function keyOf({ metadata }: Service): string {
  return `${metadata?.namespace ?? 'default'}/${metadata?.name ?? ''}`;
}

/** Slices of these Services (all, when not given), each list in the order of slice names. */
function slicesByService(slices: readonly EndpointSlice[], wanted?: ReadonlySet<string>): Map<string, EndpointSlice[]> {
  const groups = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const key = ownerOf(slice);
    if (key === undefined || wanted?.has(key) === false) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [slice]);
    else group.push(slice);
  }
  for (const group of groups.values()) {
    if (group.length > 1) group.sort((a, b) => ((a.metadata?.name ?? '') < (b.metadata?.name ?? '') ? -1 : 1));
  }
  return groups;
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Ports that say the same as before keep their identity, so that engines' memos hold. */
function keepEqual(fresh: ServicePortTraffic[], before: readonly ServicePortTraffic[]): ServicePortTraffic[] {
  const known = new Map(before.map((port) => [JSON.stringify(port), port]));
  return fresh.map((port) => known.get(JSON.stringify(port)) ?? port);
}

function byNameThenProtocol(a: ServicePortTraffic, b: ServicePortTraffic): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  if (a.protocol !== b.protocol) return a.protocol < b.protocol ? -1 : 1;
  return 0;
}

/** What to plan: these Services, in place of those that had their keys. */
interface Work {
  readonly services: readonly Service[];
  readonly slices: ReadonlyMap<string, readonly EndpointSlice[]>;
  /** Keys whose plan may change. */
  readonly keys: Iterable<string>;
}

/** Only Services that changed, and those whose slices did. */
function workSince(previous: ClusterTraffic, services: readonly Service[], slices: readonly EndpointSlice[]): Work {
  const [own, theirs] = [middles(previous.input.services, services), middles(previous.input.endpointSlices, slices)];
  const keys = new Set([...own.before, ...own.after].map(keyOf));
  for (const slice of [...theirs.before, ...theirs.after]) {
    const key = ownerOf(slice);
    if (key !== undefined) keys.add(key);
  }
  const affected = services.filter((service) => keys.has(keyOf(service)));
  return { services: affected, slices: slicesByService(slices, keys), keys };
}

/**
 * The cluster's traffic plan. Skips what kube-proxy skips: headless and ExternalName Services, Services and slices with
 * a service-proxy-name or headless label, and addresses that are malformed or of the other family.
 *
 * With `previous`, only what changed since is planned, and ports that did not change are the same objects as there.
 */
export function planTraffic(given: TrafficInput, previous?: ClusterTraffic): ClusterTraffic {
  const { family = 'IPv4', positionOf } = given;
  const input = { services: [...given.services], endpointSlices: [...given.endpointSlices] };
  const before = previous?.family === family ? previous : undefined;
  const work: Work =
    before === undefined
      ? { services: input.services, slices: slicesByService(input.endpointSlices), keys: [] }
      : workSince(before, input.services, input.endpointSlices);
  const services = new Map(before?.services);
  for (const key of work.keys) services.delete(key);
  const fresh: ServicePortTraffic[] = [];
  for (const service of work.services) {
    if (isHidden(service.metadata?.labels)) continue;
    const key = keyOf(service);
    const own = work.slices.get(key) ?? noSlices;
    const known = before?.services.get(key);
    const planned = planAgain(known, service, own, family, positionOf);
    services.set(key, planned);
    for (const port of planned.ports) fresh.push(port);
  }
  const ports = before === undefined ? fresh : [...withoutServices(before, work.keys), ...fresh];
  return { family, input, ports: ports.sort(byNameThenProtocol), services };
}

function planAgain(
  known: PlannedService | undefined,
  service: Service,
  slices: readonly EndpointSlice[],
  family: IPFamily,
  positionOf: PositionOf | undefined,
): PlannedService {
  if (known !== undefined && known.service === service && sameList(known.slices, slices)) return known;
  const ports = planService(service, slices, family, positionOf);
  return { service, slices, ports: known === undefined ? ports : keepEqual(ports, known.ports) };
}

function withoutServices({ ports, services }: ClusterTraffic, keys: Iterable<string>): readonly ServicePortTraffic[] {
  const gone = new Set([...keys].flatMap((key) => services.get(key)?.ports ?? []));
  return gone.size === 0 ? ports : ports.filter((port) => !gone.has(port));
}
