/**
 * How traffic gets from the built-in chains into kube-proxy's: chains and jumps it ensures on a full sync.
 *
 * Each jump is put on top of its built-in chain unless it is there already, so the last one ensured stands first. A jump
 * that exists is never moved. Source: v1.30.5 `iptablesJumpChains`, `iptablesKubeletJumpChains`.
 */
import type { Provenance } from '../contract.js';
import type { EnsureOperation } from '../xtables/ensure.js';
import { comment, jump, type Match, type XtablesTable } from '../xtables/rule.js';
import { canaryChain, canaryTables } from './canary.js';

const from: Provenance = { object: 'kube-proxy', field: 'jumps' };
const isNew: Match = { match: 'conntrack', states: 'NEW' };

type Jump = readonly [table: XtablesTable, from: string, to: string, why: string, onlyNew?: 'NEW'];

const externalPortals = 'kubernetes externally-visible service portals';
const portals = 'kubernetes service portals';
const firewall = 'kubernetes load balancer firewall';

const jumps: readonly Jump[] = [
  ['filter', 'INPUT', 'KUBE-EXTERNAL-SERVICES', externalPortals, 'NEW'],
  ['filter', 'FORWARD', 'KUBE-EXTERNAL-SERVICES', externalPortals, 'NEW'],
  ['filter', 'INPUT', 'KUBE-NODEPORTS', 'kubernetes health check service ports'],
  ['filter', 'FORWARD', 'KUBE-SERVICES', portals, 'NEW'],
  ['filter', 'OUTPUT', 'KUBE-SERVICES', portals, 'NEW'],
  ['filter', 'FORWARD', 'KUBE-FORWARD', 'kubernetes forwarding rules'],
  ['filter', 'INPUT', 'KUBE-PROXY-FIREWALL', firewall, 'NEW'],
  ['filter', 'OUTPUT', 'KUBE-PROXY-FIREWALL', firewall, 'NEW'],
  ['filter', 'FORWARD', 'KUBE-PROXY-FIREWALL', firewall, 'NEW'],
  ['nat', 'OUTPUT', 'KUBE-SERVICES', portals],
  ['nat', 'PREROUTING', 'KUBE-SERVICES', portals],
  ['nat', 'POSTROUTING', 'KUBE-POSTROUTING', 'kubernetes postrouting rules'],
  ['filter', 'INPUT', 'KUBE-FIREWALL', ''],
  ['filter', 'OUTPUT', 'KUBE-FIREWALL', ''],
];

function ensure([table, chain, to, why, onlyNew]: Jump): EnsureOperation[] {
  const matches: Match[] = [...(onlyNew ? [isNew] : []), ...(why === '' ? [] : [comment(why)])];
  return [
    { operation: 'EnsureChain', table, chain: to },
    { operation: 'EnsureRule', table, position: 'Prepend', rule: { chain, matches, target: jump(to), from } },
  ];
}

/** kube-proxy's own order: the canaries, then chain and jump by turns. */
export const jumpRules: readonly EnsureOperation[] = [
  ...canaryTables.map((table): EnsureOperation => ({ operation: 'EnsureChain', table, chain: canaryChain })),
  ...jumps.flatMap(ensure),
];
