/**
 * The iptables rules of IPVS mode: marking for masquerade and guarding, by set. IPVS itself does the balancing.
 *
 * Source: kube-proxy v1.30.5 ipvs `writeIptablesRules`, `iptablesJumpChain`, `iptablesChains`.
 */
import type { IPFamily } from '../../model/traffic.js';
import type { LocalTrafficDetector, Provenance } from '../contract.js';
import type { EnsureOperation } from '../xtables/ensure.js';
import {
  accept,
  comment,
  drop,
  jump,
  type Match,
  type Rule,
  reject,
  returns,
  type Target,
  type XtablesTable,
} from '../xtables/rule.js';
import type { IpvsOptions } from './options.js';
import type { BarredVIP } from './service.js';
import { kernelSetName, type SetEntries, type SetName, setComment } from './sets.js';

const from: Provenance = { object: 'kube-proxy', field: 'ipvs' };

/** Chains of each table, in the order in which kube-proxy names them. */
export const natChains = [
  'KUBE-SERVICES',
  'KUBE-POSTROUTING',
  'KUBE-NODE-PORT',
  'KUBE-LOAD-BALANCER',
  'KUBE-MARK-MASQ',
] as const;
export const filterChains = [
  'KUBE-FORWARD',
  'KUBE-NODE-PORT',
  'KUBE-PROXY-FIREWALL',
  'KUBE-SOURCE-RANGES-FIREWALL',
  'KUBE-IPVS-FILTER',
  'KUBE-IPVS-OUT-FILTER',
] as const;

const jumps: readonly (readonly [table: XtablesTable, chain: string, to: string, why: string])[] = [
  ['nat', 'OUTPUT', 'KUBE-SERVICES', 'kubernetes service portals'],
  ['nat', 'PREROUTING', 'KUBE-SERVICES', 'kubernetes service portals'],
  ['nat', 'POSTROUTING', 'KUBE-POSTROUTING', 'kubernetes postrouting rules'],
  ['filter', 'FORWARD', 'KUBE-FORWARD', 'kubernetes forwarding rules'],
  ['filter', 'INPUT', 'KUBE-NODE-PORT', 'kubernetes health check rules'],
  ['filter', 'INPUT', 'KUBE-PROXY-FIREWALL', 'kube-proxy firewall rules'],
  ['filter', 'FORWARD', 'KUBE-PROXY-FIREWALL', 'kube-proxy firewall rules'],
  ['filter', 'INPUT', 'KUBE-IPVS-FILTER', 'kubernetes ipvs access filter'],
  ['filter', 'OUTPUT', 'KUBE-IPVS-OUT-FILTER', 'kubernetes ipvs access filter'],
];

/** Every jump is put on top of its chain, so the last one stands first. */
export const ipvsJumps: readonly EnsureOperation[] = jumps.map(([table, chain, to, why]) => ({
  operation: 'EnsureRule',
  table,
  position: 'Prepend',
  rule: { chain, matches: [comment(why)], target: jump(to), from },
}));

const masquerade: Target = { target: 'masquerade', randomFully: false };
const markForMasquerade = jump('KUBE-MARK-MASQ');

type SetRule = readonly [SetName, chain: string, Target, flags: string, protocol?: 'TCP' | 'UDP' | 'SCTP'];

