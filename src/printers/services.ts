/**
 * Services, Endpoints and EndpointSlices.
 *
 * Source: `pkg/printers/internalversion/printers.go`, `printService`, `formatEndpoints`, `printEndpointSlice`.
 */
import type { EndpointSubset, Endpoints, Service, ServicePort, ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { formatLabels, loadBalancerAddresses, none, shortened } from './format.js';
import { age, ageColumn, column, nameColumn, nameOf, printer, wide } from './printer.js';

function externalIP({ spec = {}, status }: Service): string {
  const own = (spec as ServiceSpec).externalIPs ?? [];
  switch (spec.type) {
    case 'ClusterIP':
    case 'NodePort':
      return own.join(',') || none;
    case 'LoadBalancer':
      return [...loadBalancerAddresses(status?.loadBalancer?.ingress), ...own].join(',') || '<pending>';
    case 'ExternalName':
      return spec.externalName ?? '';
    default:
      return '<unknown>';
  }
}

/** `80:30080/TCP`, or `80/TCP` without a node port. */
function servicePort({ port, nodePort, protocol = '' }: ServicePort): string {
  return nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`;
}

export const servicePrinter = printer<Service>(
  [
    nameColumn,
    ...['Type', 'Cluster-IP', 'External-IP', 'Port(s)'].map((name) => column(name)),
    ageColumn,
    wide('Selector'),
  ],
  (service, context) => [
    nameOf(service),
    service.spec?.type ?? '',
    service.spec?.clusterIPs?.[0] ?? none,
    externalIP(service),
    (service.spec?.ports ?? []).map(servicePort).join(',') || none,
    age(service, context),
    formatLabels(service.spec?.selector),
  ],
);

/** `host:port`, brackets around IPv6 (Go's `net.JoinHostPort`). */
function joinHostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A subset without ports (headless Service) lists bare addresses. */
function subsetEndpoints({ addresses = [], ports = [] }: EndpointSubset): string[] {
  if (ports.length === 0) return addresses.map(({ ip }) => ip);
  return ports.flatMap(({ port }) => addresses.map(({ ip }) => joinHostPort(ip, port)));
}

export const endpointsPrinter = printer<Endpoints>([nameColumn, column('Endpoints'), ageColumn], (object, context) => [
  nameOf(object),
  (object.subsets ?? []).length === 0 ? none : shortened((object.subsets ?? []).flatMap(subsetEndpoints)),
  age(object, context),
]);

export const endpointSlicePrinter = printer<EndpointSlice>(
  [nameColumn, ...['AddressType', 'Ports', 'Endpoints'].map((name) => column(name)), ageColumn],
  (slice, context) => [
    nameOf(slice),
    slice.addressType ?? '',
    shortened((slice.ports ?? []).map(({ port, name }) => `${port ?? name ?? '*'}`)) || '<unset>',
    shortened((slice.endpoints ?? []).flatMap(({ addresses }) => addresses ?? [])) || '<unset>',
    age(slice, context),
  ],
);
