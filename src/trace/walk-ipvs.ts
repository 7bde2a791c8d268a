/**
 * A virtual packet walks through IPVS mode: iptables rules that mark and guard, then the kernel's virtual servers.
 *
 * The order of hooks is ip_vs_core.c's: IPVS takes packets after filter INPUT (LOCAL_IN, priority 98) and after nat OUTPUT
 * (LOCAL_OUT, -98), sends them on through filter OUTPUT, and nat POSTROUTING sees them last.
 */
import { dummyDevice, type IpvsRuleSet } from '../proxy/ipvs/compile.js';
import { filterChains, ipvsJumps, natChains } from '../proxy/ipvs/rules.js';
import { realServerKey, type VirtualServer } from '../proxy/ipvs/virtual-server.js';
import { type Chains, installTable } from '../proxy/xtables/installed.js';
import type { Rule } from '../proxy/xtables/rule.js';
import { isLocalAddress, type Packet, type WalkCourse, type WalkNode, type WalkResult, walkResult } from './packet.js';
import { destinationOf, walkHook, type XtablesState, type XtablesWorld } from './xtables-chain.js';

/** A step is a rule, or the virtual server that chose the endpoint. */
export type IpvsStep = Rule | VirtualServer;

interface World extends XtablesWorld {
  readonly ruleSet: IpvsRuleSet;
  readonly nat: Chains;
  readonly filter: Chains;
}

type Course = WalkCourse<IpvsStep>;
type Then = (state: XtablesState) => Course[];

function refusedCourse(verdict: 'DROP' | 'REJECT', path: readonly IpvsStep[]): Course {
  return { verdict, endpoint: undefined, masquerade: false, path };
}

/** One hook of one table, and what comes after it for those that pass. */
function through(chains: Chains, chain: string, state: XtablesState, world: World, then: Then): Course[] {
  const { passed, refused } = walkHook(chain, state, chains, world);
  return [...passed.flatMap(then), ...refused.map((end) => refusedCourse(end.verdict, end.state.path))];
}

function virtualServerFor({ packet }: XtablesState, { ruleSet }: World): VirtualServer | undefined {
  return ruleSet.virtualServers.find(
    ({ address, port, protocol }) =>
      address === packet.destination && port === packet.port && protocol === packet.protocol,
  );
}

function leave(state: XtablesState, world: World): Course[] {
  return through(world.nat, 'POSTROUTING', state, world, ({ endpoint, masquerade, path }) => [
    { verdict: endpoint === undefined ? 'ACCEPT' : 'DNAT', endpoint, masquerade, path },
  ]);
}

/** Any real server may be chosen; without one the kernel answers port unreachable. */
function scheduled(server: VirtualServer, state: XtablesState, world: World): Course[] {
  if (server.realServers.length === 0) return [refusedCourse('REJECT', [...state.path, server])];
  const courses = server.realServers.flatMap((real) => {
    const sent = { ...state, endpoint: realServerKey(real) };
    return through(world.filter, 'OUTPUT', sent, world, (next) => leave(next, world));
  });
  return courses.map((course) => ({ ...course, path: [...course.path, server] }));
}

function accepted({ path }: XtablesState): Course[] {
  return [{ verdict: 'ACCEPT', endpoint: undefined, masquerade: false, path }];
}

function incoming(state: XtablesState, world: World): Course[] {
  if (!isLocalAddress(destinationOf(state).ip, world.node)) {
    return through(world.filter, 'FORWARD', state, world, (next) => leave(next, world));
  }
  return through(world.filter, 'INPUT', state, world, (next) => {
    const server = virtualServerFor(next, world);
    return server === undefined ? accepted(next) : scheduled(server, next, world);
  });
}

function outgoing(state: XtablesState, world: World): Course[] {
  const server = virtualServerFor(state, world);
  if (server !== undefined) return scheduled(server, state, world);
  return through(world.filter, 'OUTPUT', state, world, (next) =>
    isLocalAddress(destinationOf(next).ip, world.node)
      ? through(world.filter, 'INPUT', next, world, accepted)
      : leave(next, world),
  );
}

/** An address of kube-ipvs0 is local, so what the node itself sends there has that very address as its source. */
function sourced(packet: Packet, { addresses }: IpvsRuleSet): Packet {
  const own = packet.entry === 'OUTPUT' && addresses.includes(packet.destination);
  return own ? { ...packet, source: packet.destination, inInterface: dummyDevice } : packet;
}

/** Walks a packet of a new connection through the node's tables and virtual servers. */
export function walkIpvs(ruleSet: IpvsRuleSet, packet: Packet, node: WalkNode): WalkResult<IpvsStep> {
  const world: World = {
    ruleSet,
    node: { addresses: [...node.addresses, ...ruleSet.addresses] },
    sets: new Map(ruleSet.sets.map(({ name, entries }) => [name, entries])),
    nat: installTable('nat', ipvsJumps, { chains: natChains, rules: ruleSet.nat }),
    filter: installTable('filter', ipvsJumps, { chains: filterChains, rules: ruleSet.filter }),
  };
  const start: XtablesState = {
    packet: sourced(packet, ruleSet),
    mark: 0,
    endpoint: undefined,
    masquerade: false,
    path: [],
  };
  const after = packet.entry === 'PREROUTING' ? incoming : outgoing;
  return walkResult(
    packet,
    through(world.nat, packet.entry, start, world, (state) => after(state, world)),
  );
}
