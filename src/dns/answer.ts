/**
 * What the cluster DNS says to a question.
 *
 * Source: CoreDNS `plugin/kubernetes/handler.go` (ServeDNS), `kubernetes.go` (Services), `plugin/backend_lookup.go`.
 * Differs: names outside the cluster get SERVFAIL at once; a CoreDNS whose upstream is silent says it after some seconds.
 * Differs: with a cloud provider, the cluster DNS knows itself what the provider's name server would say, and asks nobody.
 * Differs: nothing is cached, as if kubeadm's `cache 30` did not cover the cluster's own names (since 1.31 it does not).
 */
import { familyOf, reversedAddress, reverseZones } from './address.js';
import { addressRecords } from './addresses.js';
import type { DnsRecord, DnsSettings, DnsView, Question, Rcode, Reply } from './contract.js';
import { lookUp, type Target } from './lookup.js';
import { nameServers, nameServerTargets } from './name-server.js';
import { pointers } from './pointers.js';
import { serviceRecords } from './service-records.js';
import { answerUpstream } from './upstream.js';

/** The specification's version. */
const schemaVersion = '1.1.0';
/** Seconds. Source: `kubernetes.go`, the only record with a TTL of its own. */
const schemaVersionTtl = 28_800;

interface Found {
  answers: readonly DnsRecord[];
  additionals?: readonly DnsRecord[];
}

/** The answer to one question of class IN. Never throws. */
export function answer(question: Question, view: DnsView, settings: DnsSettings): Reply {
  const { name, type } = question;
  const reverse = reverseZones.find((zone) => isWithin(name, zone));
  const zone = isWithin(name, settings.zone) ? settings.zone : reverse;
  if (zone === undefined) return settings.upstream ? answerUpstream(question, settings.upstream) : refusal('SERVFAIL');
  if (type === 'AXFR' || type === 'IXFR') return refusal('REFUSED');
  const found = reverse ? findReverse(question, reverse, view, settings) : find(question, view, settings);
  // kubeadm's `fallthrough in-addr.arpa ip6.arpa`: what is not found there is asked of the upstream.
  if (!found && (reverse !== undefined || !view.synced)) return refusal('SERVFAIL');
  if (!found) return negative('NXDOMAIN', zone, view, settings);
  if (found.answers.length === 0) return negative('NOERROR', zone, view, settings);
  return reply('NOERROR', { authoritative: true, ...found });
}

/** A reply without records. */
export function refusal(rcode: Rcode): Reply {
  return reply(rcode, { authoritative: false });
}

function reply(rcode: Rcode, parts: Partial<Reply> & Pick<Reply, 'authoritative'>): Reply {
  return { rcode, answers: [], authorities: [], additionals: [], ...parts };
}

function negative(rcode: Rcode, zone: string, view: DnsView, settings: DnsSettings): Reply {
  return reply(rcode, { authoritative: true, authorities: [startOfAuthority(zone, view, settings)] });
}

/** Undefined: there is no such name. */
function find({ name, type }: Question, view: DnsView, settings: DnsSettings): Found | undefined {
  const { zone } = settings;
  switch (type) {
    case 'A':
    case 'AAAA':
      return answers(addressRecords(name, type, view, settings));
    case 'SRV':
      return serviceRecords(name, view, settings);
    case 'TXT':
      return findText(name, view, settings);
    case 'CNAME':
      return answers(targetsOf(name, view, settings)?.slice(0, 1).flatMap(aliasOf(name, settings)));
    case 'SOA':
      if (name === zone) return { answers: [startOfAuthority(zone, view, settings)] };
      break;
    case 'NS':
      if (name === zone) return nameServers(view, settings);
      break;
    default:
  }
  return targetsOf(name, view, settings) && { answers: [] };
}

function answers(records: readonly DnsRecord[] | undefined): Found | undefined {
  return records && { answers: records };
}

/** `ns.dns.ZONE` is a name of its own. */
function targetsOf(name: string, view: DnsView, settings: DnsSettings): readonly Target[] | undefined {
  return nameServerTargets(name, view, settings) ?? lookUp(view, name, settings.zone);
}

function aliasOf(name: string, { ttl }: DnsSettings): (target: Target) => DnsRecord[] {
  return ({ host }) => (familyOf(host) === undefined ? [{ name, type: 'CNAME', ttl, data: host }] : []);
}

/** Differs from the other types, as CoreDNS does: names without any record do not exist for TXT. */
function findText(name: string, view: DnsView, { zone }: DnsSettings): Found | undefined {
  if (name === `dns-version.${zone}`) {
    return { answers: [{ name, type: 'TXT', ttl: schemaVersionTtl, data: schemaVersion }] };
  }
  return (lookUp(view, name, zone) ?? []).length > 0 ? { answers: [] } : undefined;
}

function findReverse(
  { name, type }: Question,
  reverse: string,
  view: DnsView,
  settings: DnsSettings,
): Found | undefined {
  if (name === reverse) return { answers: type === 'SOA' ? [startOfAuthority(reverse, view, settings)] : [] };
  const address = type === 'PTR' ? reversedAddress(name) : undefined;
  return address === undefined ? undefined : answers(pointers(name, address, view, settings));
}

/** Negative answers may be kept for at most five minutes. Source: `plugin/backend_lookup.go` SOA. */
const longestNegativeTtl = 300;

function startOfAuthority(zone: string, { serial }: DnsView, { ttl }: DnsSettings): DnsRecord {
  return {
    name: zone,
    type: 'SOA',
    ttl: Math.min(ttl, longestNegativeTtl),
    data: {
      mname: `ns.dns.${zone}`,
      rname: `hostmaster.${zone}`,
      serial,
      refresh: 7200,
      retry: 1800,
      expire: 86_400,
      minimum: ttl,
    },
  };
}

/** Is the name the zone's, or in it? */
function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
