/**
 * PTR records: from an address to the Service that has it, else to the endpoints at it.
 * Source: CoreDNS `plugin/kubernetes/reverse.go`.
 */
import type { DnsRecord, DnsSettings, DnsView } from './contract.js';

/** `undefined` when nothing in the cluster's Services has the address: pods alone have no PTR record. */
export function pointers(
  name: string,
  address: string,
  view: DnsView,
  { zone, ttl }: DnsSettings,
): DnsRecord[] | undefined {
  const pointer = (host: string): DnsRecord => ({ name, type: 'PTR', ttl, data: host });
  const [service] = view.servicesAt(address);
  if (service) return [pointer(`${service.name}.${service.namespace}.svc.${zone}`)];
  const hosts = view
    .slicesAt(address)
    .flatMap(({ endpoints, service: owner, namespace }) =>
      endpoints
        .filter((endpoint) => endpoint.address === address)
        .map(({ label }) => `${label}.${owner}.${namespace}.svc.${zone}`),
    );
  return hosts.length > 0 ? [...new Set(hosts)].map(pointer) : undefined;
}
