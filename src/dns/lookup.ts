/**
 * From a name to what it stands for, whatever the type of the question.
 *
 * Source: CoreDNS `plugin/kubernetes/parse.go` (parseRequest), `kubernetes.go` (Records, findPods, findServices).
 * `undefined` is a name that does not exist (NXDOMAIN); an empty list one that exists without records (NODATA).
 */
import { familyOf, undashedAddress } from './address.js';
import type { DnsPort, DnsService, DnsView } from './contract.js';

/** CoreDNS' `msg.Service`: an address or a name, and the name under which it can be asked for alone. */
export interface Target {
  host: string;
  port: number;
  owner: string;
}

interface Request {
  kind: 'svc' | 'pod';
  namespace: string;
  name: string;
  /** The label in front of a Service's name. */
  endpoint?: string;
  port?: string;
  protocol?: string;
}

/** `zone` itself, `svc.zone` and `NAMESPACE.svc.zone` are names without records. */
export function lookUp(view: DnsView, name: string, zone: string): readonly Target[] | undefined {
  const request = parseRequest(name, zone);
  if (request === 'none') return [];
  if (!request || !view.hasNamespace(request.namespace)) return undefined;
  if (request.name === '') return [];
  return request.kind === 'pod' ? findPod(request, name) : findService(view, request, zone);
}

/** `none`: nothing asked for in particular. `undefined`: no name of ours. */
function parseRequest(name: string, zone: string): Request | 'none' | undefined {
  if (name === zone) return 'none';
  const labels = name.slice(0, -zone.length - 1).split('.');
  const kind = labels.pop();
  if (kind !== 'svc' && kind !== 'pod') return undefined;
  const namespace = labels.pop();
  if (namespace === undefined) return 'none';
  const request = { kind, namespace, name: labels.pop() ?? '' } as const;
  if (labels.length > 2) return undefined;
  const [first = '', second] = labels;
  if (labels.length === 0) return request;
  if (second === undefined) return { ...request, endpoint: first };
  return { ...request, port: first.replace(/^_/, ''), protocol: second.replace(/^_/, '') };
}

/** Kubeadm's Corefile has `pods insecure`: every address in a namespace that exists is answered with itself. */
function findPod({ name }: Request, owner: string): readonly Target[] | undefined {
  const address = undashedAddress(name);
  return address === undefined ? undefined : [{ host: address, port: 0, owner }];
}

function findService(view: DnsView, request: Request, zone: string): readonly Target[] | undefined {
  const service = view.service(request.namespace, request.name);
  if (!service) return undefined;
  const owner = `${service.name}.${service.namespace}.svc.${zone}`;
  const { endpoint, port } = request;
  if (service.externalName !== undefined) {
    // An address is no name: CoreDNS makes no record of it. Nor are there names below an external one.
    const hasRecord = endpoint === undefined && port === undefined && familyOf(service.externalName) === undefined;
    return hasRecord ? [{ host: service.externalName, port: 0, owner }] : undefined;
  }
  const found =
    service.headless || endpoint !== undefined
      ? endpointTargets(view, service, request, owner)
      : clusterTargets(service, request, owner);
  return found.length > 0 ? found : undefined;
}

function clusterTargets(service: DnsService, request: Request, owner: string): Target[] {
  return service.ports
    .filter((port) => matches(request, port))
    .flatMap(({ port }) => service.clusterIPs.map((host) => ({ host, port, owner })));
}

function endpointTargets(view: DnsView, service: DnsService, request: Request, owner: string): Target[] {
  return view.slices(service.namespace, service.name).flatMap(({ endpoints, ports }) => {
    const asked = ports.filter((port) => matches(request, port));
    return endpoints
      .filter(({ label }) => request.endpoint === undefined || label === request.endpoint)
      .flatMap(({ address, label }) => asked.map(({ port }) => ({ host: address, port, owner: `${label}.${owner}` })));
  });
}

function matches({ port, protocol }: Request, candidate: DnsPort): boolean {
  return (port || candidate.name) === candidate.name && (protocol || candidate.protocol) === candidate.protocol;
}
