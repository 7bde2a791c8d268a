/**
 * SRV records, with the addresses of their targets beside them.
 * Source: CoreDNS `plugin/backend_lookup.go` (SRV); the specification's sections 2.3.2 and 2.4.2.
 */
import { familyOf } from './address.js';
import type { DnsRecord, DnsSettings, DnsView } from './contract.js';
import { lookUp } from './lookup.js';
import { nameServerTargets } from './name-server.js';

/** `undefined` when there is no such name. ExternalName Services have no SRV records. */
export function serviceRecords(
  name: string,
  view: DnsView,
  settings: DnsSettings,
): { answers: DnsRecord[]; additionals: DnsRecord[] } | undefined {
  if (nameServerTargets(name, view, settings)) return { answers: [], additionals: [] };
  const targets = lookUp(view, name, settings.zone)?.filter(({ host }) => familyOf(host) !== undefined);
  if (!targets) return undefined;
  const { ttl } = settings;
  // All share alike. Counted before equal ones are dropped, as CoreDNS does.
  const weight = Math.max(1, Math.floor(100 / targets.length));
  const answers = new Map<string, DnsRecord>();
  const additionals = new Map<string, DnsRecord>();
  for (const { host, port, owner } of targets) {
    if (port === -1) continue;
    const data = { priority: 0, weight, port, target: owner };
    answers.set(`${owner} ${port}`, { name, type: 'SRV', ttl, data });
    additionals.set(`${owner} ${host}`, {
      name: owner,
      type: familyOf(host) === 4 ? 'A' : 'AAAA',
      ttl,
      data: host,
    });
  }
  return { answers: [...answers.values()], additionals: [...additionals.values()] };
}