/** Written while the set has members. The LOCAL sets stand before the others, as they return. */
const natSetRules: readonly SetRule[] = [
  ['KUBE-LOOP-BACK', 'KUBE-POSTROUTING', masquerade, 'dst,dst,src'],
  ['KUBE-LOAD-BALANCER', 'KUBE-SERVICES', jump('KUBE-LOAD-BALANCER'), 'dst,dst'],
  ['KUBE-LOAD-BALANCER-LOCAL', 'KUBE-LOAD-BALANCER', returns, 'dst,dst'],
  ['KUBE-NODE-PORT-LOCAL-TCP', 'KUBE-NODE-PORT', returns, 'dst', 'TCP'],
  ['KUBE-NODE-PORT-TCP', 'KUBE-NODE-PORT', markForMasquerade, 'dst', 'TCP'],
  ['KUBE-NODE-PORT-LOCAL-UDP', 'KUBE-NODE-PORT', returns, 'dst', 'UDP'],
  ['KUBE-NODE-PORT-UDP', 'KUBE-NODE-PORT', markForMasquerade, 'dst', 'UDP'],
  ['KUBE-NODE-PORT-LOCAL-SCTP-HASH', 'KUBE-NODE-PORT', returns, 'dst,dst', 'SCTP'],
  ['KUBE-NODE-PORT-SCTP-HASH', 'KUBE-NODE-PORT', markForMasquerade, 'dst,dst', 'SCTP'],
];
const filterSetRules: readonly SetRule[] = [
  ['KUBE-LOAD-BALANCER-FW', 'KUBE-PROXY-FIREWALL', jump('KUBE-SOURCE-RANGES-FIREWALL'), 'dst,dst'],
  ['KUBE-LOAD-BALANCER-SOURCE-CIDR', 'KUBE-SOURCE-RANGES-FIREWALL', returns, 'dst,dst,src'],
  ['KUBE-LOAD-BALANCER-SOURCE-IP', 'KUBE-SOURCE-RANGES-FIREWALL', returns, 'dst,dst,src'],
];

function rule(chain: string, matches: readonly Match[], target: Target): Rule {
  return { chain, matches, target, from };
}

/** What rules depend on. */
export interface RuleInput {
  readonly options: IpvsOptions;
  readonly family: IPFamily;
  readonly entries: SetEntries;
  readonly barred: readonly BarredVIP[];
}

function inSet({ family }: RuleInput, name: SetName, flags: string): Match {
  return { match: 'set', set: kernelSetName(name, family), flags };
}

function hasMembers({ entries }: RuleInput, name: SetName): boolean {
  return (entries.get(name)?.size ?? 0) > 0;
}

function setRules(input: RuleInput, rules: readonly SetRule[]): Rule[] {
  return rules
    .filter(([name]) => hasMembers(input, name))
    .map(([name, chain, target, flags, protocol]) => {
      const matches: Match[] = protocol === undefined ? [] : [{ match: 'bareProtocol', protocol }];
      return rule(chain, [...matches, comment(setComment(name)), inSet(input, name, flags)], target);
    });
}

function outsiders(detector: LocalTrafficDetector): Match | undefined {
  switch (detector.kind) {
    case 'ClusterCIDR':
    case 'NodeCIDR':
      return { match: 'source', cidr: detector.cidr, negate: true };
    case 'BridgeInterface':
      return { match: 'inInterface', name: detector.name, negate: true };
    case 'InterfaceNamePrefix':
      return { match: 'inInterface', name: `${detector.prefix}+`, negate: true };
    case 'none':
      return undefined;
  }
}

/** Without a detector, what a VIP sends to a VIP: the node's own traffic, whose source is the VIP on kube-ipvs0. */
function clusterIPMasquerade(input: RuleInput): Rule[] {
  const { masqueradeAll, localTrafficDetector } = input.options;
  if (!hasMembers(input, 'KUBE-CLUSTER-IP')) return [];
  const why = comment(setComment('KUBE-CLUSTER-IP'));
  const others = outsiders(localTrafficDetector);
  const matches = (flags: string): Match[] => [why, inSet(input, 'KUBE-CLUSTER-IP', flags)];
  if (masqueradeAll) return [rule('KUBE-SERVICES', matches('dst,dst'), markForMasquerade)];
  if (others !== undefined) return [rule('KUBE-SERVICES', [...matches('dst,dst'), others], markForMasquerade)];
  return [rule('KUBE-SERVICES', matches('src,dst'), markForMasquerade)];
}

/** External addresses serve what comes from off the machine, and what is bound for an address that is local here. */
function externalIPRules(input: RuleInput, name: 'KUBE-EXTERNAL-IP' | 'KUBE-EXTERNAL-IP-LOCAL'): Rule[] {
  if (!hasMembers(input, name)) return [];
  const matches: Match[] = [comment(setComment(name)), inSet(input, name, 'dst,dst')];
  const fromOutside: Match[] = [
    { match: 'physdevIsIn', negate: true },
    { match: 'addrtype', side: 'src', negate: true },
  ];
  const mark = rule('KUBE-SERVICES', matches, markForMasquerade);
  return [
    ...(name === 'KUBE-EXTERNAL-IP' ? [mark] : []),
    rule('KUBE-SERVICES', [...matches, ...fromOutside], accept),
    rule('KUBE-SERVICES', [...matches, { match: 'addrtype', side: 'dst' }], accept),
  ];
}

