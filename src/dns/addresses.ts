/**
 * A and AAAA records, through the aliases of ExternalName Services.
 * Source: CoreDNS `plugin/backend_lookup.go` (A, AAAA).
 */
import { familyOf } from './address.js';
import type { DnsRecord, DnsSettings, DnsView } from './contract.js';
import { lookUp } from './lookup.js';
import { nameServerTargets } from './name-server.js';

/** Source: `maxCnameChainLength`. */
const mostAliases = 10;

/**
 * The addresses of a name, each once; `undefined` when there is no such name.
 * An alias into the cluster is followed, and dropped when it leads nowhere; one that leads out stands alone, as with a
 * CoreDNS whose upstream does not answer.
 */
export function addressRecords(
  name: string,
  type: 'A' | 'AAAA',
  view: DnsView,
  settings: DnsSettings,
  seen: readonly string[] = [],
): DnsRecord[] | undefined {
  const targets = nameServerTargets(name, view, settings) ?? lookUp(view, name, settings.zone);
  if (!targets) return undefined;
  const family = type === 'A' ? 4 : 6;
  const hosts = [...new Set(targets.map(({ host }) => host))];
  return hosts.flatMap((host): DnsRecord[] => {
    const record = { name, ttl: settings.ttl, data: host };
    const hostFamily = familyOf(host);
    if (hostFamily !== undefined) return hostFamily === family ? [{ ...record, type }] : [];
    if (host === name || seen.includes(name) || seen.length > mostAliases) return [];
    const alias: DnsRecord = { ...record, type: 'CNAME' };
    if (!host.endsWith(`.${settings.zone}`) && host !== settings.zone) return [alias];
    const further = addressRecords(host, type, view, settings, [...seen, name]) ?? [];
    return further.length > 0 ? [alias, ...further] : [];
  });
}
