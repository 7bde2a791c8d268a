/**
 * The zone's own name server: the Services in front of the pod that answers.
 * Source: CoreDNS `plugin/kubernetes/ns.go` (nsAddrs), `plugin/backend_lookup.go` (NS).
 */
import { familyOf } from './address.js';
import type { DnsRecord, DnsService, DnsSettings, DnsView } from './contract.js';
import type { Target } from './lookup.js';

/** What `ns.dns.ZONE` stands for; undefined for any other name. */
export function nameServerTargets(name: string, view: DnsView, settings: DnsSettings): Target[] | undefined {
  if (name !== `ns.dns.${settings.zone}`) return undefined;
  return serverAddresses(view, settings).map(({ host }) => ({ host, port: 0, owner: name }));
}

/** NS records of the zone, with the servers' addresses. */
export function nameServers(view: DnsView, settings: DnsSettings): { answers: DnsRecord[]; additionals: DnsRecord[] } {
  const { zone, ttl } = settings;
  const servers = serverAddresses(view, settings);
  const names = [...new Set(servers.map(({ owner }) => owner))];
  return {
    answers: names.map((data) => ({ name: zone, type: 'NS', ttl, data })),
    additionals: servers.map(({ host, owner }) => ({
      name: owner,
      type: familyOf(host) === 4 ? 'A' : 'AAAA',
      ttl,
      data: host,
    })),
  };
}

/** Without a Service in front of it, the server names itself. */
function serverAddresses(view: DnsView, { zone, localAddress }: DnsSettings): Target[] {
  const services = view
    .slicesAt(localAddress)
    .flatMap(({ namespace, service }) => view.service(namespace, service) ?? []);
  if (services.length === 0) return [{ host: localAddress, port: 0, owner: `ns.dns.${zone}` }];
  return services.flatMap((service) => addressesOf(service, view, `${service.name}.${service.namespace}.svc.${zone}`));
}

function addressesOf(service: DnsService, view: DnsView, owner: string): Target[] {
  if (!service.headless) return service.clusterIPs.map((host) => ({ host, port: 0, owner }));
  return view
    .slices(service.namespace, service.name)
    .flatMap(({ endpoints }) => endpoints)
    .map(({ address, label }) => ({ host: address, port: 0, owner: `${label}.${owner}` }));
}