/** IPVS must see the packet, so no other rule may take it. These stand last in KUBE-SERVICES. */
function acceptRules(input: RuleInput): Rule[] {
  return (['KUBE-CLUSTER-IP', 'KUBE-LOAD-BALANCER'] as const)
    .filter((name) => hasMembers(input, name))
    .map((name) => rule('KUBE-SERVICES', [inSet(input, name, 'dst,dst')], accept));
}

function postroutingRules({ masqueradeBit, randomFully }: IpvsOptions): Rule[] {
  const mark = 2 ** masqueradeBit;
  const why = comment('kubernetes service traffic requiring SNAT');
  return [
    rule('KUBE-POSTROUTING', [{ match: 'mark', mark, negate: true }], returns),
    rule('KUBE-POSTROUTING', [], { target: 'mark', operation: 'xor', mark }),
    rule('KUBE-POSTROUTING', [why], { target: 'masquerade', randomFully }),
    rule('KUBE-MARK-MASQ', [], { target: 'mark', operation: 'or', mark }),
  ];
}

export function natRules(input: RuleInput): Rule[] {
  const loopback = input.family === 'IPv4' ? '127.0.0.0/8' : '::1/128';
  return [
    rule('KUBE-SERVICES', [{ match: 'source', cidr: loopback }], returns),
    ...setRules(input, natSetRules),
    ...clusterIPMasquerade(input),
    ...externalIPRules(input, 'KUBE-EXTERNAL-IP'),
    ...externalIPRules(input, 'KUBE-EXTERNAL-IP-LOCAL'),
    rule('KUBE-SERVICES', [{ match: 'addrtype', side: 'dst' }], jump('KUBE-NODE-PORT')),
    rule('KUBE-LOAD-BALANCER', [], markForMasquerade),
    ...acceptRules(input),
    ...postroutingRules(input.options),
  ];
}

/** Keeps ports of the node itself from being reached through a VIP (kubernetes #72236). */
function accessFilter(input: RuleInput): Rule[] {
  const served = ['KUBE-LOAD-BALANCER', 'KUBE-CLUSTER-IP', 'KUBE-EXTERNAL-IP', 'KUBE-EXTERNAL-IP-LOCAL'] as const;
  const isNew: Match = { match: 'conntrack', states: 'NEW' };
  return [
    ...served.map((name) => rule('KUBE-IPVS-FILTER', [inSet(input, name, 'dst,dst')], returns)),
    rule('KUBE-IPVS-FILTER', [inSet(input, 'KUBE-HEALTH-CHECK-NODE-PORT', 'dst')], returns),
    rule('KUBE-IPVS-FILTER', [isNew, inSet(input, 'KUBE-IPVS-IPS', 'dst')], reject),
  ];
}

export function filterRules(input: RuleInput): Rule[] {
  const mark = 2 ** input.options.masqueradeBit;
  const healthCheck = 'KUBE-HEALTH-CHECK-NODE-PORT';
  const barred = input.barred.map(({ address, protocol, port }) =>
    rule(
      'KUBE-IPVS-OUT-FILTER',
      [
        { match: 'source', cidr: address },
        { match: 'ipvs', address, protocol, port },
      ],
      drop,
    ),
  );
  const established: Match = { match: 'conntrack', states: 'RELATED,ESTABLISHED' };
  return [
    ...setRules(input, filterSetRules),
    rule('KUBE-SOURCE-RANGES-FIREWALL', [], drop),
    ...barred,
    rule('KUBE-FORWARD', [comment('kubernetes forwarding rules'), { match: 'mark', mark }], accept),
    rule('KUBE-FORWARD', [comment('kubernetes forwarding conntrack rule'), established], accept),
    rule('KUBE-NODE-PORT', [comment(setComment(healthCheck)), inSet(input, healthCheck, 'dst')], accept),
    ...accessFilter(input),
  ];
}
