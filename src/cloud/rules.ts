/**
 * Load balancers as rules of the provider's machine: `iptables-restore` input that replaces whatever was there.
 *
 * A network load balancer is a destination rewritten once a connection; the client's address stays, unless the client is
 * inside the provider's network or the target group does not preserve it. GCP's passthrough load balancer rewrites nothing:
 * a connection is marked, and the mark leads it to a node with its destination as it was.
 * Source: Elastic Load Balancing, "Edit target group attributes for your Network Load Balancer" (client IP preservation);
 * Google Cloud, "External passthrough Network Load Balancer overview" (packets keep source and destination).
 * Differs: clients inside the provider's network reach a network load balancer by its private address as source; AWS keeps
 * theirs, and a connection that comes back to its own instance fails there.
 */
import { markTableOf } from '../fabric/cloud.js';
import { clientAddress, privateRange, publicRange } from '../model/cloud-ranges.js';
import type { Balance } from '../proxy/contract.js';
import type { HealthTable, Listener, LoadBalancer, Target } from './contract.js';
import { usedTargets } from './health.js';

export interface RuleParts {
  balancers: readonly LoadBalancer[];
  health: HealthTable;
  balance: Balance;
  /** The LAN and the pods: clients there are inside the provider's network. */
  inside: readonly string[];
  /** Names of all nodes, in their order. */
  nodes: readonly string[];
}

export function cloudRules(parts: RuleParts): string {
  return [natTable(parts), filterTable(parts), mangleTable(parts)].join('');
}

function table(name: string, chains: readonly string[], rules: readonly string[]): string {
  const lines = [`*${name}`, '-F', '-X', ...chains.map((chain) => `-N ${chain}`), ...rules, 'COMMIT'];
  return `${lines.join('\n')}\n`;
}

interface Bound {
  balancer: LoadBalancer;
  listener: Listener;
  chain: string;
}

function boundListeners({ balancers }: RuleParts, kind: LoadBalancer['kind']): Bound[] {
  return balancers.flatMap((balancer, index) => {
    if (balancer.kind !== kind) return [];
    return balancer.listeners.map((listener, position) => {
      return { balancer, listener, chain: `LB-${index + 1}-${position + 1}` };
    });
  });
}

/** One match a source range; one without when every client may connect. */
function matches({ balancer, listener }: Bound): string[] {
  const protocol = listener.protocol.toLowerCase();
  const to = `-d ${balancer.address}/32 -p ${protocol} -m ${protocol} --dport ${listener.port}`;
  const comment = `-m comment --comment ${balancer.service}`;
  const sources = balancer.sourceRanges.length > 0 ? balancer.sourceRanges.map((range) => `-s ${range.trim()} `) : [''];
  return sources.map((source) => `${source}${to} ${comment}`);
}

/** Each target in its turn, or by chance; the last takes what is left. */
function spread(chain: string, count: number, balance: Balance, jump: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => {
    const left = count - index;
    const turn =
      balance === 'replayable'
        ? `-m statistic --mode nth --every ${left} --packet 0 `
        : `-m statistic --mode random --probability ${(1 / left).toFixed(10)} `;
    return `-A ${chain} ${left === 1 ? '' : turn}${jump(index)}`;
  });
}

function natTable(parts: RuleParts): string {
  const bound = boundListeners(parts, 'network');
  const rules = bound.flatMap((one) => {
    const targets = usedTargets(one.balancer, one.listener, parts.health);
    const entries = matches(one).map((match) => `-A PREROUTING ${match} -j ${one.chain}`);
    const spreads = spread(one.chain, targets.length, parts.balance, (index) => dnat(one.listener, targets[index]));
    return [...entries, ...spreads, ...hiddenClients(one, parts.inside)];
  });
  return table(
    'nat',
    bound.map(({ chain }) => chain),
    rules,
  );
}

function dnat({ protocol }: Listener, target: Target | undefined): string {
  return `-p ${protocol.toLowerCase()} -j DNAT --to-destination ${target?.address}:${target?.port}`;
}

/** Clients whose address targets do not see. */
function hiddenClients({ balancer, listener }: Bound, inside: readonly string[]): string[] {
  const protocol = listener.protocol.toLowerCase();
  const original = `-p ${protocol} -m conntrack --ctstate DNAT --ctorigdst ${balancer.address} --ctorigdstport ${listener.port}`;
  const sources = balancer.preservesClient ? inside.map((range) => `-s ${range} `) : [''];
  return sources.map((source) => `-A POSTROUTING ${source}${original} -j SNAT --to-source ${balancer.privateAddress}`);
}

/** What is not listened to is dropped, as a security group does. */
function filterTable(parts: RuleParts): string {
  const bound = boundListeners(parts, 'classic');
  const allowed = bound.flatMap((one) => matches(one).map((match) => `-A INPUT ${match} -j ACCEPT`));
  const known = '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT';
  const others = [publicRange, privateRange].map((range) => `-A INPUT -d ${range} -j DROP`);
  return table('filter', [], [known, ...allowed, ...others]);
}

/** From the internet nothing leads to a private address: an internal load balancer is for the provider's network only. */
const fromInternet = `-A PREROUTING -s ${clientAddress}/32 -d ${privateRange} -j DROP`;

function mangleTable(parts: RuleParts): string {
  const bound = boundListeners(parts, 'passthrough');
  if (bound.length === 0) return table('mangle', [], [fromInternet]);
  const nodes = parts.nodes.map((name, position) => ({
    name,
    chain: `NODE-${position + 1}`,
    mark: markTableOf(position),
  }));
  const rules = bound.flatMap((one) => {
    const targets = usedTargets(one.balancer, one.listener, parts.health);
    const entries = matches(one).map((match) => `-A PREROUTING -m conntrack --ctstate NEW ${match} -j ${one.chain}`);
    const chainOf = (index: number) => nodes.find(({ name }) => name === targets[index]?.id)?.chain ?? 'RETURN';
    return [...entries, ...spread(one.chain, targets.length, parts.balance, (index) => `-g ${chainOf(index)}`)];
  });
  const marks = nodes.map(({ chain, mark }) => `-A ${chain} -j CONNMARK --set-mark ${mark}`);
  const led = '-A PREROUTING -m conntrack --ctdir ORIGINAL -m connmark ! --mark 0 -j CONNMARK --restore-mark';
  const chains = [...bound.map(({ chain }) => chain), ...nodes.map(({ chain }) => chain)];
  return table('mangle', chains, [fromInternet, ...rules, led, ...marks]);
}
