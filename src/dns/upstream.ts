/**
 * What a name server outside of the cluster says: a cloud provider's, which knows its load balancers' names and nothing
 * of the world.
 */
import { familyOf } from './address.js';
import type { Question, Reply } from './contract.js';

/** Addresses by name, in lower case. */
export type UpstreamNames = Readonly<Record<string, readonly string[]>>;

/** Seconds. Names of load balancers at AWS have this TTL. */
const ttl = 60;

export function answerUpstream({ name, type }: Question, names: UpstreamNames): Reply {
  const addresses = Object.hasOwn(names, name) ? names[name] : undefined;
  const empty = { authoritative: false, answers: [], authorities: [], additionals: [] };
  if (addresses === undefined) return { ...empty, rcode: 'NXDOMAIN' };
  const family = { A: 4, AAAA: 6 }[type];
  const wanted = addresses.filter((address) => family !== undefined && familyOf(address) === family);
  const answers = wanted.map((data) => ({ name, type: type as 'A' | 'AAAA', ttl, data }));
  return { ...empty, rcode: 'NOERROR', answers };
}
