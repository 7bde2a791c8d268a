/**
 * The ipsets by which a handful of iptables rules serve any number of Services.
 *
 * Source: kube-proxy v1.30.5 `ipvs/ipset.go` and `ipsetInfo`. The comment is that of the iptables rules which match the
 * set, not of the set itself.
 */
import { middles } from '../../model/common-ends.js';
import type { IPFamily } from '../../model/traffic.js';

export type SetType = 'hash:ip,port,ip' | 'hash:ip,port,net' | 'hash:ip,port' | 'hash:ip' | 'bitmap:port';

const definitions = {
  'KUBE-LOOP-BACK': ['hash:ip,port,ip', 'Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose'],
  'KUBE-CLUSTER-IP': ['hash:ip,port', 'Kubernetes service cluster ip + port for masquerade purpose'],
  'KUBE-EXTERNAL-IP': ['hash:ip,port', 'Kubernetes service external ip + port for masquerade and filter purpose'],
  'KUBE-EXTERNAL-IP-LOCAL': ['hash:ip,port', 'Kubernetes service external ip + port with externalTrafficPolicy=local'],
  'KUBE-LOAD-BALANCER': ['hash:ip,port', 'Kubernetes service lb portal'],
  'KUBE-LOAD-BALANCER-FW': [
    'hash:ip,port',
    'Kubernetes service load balancer ip + port for load balancer with sourceRange',
  ],
  'KUBE-LOAD-BALANCER-LOCAL': [
    'hash:ip,port',
    'Kubernetes service load balancer ip + port with externalTrafficPolicy=local',
  ],
  'KUBE-LOAD-BALANCER-SOURCE-IP': [
    'hash:ip,port,ip',
    'Kubernetes service load balancer ip + port + source IP for packet filter purpose',
  ],
  'KUBE-LOAD-BALANCER-SOURCE-CIDR': [
    'hash:ip,port,net',
    'Kubernetes service load balancer ip + port + source cidr for packet filter purpose',
  ],
  'KUBE-NODE-PORT-TCP': ['bitmap:port', 'Kubernetes nodeport TCP port for masquerade purpose'],
  'KUBE-NODE-PORT-LOCAL-TCP': ['bitmap:port', 'Kubernetes nodeport TCP port with externalTrafficPolicy=local'],
  'KUBE-NODE-PORT-UDP': ['bitmap:port', 'Kubernetes nodeport UDP port for masquerade purpose'],
  'KUBE-NODE-PORT-LOCAL-UDP': ['bitmap:port', 'Kubernetes nodeport UDP port with externalTrafficPolicy=local'],
  'KUBE-NODE-PORT-SCTP-HASH': [
    'hash:ip,port',
    "Kubernetes nodeport SCTP port for masquerade purpose with type 'hash ip:port'",
  ],
  'KUBE-NODE-PORT-LOCAL-SCTP-HASH': [
    'hash:ip,port',
    "Kubernetes nodeport SCTP port with externalTrafficPolicy=local with type 'hash ip:port'",
  ],
  'KUBE-HEALTH-CHECK-NODE-PORT': ['bitmap:port', 'Kubernetes health check node port'],
  'KUBE-IPVS-IPS': ['hash:ip', 'Addresses on the ipvs interface'],
} as const satisfies Record<string, readonly [SetType, string]>;

export type SetName = keyof typeof definitions;

const setNames = Object.keys(definitions) as readonly SetName[];

/** A set's comment, for the rules that match it. */
export function setComment(name: SetName): string {
  return definitions[name][1];
}

/** The longest name an ipset may have, IPSET_MAXNAMELEN less the closing zero. */
const longestName = 31;

/** The set's name in the kernel: both families may be there at once, so IPv6 sets are called KUBE-6-…. */
export function kernelSetName(name: SetName, family: IPFamily): string {
  return family === 'IPv4' ? name : name.replace('KUBE-', 'KUBE-6-').slice(0, longestName);
}

/** One set with its members, sorted. */
export interface IpSet {
  /** As in the kernel. */
  readonly name: string;
  readonly type: SetType;
  readonly family: IPFamily;
  readonly entries: readonly string[];
}

/** Members by set. Every set exists, be it empty. */
export type SetEntries = ReadonlyMap<SetName, ReadonlySet<string>>;

/** All sets of a rule set. */
export function ipSets(entries: SetEntries, family: IPFamily): IpSet[] {
  return setNames.map((name) => ({
    name: kernelSetName(name, family),
    type: definitions[name][0],
    family,
    entries: [...(entries.get(name) ?? [])].sort(),
  }));
}

/** hashsize 1024, maxelem 65536 and the whole port range are kube-proxy's defaults. */
function createLine({ name, type, family }: IpSet): string {
  if (type === 'bitmap:port') return `create ${name} ${type} range 0-65535 -exist`;
  return `create ${name} ${type} family ${family === 'IPv4' ? 'inet' : 'inet6'} hashsize 1024 maxelem 65536 -exist`;
}

/** Sets as `ipset restore` input, without emptying those that exist. */
export function renderSets(sets: readonly IpSet[]): string {
  return sets
    .flatMap((set) => [createLine(set), ...set.entries.map((entry) => `add ${set.name} ${entry} -exist`)])
    .map((line) => `${line}\n`)
    .join('');
}

/** What one list has and the other has not, each in its own order. */
export function listChanges(
  before: readonly string[],
  after: readonly string[],
): { readonly gone: readonly string[]; readonly fresh: readonly string[] } {
  const differing = middles(before, after);
  const [had, has] = [new Set(differing.before), new Set(differing.after)];
  return {
    gone: differing.before.filter((entry) => !has.has(entry)),
    fresh: differing.after.filter((entry) => !had.has(entry)),
  };
}

/** The `ipset restore` input that turns one list of sets into another; '' when they hold the same. */
export function changeSets(previous: readonly IpSet[], next: readonly IpSet[]): string {
  const before = new Map(previous.map((set) => [set.name, set.entries]));
  return next
    .flatMap(({ name, entries }) => {
      const { gone, fresh } = listChanges(before.get(name) ?? [], entries);
      return [
        ...gone.map((entry) => `del ${name} ${entry} -exist\n`),
        ...fresh.map((entry) => `add ${name} ${entry} -exist\n`),
      ];
    })
    .join('');
}
