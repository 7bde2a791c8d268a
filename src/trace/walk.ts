/**
 * A virtual packet walks through compiled iptables rules: which endpoints it may reach, masqueraded or not, and by
 * which rules. Mirrors the tracer of kube-proxy's own unit tests (`iptables/proxier_test.go`).
 */
import type { IptablesRuleSet } from '../proxy/iptables/compile.js';
import { installedTables } from '../proxy/iptables/save.js';
import type { InstalledTables } from '../proxy/xtables/installed.js';
import type { Rule } from '../proxy/xtables/rule.js';
import { isLocalAddress, type Packet, type WalkCourse, type WalkNode, type WalkResult, walkResult } from './packet.js';
import { destinationOf, walkHook, type XtablesState } from './xtables-chain.js';

type Hook = readonly [table: 'nat' | 'filter', chain: string];

/** The hooks after the first, which depend on where the packet is headed by then (as in the kernel's IPv4 path). */
function hooksAfterNat(state: XtablesState, node: WalkNode): Hook[] {
  const local = isLocalAddress(destinationOf(state).ip, node);
  const leave: Hook = ['nat', 'POSTROUTING'];
  if (state.packet.entry === 'PREROUTING') return local ? [['filter', 'INPUT']] : [['filter', 'FORWARD'], leave];
  const looped: Hook[] = local ? [['filter', 'INPUT']] : [];
  return [['filter', 'OUTPUT'], leave, ...looped];
}

function course({ endpoint, masquerade, path }: XtablesState, refused?: 'DROP' | 'REJECT'): WalkCourse<Rule> {
  if (refused !== undefined) return { verdict: refused, endpoint: undefined, masquerade: false, path };
  return { verdict: endpoint === undefined ? 'ACCEPT' : 'DNAT', endpoint, masquerade, path };
}

function pass(
  tables: InstalledTables,
  hooks: readonly Hook[],
  state: XtablesState,
  node: WalkNode,
): WalkCourse<Rule>[] {
  const [hook, ...rest] = hooks;
  if (hook === undefined) return [course(state)];
  const { passed, refused } = walkHook(hook[1], state, tables[hook[0]], { node });
  return [
    ...passed.flatMap((next) => pass(tables, rest, next, node)),
    ...refused.map((end) => course(end.state, end.verdict)),
  ];
}

/** Walks a packet of a new connection through the node's nat and filter tables. */
export function walkIptables(ruleSet: IptablesRuleSet, packet: Packet, node: WalkNode): WalkResult<Rule> {
  const tables = installedTables(ruleSet);
  const start: XtablesState = { packet, mark: 0, endpoint: undefined, masquerade: false, path: [] };
  const { passed, refused } = walkHook(packet.entry, start, tables.nat, { node });
  return walkResult(packet, [
    ...passed.flatMap((state) => pass(tables, hooksAfterNat(state, node), state, node)),
    ...refused.map((end) => course(end.state, end.verdict)),
  ]);
}
