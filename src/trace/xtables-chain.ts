/**
 * A virtual packet in one xtables chain: follows every rule that leaves the choice to chance both ways.
 *
 * Understands only the rule forms that the engines emit, and throws on any other.
 */

import { lowerCase } from '../model/protocol.js';
import { cidrContains } from '../model/traffic-address.js';
import type { Chains } from '../proxy/xtables/installed.js';
import type { Match, Rule } from '../proxy/xtables/rule.js';
import { isLocalAddress, type Packet, type WalkNode } from './packet.js';

/** The packet on its way: what rules have done to it. */
export interface XtablesState {
  readonly packet: Packet;
  readonly mark: number;
  /** Where it is sent now; undefined while that is still the packet's own destination. */
  readonly endpoint: string | undefined;
  readonly masquerade: boolean;
  readonly path: readonly Rule[];
}

export type ChainVerdict = 'ACCEPT' | 'DROP' | 'REJECT';

/** Where one chain left the packet: done for this table, or handed back to the caller. */
export interface ChainResult {
  readonly finished: readonly { readonly state: XtablesState; readonly verdict: ChainVerdict }[];
  readonly open: readonly XtablesState[];
}

/** What matches may look at besides the packet. */
export interface XtablesWorld {
  readonly node: WalkNode;
  /** Members by ipset, for the modes that use them. */
  readonly sets?: ReadonlyMap<string, readonly string[]>;
}

/** Where the packet is headed by now. */
export function destinationOf({ endpoint, packet }: XtablesState): { ip: string; port: number } {
  if (endpoint === undefined) return { ip: packet.destination, port: packet.port };
  const at = endpoint.lastIndexOf(':');
  return { ip: endpoint.slice(0, at).replace(/[[\]]/g, ''), port: Number(endpoint.slice(at + 1)) };
}

function inCIDR(ip: string, cidr: string): boolean {
  return cidr.includes('/') ? cidrContains(cidr, ip) : ip === cidr;
}

function interfaceMatches(name: string, pattern: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function stateMatches(states: string, state: XtablesState): boolean {
  const words = states.split(',');
  return words.includes('NEW') || (words.includes('DNAT') && state.endpoint !== undefined);
}

/** `dst,dst` on hash:ip,port is address, protocol and port; a third `src` is the source; one `dst` address or port. */
function isMember(state: XtablesState, flags: string, members: readonly string[]): boolean {
  const { ip, port } = destinationOf(state);
  const { source, protocol } = state.packet;
  const sides = flags.split(',');
  const l4 = `${lowerCase[protocol]}:${port}`;
  if (sides.length === 1) return members.includes(`${port}`) || members.includes(ip);
  const pair = `${sides[0] === 'src' ? source : ip},${l4}`;
  if (sides.length === 2) return members.includes(pair);
  return members.some((member) => {
    const at = member.lastIndexOf(',');
    return member.slice(0, at) === pair && inCIDR(source, member.slice(at + 1));
  });
}

/** Whether the match holds, before negation. */
function holds(match: Match, state: XtablesState, { node, sets }: XtablesWorld): boolean {
  const { packet, mark } = state;
  const destination = destinationOf(state);
  switch (match.match) {
    case 'comment':
    case 'recentSet':
    case 'nfacct':
      return true;
    case 'protocol':
    case 'bareProtocol':
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
    case 'physdevIsIn':
      return false;
    case 'conntrack':
    case 'state':
      return stateMatches(match.states, state);
    case 'mark':
      return (mark & match.mark) === match.mark;
    case 'set':
      return isMember(state, match.flags, sets?.get(match.set) ?? []);
    // xt_ipvs looks for a connection by its answers (conn_out_get): what opens one is none of them, as measured on Linux 6.1.
    case 'ipvs':
      return false;
    default:
      throw new Error(`the walk does not understand the match "${match.match}"`);
  }
}

function answer(rule: Rule, state: XtablesState, world: XtablesWorld): 'yes' | 'no' | 'maybe' {
  let result: 'yes' | 'maybe' = 'yes';
  for (const match of rule.matches) {
    if (match.match === 'random' || match.match === 'nth' || match.match === 'recentCheck') {
      result = 'maybe';
      continue;
    }
    const negate = 'negate' in match && match.negate === true;
    if (holds(match, state, world) === negate) return 'no';
  }
  return result;
}

function isReturn({ target }: Rule): boolean {
  return target?.target === 'verdict' && target.verdict === 'RETURN';
}

function applyTarget({ target }: Rule, state: XtablesState, chains: Chains, world: XtablesWorld): ChainResult {
  const done = (verdict: ChainVerdict, end: XtablesState): ChainResult => ({
    finished: [{ state: end, verdict }],
    open: [],
  });
  switch (target?.target) {
    case undefined:
      return { finished: [], open: [state] };
    case 'jump':
      if (!chains.has(target.chain)) throw new Error(`jump to ${target.chain}, which does not exist`);
      return walkChain(target.chain, state, chains, world);
    case 'verdict':
      return target.verdict === 'RETURN' ? { finished: [], open: [state] } : done(target.verdict, state);
    case 'mark': {
      const mark = target.operation === 'or' ? state.mark | target.mark : state.mark ^ target.mark;
      return { finished: [], open: [{ ...state, mark }] };
    }
    case 'dnat':
      return done('ACCEPT', { ...state, endpoint: target.to });
    case 'redirect': {
      const [own = '127.0.0.1'] = world.node.addresses;
      return done('ACCEPT', { ...state, endpoint: `${own}:${target.toPort}` });
    }
    case 'masquerade':
      return done('ACCEPT', { ...state, masquerade: true });
  }
}

/** Every way through a chain; a chain that does not exist lets everything through. */
export function walkChain(name: string, start: XtablesState, chains: Chains, world: XtablesWorld): ChainResult {
  const finished: { state: XtablesState; verdict: ChainVerdict }[] = [];
  const returned: XtablesState[] = [];
  let open: readonly XtablesState[] = [start];
  for (const rule of chains.get(name) ?? []) {
    const next: XtablesState[] = [];
    for (const state of open) {
      const matched = answer(rule, state, world);
      if (matched !== 'yes') next.push(state);
      if (matched === 'no') continue;
      const result = applyTarget(rule, { ...state, path: [...state.path, rule] }, chains, world);
      finished.push(...result.finished);
      (isReturn(rule) ? returned : next).push(...result.open);
    }
    open = next;
  }
  return { finished, open: [...open, ...returned] };
}

/** A chain of a hook: those that passed it, accepted or through to the end, and those refused. */
export function walkHook(
  name: string,
  start: XtablesState,
  chains: Chains,
  world: XtablesWorld,
): { passed: XtablesState[]; refused: { state: XtablesState; verdict: 'DROP' | 'REJECT' }[] } {
  const { finished, open } = walkChain(name, start, chains, world);
  const passed = [...open];
  const refused: { state: XtablesState; verdict: 'DROP' | 'REJECT' }[] = [];
  for (const { state, verdict } of finished) {
    if (verdict === 'ACCEPT') passed.push(state);
    else refused.push({ state, verdict });
  }
  return { passed, refused };
}
