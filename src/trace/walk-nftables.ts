/**
 * A virtual packet walks through a compiled nftables table, as `walk.ts` does through iptables rules.
 *
 * Mirrors kube-proxy's `nftablesTracer`. Understands only the forms that the engine emits.
 */
import { lowerCase } from '../model/protocol.js';
import { cidrContains } from '../model/traffic-address.js';
import type { NftablesRuleSet } from '../proxy/nftables/compile.js';
import type { AddressValue, Expression, NftRule, Statement } from '../proxy/nftables/expression.js';
import { applyOperations, emptyTable, type InstalledTable } from '../proxy/nftables/installed.js';
import { installOperations } from '../proxy/nftables/transaction.js';
import { isLocalAddress, type Packet, type WalkCourse, type WalkNode, type WalkResult, walkResult } from './packet.js';

interface State {
  readonly packet: Packet;
  readonly mark: number;
  readonly endpoint: string | undefined;
  readonly masquerade: boolean;
  readonly path: readonly NftRule[];
}

type Refused = 'DROP' | 'REJECT';

/** Where a chain left the packet; without `ended` it goes on after the jump that led there. */
interface Exit {
  readonly state: State;
  readonly ended?: 'accepted' | Refused;
}

interface World {
  readonly table: InstalledTable;
  readonly node: WalkNode;
}

function destinationOf({ endpoint, packet }: State): { ip: string; port: number } {
  if (endpoint === undefined) return { ip: packet.destination, port: packet.port };
  const at = endpoint.lastIndexOf(':');
  return { ip: endpoint.slice(0, at).replace(/[[\]]/g, ''), port: Number(endpoint.slice(at + 1)) };
}

function isOneOf(ip: string, cidrs: readonly string[]): boolean {
  return cidrs.some((cidr) => (cidr.includes('/') ? cidrContains(cidr, ip) : cidr === ip));
}

function addressMatches(ip: string, value: AddressValue, { table }: World): boolean {
  if ('is' in value) return isOneOf(ip, [value.is]);
  if ('isNot' in value) return !isOneOf(ip, [value.isNot]);
  if ('in' in value) return isOneOf(ip, value.in);
  if ('notIn' in value) return !isOneOf(ip, value.notIn);
  return table.containers.get(value.inSet)?.elements.has(ip) ?? false;
}

/** `maybe` for what depends on earlier connections. */
function holds(expression: Expression, state: State, world: World): boolean | 'maybe' {
  const { packet, mark } = state;
  const address = (side: 'saddr' | 'daddr'): string => (side === 'saddr' ? packet.source : destinationOf(state).ip);
  switch (expression.expression) {
    case 'ctStateNew':
      return true;
    case 'address': {
      const { side, value } = expression;
      if ('inSet' in value && value.inSet.startsWith('affinity-')) return 'maybe';
      return addressMatches(address(side), value, world);
    }
    case 'dport':
      return packet.protocol === expression.protocol && destinationOf(state).port === expression.port;
    case 'l4proto':
      return packet.protocol === expression.protocol;
    case 'fibLocal':
      return isLocalAddress(address(expression.side), world.node);
    case 'iifname': {
      const name = packet.inInterface ?? '';
      const prefix = expression.name.endsWith('*') ? expression.name.slice(0, -1) : undefined;
      const same = prefix === undefined ? name === expression.name : name.startsWith(prefix);
      return same !== expression.negate;
    }
    case 'unmarked':
      return (mark & expression.mark) === 0;
  }
}

function verdictOf(key: 'address' | 'port', map: string, state: State, { table }: World): Statement | undefined {
  const { ip, port } = destinationOf(state);
  const l4 = `${lowerCase[state.packet.protocol]} . ${port}`;
  const value = table.containers.get(map)?.elements.get(key === 'address' ? `${ip} . ${l4}` : l4)?.value;
  if (value === undefined) return undefined;
  return value === 'drop' ? { statement: 'drop' } : { statement: 'goto', chain: value.slice('goto '.length) };
}

/** Exits of a statement: `next` continues in the same chain, `leaves` are those that left it. */
interface Effect {
  readonly next: readonly State[];
  readonly leaves: readonly Exit[];
}

