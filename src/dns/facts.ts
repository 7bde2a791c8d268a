/**
 * From API objects to what the DNS knows of them, as CoreDNS' informers reduce them.
 * Source: CoreDNS `plugin/kubernetes/object/service.go`, `endpoint.go` (EndpointSliceToEndpoints).
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { KubeObject, ObjectKey } from '../api/object.js';
import { canonicalAddress, dashedAddress } from './address.js';
import type { DnsChange, DnsFact, DnsPort, DnsService, DnsSlice } from './contract.js';

/** Makes portless Services and slices answer all the same; SRV leaves such ports out. */
const portless: readonly DnsPort[] = [{ name: '', protocol: '', port: -1 }];

const serviceNameLabel = 'kubernetes.io/service-name';

/** What a change of an object changes for the DNS; undefined when it is none of its kinds. */
export function dnsChange(key: ObjectKey, object: KubeObject | undefined): DnsChange | undefined {
  const make = factMakers[`${key.group}/${key.kind}`];
  if (!make) return undefined;
  const [prefix, fact] = make;
  const name = key.namespace === '' ? key.name : `${key.namespace}/${key.name}`;
  return { key: `${prefix}/${name}`, ...(object ? { fact: fact(object) } : {}) };
}

const factMakers: Readonly<Record<string, [prefix: string, fact: (object: KubeObject) => DnsFact]>> = {
  '/Namespace': ['namespace', ({ metadata }) => ({ kind: 'namespace', name: metadata.name })],
  '/Service': ['service', (object) => serviceFact(object as unknown as Service)],
  'discovery.k8s.io/EndpointSlice': ['slice', (object) => sliceFact(object as unknown as EndpointSlice)],
};

/** The kinds that the DNS watches, as group and kind. */
export const dnsKinds: readonly (readonly [group: string, kind: string])[] = [
  ['', 'Namespace'],
  ['', 'Service'],
  ['discovery.k8s.io', 'EndpointSlice'],
];

function serviceFact({ metadata, spec }: Service): DnsService {
  const { clusterIPs = [], clusterIP = '', ports = [], type, externalName = '' } = spec ?? {};
  const addresses = (clusterIPs.length > 0 ? clusterIPs : [clusterIP]).filter((ip) => ip !== '' && ip !== 'None');
  const external = type === 'ExternalName';
  return {
    kind: 'service',
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    clusterIPs: external ? [] : addresses.map(canonicalAddress),
    headless: !external && addresses.length === 0,
    ...(external ? { externalName: externalName.toLowerCase().replace(/\.$/, '') } : {}),
    ports: portsOf(ports),
  };
}

function sliceFact({ metadata, endpoints, ports }: EndpointSlice): DnsSlice {
  return {
    kind: 'slice',
    namespace: metadata?.namespace ?? '',
    name: metadata?.name ?? '',
    service: metadata?.labels?.[serviceNameLabel] ?? '',
    endpoints: (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready ?? true)
      .flatMap(({ addresses, hostname }) =>
        addresses.map(canonicalAddress).map((address) => ({ address, label: hostname || dashedAddress(address) })),
      ),
    ports: portsOf(ports ?? []),
  };
}

function portsOf(ports: readonly { name?: string; protocol?: string; port?: number }[]): readonly DnsPort[] {
  if (ports.length === 0) return portless;
  return ports.map(({ name = '', protocol = 'TCP', port = -1 }) => ({ name, protocol: protocol.toLowerCase(), port }));
}
