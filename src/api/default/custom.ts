/**
 * The `default:` values in the resource definitions of MetalLB and the Gateway API.
 *
 * Source: MetalLB 0.13.12 `config/manifests/metallb-native.yaml`, Gateway API 1.0 `config/crd/standard`.
 */

interface AddressPool {
  spec?: { autoAssign?: boolean; avoidBuggyIPs?: boolean };
}

/** Changes the draft that it is given. */
export function defaultIPAddressPool({ spec }: AddressPool): void {
  if (spec === undefined) return;
  spec.autoAssign ??= true;
  spec.avoidBuggyIPs ??= false;
}

interface Advertisement {
  spec?: { aggregationLength?: number; aggregationLengthV6?: number };
}

/** Changes the draft that it is given. */
export function defaultBGPAdvertisement({ spec }: Advertisement): void {
  if (spec === undefined) return;
  spec.aggregationLength ??= 32;
  spec.aggregationLengthV6 ??= 128;
}

/** The BGP port, RFC 4271 section 8.2.1. Changes the draft that it is given. */
export function defaultBGPPeer({ spec }: { spec?: { peerPort?: number } }): void {
  if (spec !== undefined) spec.peerPort ??= 179;
}

interface Reference {
  group?: string;
  kind?: string;
}

interface Gateway {
  spec?: {
    listeners?: {
      allowedRoutes?: { namespaces?: { from?: string } };
      tls?: { mode?: string; certificateRefs?: Reference[] };
    }[];
  };
  status?: { conditions?: object[] };
}

/** What a condition says before any controller has looked. */
function waiting(type: string): object {
  const lastTransitionTime = '1970-01-01T00:00:00Z';
  return { type, status: 'Unknown', reason: 'Pending', message: 'Waiting for controller', lastTransitionTime };
}

/** Changes the draft that it is given. */
export function defaultGatewayClass(gatewayClass: { status?: { conditions?: object[] } }): void {
  gatewayClass.status ??= { conditions: [waiting('Accepted')] };
}

/** Changes the draft that it is given. */
export function defaultGateway(gateway: Gateway): void {
  gateway.status ??= { conditions: [waiting('Accepted'), waiting('Programmed')] };
  for (const listener of gateway.spec?.listeners ?? []) {
    listener.allowedRoutes ??= {};
    listener.allowedRoutes.namespaces ??= {};
    listener.allowedRoutes.namespaces.from ??= 'Same';
    if (listener.tls === undefined) continue;
    listener.tls.mode ??= 'Terminate';
    for (const reference of listener.tls.certificateRefs ?? []) defaultReference(reference, '', 'Secret');
  }
}

function defaultReference(reference: Reference, group: string, kind: string): void {
  reference.group ??= group;
  reference.kind ??= kind;
}

interface HTTPRoute {
  spec?: { parentRefs?: Reference[]; rules?: HTTPRouteRule[] };
}

interface HTTPRouteRule {
  matches?: {
    path?: { type?: string; value?: string };
    headers?: { type?: string }[];
    queryParams?: { type?: string }[];
  }[];
  backendRefs?: (Reference & { weight?: number })[];
}

/** Changes the draft that it is given. */
export function defaultHTTPRoute({ spec }: HTTPRoute): void {
  if (spec === undefined) return;
  for (const parent of spec.parentRefs ?? []) defaultReference(parent, 'gateway.networking.k8s.io', 'Gateway');
  spec.rules ??= [{}];
  spec.rules.forEach(defaultRouteRule);
}

function defaultRouteRule(rule: HTTPRouteRule): void {
  rule.matches ??= [{}];
  for (const match of rule.matches) {
    match.path = { type: 'PathPrefix', value: '/', ...match.path };
    for (const item of [...(match.headers ?? []), ...(match.queryParams ?? [])]) item.type ??= 'Exact';
  }
  for (const backend of rule.backendRefs ?? []) {
    defaultReference(backend, '', 'Service');
    backend.weight ??= 1;
  }
}
