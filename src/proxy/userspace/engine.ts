/**
 * The userspace mode behind the one contract of `proxy/contract.ts`: rules that lead to a proxy process, and what that
 * process serves. Models kube-proxy v1.20 `--proxy-mode=userspace`.
 */
import type { IPFamily, NodeTraffic } from '../../model/traffic.js';
import type { ProxyEngine } from '../contract.js';
import { type EnsureOperation, missing } from '../xtables/ensure.js';
import { renderRewrite } from '../xtables/rewrite.js';
import type { Rule } from '../xtables/rule.js';
import { savedLine } from '../xtables/save-text.js';
import { type UserspaceOptions, userspaceOptions } from './options.js';
import { filterChains, natChains, portRules, userspaceJumps } from './rules.js';
import { type ServiceProxy, serviceProxies } from './service-proxy.js';

export interface UserspaceRuleSet {
  readonly family: IPFamily;
  readonly nat: readonly Rule[];
  readonly filter: readonly Rule[];
  readonly proxies: readonly ServiceProxy[];
}

/** Open proxies before, and close them after the rules change. */
export interface UserspaceChange {
  /** New proxies, and those whose endpoints or affinity changed: same key and port, so connections go on. */
  readonly serve: readonly ServiceProxy[];
  /** Keys of proxies that go. */
  readonly close: readonly string[];
  /** Whether every proxy that `serve` does not name goes too. */
  readonly only: boolean;
  /** `iptables-restore --noflush` input, '' for none. */
  readonly iptables: string;
}

function compile(traffic: NodeTraffic, options: UserspaceOptions): UserspaceRuleSet {
  const proxies = serviceProxies(traffic, options);
  const byKey = new Map(proxies.map((proxy) => [proxy.key, proxy]));
  const hostIP = options.hostIP ?? traffic.node.address ?? '127.0.0.1';
  const rules = traffic.ports.map(({ traffic: port }) => {
    const proxy = byKey.get(`${port.name} ${port.protocol}`);
    return proxy === undefined ? { nat: [], filter: [] } : portRules(port, proxy, hostIP);
  });
  return {
    family: traffic.family,
    nat: rules.flatMap(({ nat }) => nat),
    filter: rules.flatMap(({ filter }) => filter),
    proxies,
  };
}

/** `iptables-restore --noflush` input for all chains, with jumps to make on the first time. */
function renderUserspaceRestore(ruleSet: UserspaceRuleSet, ensure: readonly EnsureOperation[] = []): string {
  return renderRewrite({ nat: natChains, filter: filterChains }, ruleSet, ensure);
}

function render(ruleSet: UserspaceRuleSet): string {
  const proxies = ruleSet.proxies.map(({ name, protocol, listenIP, port, endpoints, affinitySeconds }) => {
    const sticky = affinitySeconds === undefined ? '' : ` (ClientIP ${affinitySeconds}s)`;
    return `# ${protocol} ${listenIP}:${port} ${name}${sticky} -> ${endpoints.join(', ') || 'nobody'}\n`;
  });
  return renderUserspaceRestore(ruleSet, userspaceJumps) + proxies.join('');
}

function plan(previous: UserspaceRuleSet | undefined, next: UserspaceRuleSet): UserspaceChange | undefined {
  const before = new Map(previous?.proxies.map((proxy) => [proxy.key, JSON.stringify(proxy)]));
  const after = new Set(next.proxies.map(({ key }) => key));
  const serve = next.proxies.filter((proxy) => before.get(proxy.key) !== JSON.stringify(proxy));
  const close = [...before.keys()].filter((key) => !after.has(key));
  const restore = renderUserspaceRestore(next, previous === undefined ? userspaceJumps : []);
  const same = previous !== undefined && renderUserspaceRestore(previous) === restore;
  return same && serve.length + close.length === 0
    ? undefined
    : { serve, close, only: false, iptables: same ? '' : restore };
}

/** A full sync onto whatever `saved`, the output of `iptables-save`, shows: jumps that are there are not made again. */
function resync(saved: string, next: UserspaceRuleSet): UserspaceChange {
  const iptables = renderUserspaceRestore(next, missing(userspaceJumps, saved));
  return { serve: next.proxies, close: [], only: true, iptables };
}

/**
 * Whether everything of a rule set is in what `iptables-save` printed. kube-proxy ensures all its rules once a sync period.
 */
export function hasAllRules(saved: string, { nat, filter }: UserspaceRuleSet): boolean {
  const present = new Set(saved.split('\n'));
  const jumpsMissing = missing(userspaceJumps, saved).length > 0;
  return !jumpsMissing && [...nat, ...filter].every((rule) => present.has(savedLine(rule)));
}

export const userspaceEngine: ProxyEngine<UserspaceOptions, UserspaceRuleSet, UserspaceChange> = {
  mode: 'userspace',
  options: userspaceOptions,
  compile,
  render,
  plan,
  resync,
};
