/**
 * A virtual packet walks through userspace mode: rules lead it to the proxy process, which connects on its own to an
 * endpoint, so the endpoint always sees the node.
 */
import type { UserspaceRuleSet } from '../proxy/userspace/engine.js';
import { filterChains, natChains, userspaceJumps } from '../proxy/userspace/rules.js';
import type { ServiceProxy } from '../proxy/userspace/service-proxy.js';
import { installTable } from '../proxy/xtables/installed.js';
import type { Rule } from '../proxy/xtables/rule.js';
import { isLocalAddress, type Packet, type WalkCourse, type WalkNode, type WalkResult, walkResult } from './packet.js';
import { destinationOf, walkHook, type XtablesState } from './xtables-chain.js';

/** A step is a rule, or the proxy that chose the endpoint. */
export type UserspaceStep = Rule | ServiceProxy;

type Course = WalkCourse<UserspaceStep>;

/** Any endpoint may be next; without one the connection is accepted and closed. */
function served(proxy: ServiceProxy, { path }: XtablesState): Course[] {
  const steps: UserspaceStep[] = [...path, proxy];
  if (proxy.endpoints.length === 0) {
    return [{ verdict: 'CLOSE', endpoint: undefined, masquerade: false, path: steps }];
  }
  return proxy.endpoints.map((endpoint) => ({ verdict: 'DNAT', endpoint, masquerade: true, path: steps }));
}

function arrive(state: XtablesState, { proxies }: UserspaceRuleSet, node: WalkNode): Course[] {
  const { ip, port } = destinationOf(state);
  const proxy = proxies.find((entry) => entry.port === port && entry.protocol === state.packet.protocol);
  if (proxy !== undefined && isLocalAddress(ip, node)) return served(proxy, state);
  return [{ verdict: 'ACCEPT', endpoint: undefined, masquerade: false, path: state.path }];
}

/** Walks a packet of a new connection through the node's tables and its proxy process. */
export function walkUserspace(ruleSet: UserspaceRuleSet, packet: Packet, node: WalkNode): WalkResult<UserspaceStep> {
  const nat = installTable('nat', userspaceJumps, { chains: natChains, rules: ruleSet.nat });
  const filter = installTable('filter', userspaceJumps, { chains: filterChains, rules: ruleSet.filter });
  const start: XtablesState = { packet, mark: 0, endpoint: undefined, masquerade: false, path: [] };
  const { passed } = walkHook(packet.entry, start, nat, { node });
  const courses = passed.flatMap((state) => {
    const local = isLocalAddress(destinationOf(state).ip, node);
    const after = local ? walkHook('INPUT', state, filter, { node }).passed : [state];
    return after.flatMap((end) => arrive(end, ruleSet, node));
  });
  return walkResult(packet, courses);
}