function perform(statement: Statement, state: State, world: World): Effect {
  const stays = (changed: Partial<State>): Effect => ({ next: [{ ...state, ...changed }], leaves: [] });
  const ends = (ended: 'accepted' | Refused, changed: Partial<State> = {}): Effect => ({
    next: [],
    leaves: [{ state: { ...state, ...changed }, ended }],
  });
  switch (statement.statement) {
    case 'jump': {
      const exits = walkChain(statement.chain, state, world);
      const next = exits.filter(({ ended }) => ended === undefined).map((exit) => exit.state);
      return { next, leaves: exits.filter(({ ended }) => ended !== undefined) };
    }
    case 'goto':
      return { next: [], leaves: walkChain(statement.chain, state, world) };
    case 'return':
      return { next: [], leaves: [{ state }] };
    case 'drop':
      return ends('DROP');
    case 'reject':
      return ends('REJECT');
    case 'mark':
      return stays({ mark: statement.operation === 'or' ? state.mark | statement.mark : state.mark ^ statement.mark });
    case 'masquerade':
      return ends('accepted', { masquerade: true });
    case 'dnat':
      return ends('accepted', { endpoint: statement.to });
    case 'remember':
      return stays({});
    case 'vmap': {
      const verdict = verdictOf(statement.key, statement.map, state, world);
      return verdict === undefined ? stays({}) : perform(verdict, state, world);
    }
    case 'numgen':
      return { next: [], leaves: statement.chains.flatMap((chain) => walkChain(chain, state, world)) };
  }
}

function walkChain(name: string, start: State, world: World): Exit[] {
  const chain = world.table.chains.get(name);
  if (chain === undefined) throw new Error(`chain ${name} does not exist`);
  const exits: Exit[] = [];
  let open: readonly State[] = [start];
  for (const rule of chain.rules) {
    const next: State[] = [];
    for (const state of open) {
      const answers = rule.when.map((expression) => holds(expression, state, world));
      if (answers.includes(false)) {
        next.push(state);
        continue;
      }
      if (answers.includes('maybe')) next.push(state);
      const effect = perform(rule.action, { ...state, path: [...state.path, rule] }, world);
      next.push(...effect.next);
      exits.push(...effect.leaves);
    }
    open = next;
  }
  return [...exits, ...open.map((state) => ({ state }))];
}

/** Base chains in the order in which the packet meets them; the last ones depend on where it is headed by then. */
function hooksFor({ entry }: Packet): string[] {
  return entry === 'PREROUTING'
    ? ['filter-prerouting', 'nat-prerouting']
    : ['filter-output', 'nat-output', 'filter-output-post-dnat'];
}

function hooksAfterRouting(state: State, node: WalkNode): string[] {
  const local = isLocalAddress(destinationOf(state).ip, node);
  if (state.packet.entry === 'PREROUTING') return local ? ['filter-input'] : ['filter-forward', 'nat-postrouting'];
  return local ? ['nat-postrouting', 'filter-prerouting', 'filter-input'] : ['nat-postrouting'];
}

function pass(hooks: readonly string[], state: State, world: World): Exit[] {
  const [hook, ...rest] = hooks;
  if (hook === undefined) return [{ state }];
  return walkChain(hook, state, world).flatMap((exit) =>
    exit.ended === undefined || exit.ended === 'accepted' ? pass(rest, exit.state, world) : [exit],
  );
}

function course({ state, ended }: Exit): WalkCourse<NftRule> {
  const { endpoint, masquerade, path } = state;
  if (ended === 'DROP' || ended === 'REJECT') return { verdict: ended, endpoint: undefined, masquerade: false, path };
  return { verdict: endpoint === undefined ? 'ACCEPT' : 'DNAT', endpoint, masquerade, path };
}

/** Walks a packet of a new connection through the node's kube-proxy table. */
export function walkNftables(ruleSet: NftablesRuleSet, packet: Packet, node: WalkNode): WalkResult<NftRule> {
  const world: World = { table: applyOperations(emptyTable, installOperations(ruleSet)), node };
  const start: State = { packet, mark: 0, endpoint: undefined, masquerade: false, path: [] };
  const exits = pass(hooksFor(packet), start, world).flatMap((exit) =>
    exit.ended === undefined || exit.ended === 'accepted'
      ? pass(hooksAfterRouting(exit.state, node), exit.state, world)
      : [exit],
  );
  return walkResult(packet, exits.map(course));
}
