/**
 * A virtual packet walks through compiled iptables rules: which endpoints it may reach, masqueraded or not, and by
 * which rules.
 *
 * Mirrors the tracer of kube-proxy's own unit tests (`iptables/proxier_test.go`), but follows every rule that leaves
 * the choice to chance both ways. Understands only the rule forms that the engine emits, and throws on any other.
 */

import { cidrContains } from '../model/traffic-address.js';
import type { IptablesRuleSet } from '../proxy/iptables/compile.js';
import { type Chains, type InstalledTables, installedTables } from '../proxy/iptables/save.js';
import type { Match, Rule } from '../proxy/xtables/rule.js';
import { isLocalAddress, type Packet, type WalkCourse, type WalkNode, type WalkResult, walkResult } from './packet.js';

/** The packet on its way: what rules have done to it. */
interface State {
  readonly packet: Packet;
  readonly mark: number;
  readonly endpoint: string | undefined;
  readonly masquerade: boolean;
  readonly path: readonly Rule[];
}

type Answer = 'yes' | 'no' | 'maybe';

/** Where one chain left the packet: done for this table, or handed back to the caller. */
interface ChainResult {
  readonly finished: readonly { state: State; verdict: 'ACCEPT' | 'DROP' | 'REJECT' }[];
  readonly open: readonly State[];
}

function inCIDR(ip: string, cidr: string): boolean {
  return cidr.includes('/') ? cidrContains(cidr, ip) : ip === cidr;
}

function destinationOf({ endpoint, packet }: State): { ip: string; port: number } {
  if (endpoint === undefined) return { ip: packet.destination, port: packet.port };
  const at = endpoint.lastIndexOf(':');
  return { ip: endpoint.slice(0, at).replace(/[[\]]/g, ''), port: Number(endpoint.slice(at + 1)) };
}

function interfaceMatches(name: string, pattern: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function stateMatches(states: string, state: State): boolean {
  const words = states.split(',');
  return words.includes('NEW') || (words.includes('DNAT') && state.endpoint !== undefined);
}

/** Whether the match holds, before negation. */
function holds(match: Match, state: State, node: WalkNode): boolean {
  const { packet, mark } = state;
  const destination = destinationOf(state);
  switch (match.match) {
    case 'comment':
    case 'recentSet':
    case 'nfacct':
      return true;
    case 'protocol':
      return packet.protocol === match.protocol;
    case 'source':
      return inCIDR(packet.source, match.cidr);
    case 'destination':
      return inCIDR(destination.ip, match.cidr);
    case 'dport':
      return destination.port === match.port;
    case 'inInterface':
      return interfaceMatches(packet.inInterface ?? '', match.name);
    case 'addrtype':
      return isLocalAddress(match.side === 'src' ? packet.source : destination.ip, node);
    case 'conntrack':
      return stateMatches(match.states, state);
    case 'mark':
      return (mark & match.mark) === match.mark;
    default:
      throw new Error(`the walk does not understand the match "${match.match}"`);
  }
}

function answer(rule: Rule, state: State, node: WalkNode): Answer {
  let result: Answer = 'yes';
  for (const match of rule.matches) {
    if (match.match === 'random' || match.match === 'nth' || match.match === 'recentCheck') {
      result = 'maybe';
      continue;
    }
    const negate = 'negate' in match && match.negate === true;
    if (holds(match, state, node) === negate) return 'no';
  }
  return result;
}

class TableWalk {
  constructor(
    private readonly chains: Chains,
    private readonly node: WalkNode,
  ) {}

  /** Every way through a chain. */
  chain(name: string, start: State): ChainResult {
    const finished: { state: State; verdict: 'ACCEPT' | 'DROP' | 'REJECT' }[] = [];
    const returned: State[] = [];
    let open: readonly State[] = [start];
    for (const rule of this.chains.get(name) ?? []) {
      const next: State[] = [];
      for (const state of open) {
        const matched = answer(rule, state, this.node);
        if (matched !== 'yes') next.push(state);
        if (matched === 'no') continue;
        const result = this.apply(rule, { ...state, path: [...state.path, rule] });
        finished.push(...result.finished);
        (isReturn(rule) ? returned : next).push(...result.open);
      }
      open = next;
    }
    return { finished, open: [...open, ...returned] };
  }

  private apply({ target }: Rule, state: State): ChainResult {
    const done = (verdict: 'ACCEPT' | 'DROP' | 'REJECT', end: State): ChainResult => ({
      finished: [{ state: end, verdict }],
      open: [],
    });
    switch (target?.target) {
      case undefined:
        return { finished: [], open: [state] };
      case 'jump':
        if (!this.chains.has(target.chain)) throw new Error(`jump to ${target.chain}, which does not exist`);
        return this.chain(target.chain, state);
      case 'verdict':
        return target.verdict === 'RETURN' ? { finished: [], open: [state] } : done(target.verdict, state);
      case 'mark': {
        const mark = target.operation === 'or' ? state.mark | target.mark : state.mark ^ target.mark;
        return { finished: [], open: [{ ...state, mark }] };
      }
      case 'dnat':
        return done('ACCEPT', { ...state, endpoint: target.to });
      case 'masquerade':
        return done('ACCEPT', { ...state, masquerade: true });
      default:
        throw new Error(`the walk does not understand the target "${target?.target}"`);
    }
  }
}

function isReturn({ target }: Rule): boolean {
  return target?.target === 'verdict' && target.verdict === 'RETURN';
}

type Hook = readonly [table: 'nat' | 'filter', chain: string];

/** The hooks after the first, which depend on where the packet is headed by then (as in the kernel's IPv4 path). */
function hooksAfterNat(state: State, node: WalkNode): Hook[] {
  const local = isLocalAddress(destinationOf(state).ip, node);
  const leave: Hook = ['nat', 'POSTROUTING'];
  if (state.packet.entry === 'PREROUTING') return local ? [['filter', 'INPUT']] : [['filter', 'FORWARD'], leave];
  const looped: Hook[] = local ? [['filter', 'INPUT']] : [];
  return [['filter', 'OUTPUT'], leave, ...looped];
}

function course(state: State, refused: 'DROP' | 'REJECT' | undefined): WalkCourse<Rule> {
  const { endpoint, masquerade, path } = state;
  if (refused !== undefined) return { verdict: refused, endpoint: undefined, masquerade: false, path };
  return { verdict: endpoint === undefined ? 'ACCEPT' : 'DNAT', endpoint, masquerade, path };
}

function pass(tables: InstalledTables, hooks: readonly Hook[], state: State, node: WalkNode): WalkCourse<Rule>[] {
  const [hook, ...rest] = hooks;
  if (hook === undefined) return [course(state, undefined)];
  const { finished, open } = new TableWalk(tables[hook[0]], node).chain(hook[1], state);
  return [...finished, ...open.map((state) => ({ state, verdict: 'ACCEPT' as const }))].flatMap(({ state, verdict }) =>
    verdict === 'ACCEPT' ? pass(tables, rest, state, node) : [course(state, verdict)],
  );
}

/** Walks a packet of a new connection through the node's nat and filter tables. */
export function walkIptables(ruleSet: IptablesRuleSet, packet: Packet, node: WalkNode): WalkResult<Rule> {
  const tables = installedTables(ruleSet);
  const start: State = { packet, mark: 0, endpoint: undefined, masquerade: false, path: [] };
  const { finished, open } = new TableWalk(tables.nat, node).chain(packet.entry, start);
  const states = [...finished.map(({ state }) => state), ...open];
  return walkResult(
    packet,
    states.flatMap((state) => pass(tables, hooksAfterNat(state, node), state, node)),
  );
}
