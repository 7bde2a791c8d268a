/** Userspace mode: golden text, the proxies, and changes. */
import test from 'ava';
import { planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import { hasAllRules, type UserspaceRuleSet, userspaceEngine } from '../../../src/proxy/userspace/engine.js';
import type { UserspaceOptions } from '../../../src/proxy/userspace/options.js';
import { userspaceJumps } from '../../../src/proxy/userspace/rules.js';
import type { Rule } from '../../../src/proxy/xtables/rule.js';
import { savedLine } from '../../../src/proxy/xtables/save-text.js';
import { overallServices, overallSlices } from '../cases/overall.js';
import type { Cluster } from '../cases/random.js';
import { endpoint, node, type PodName, service, slice } from '../cases/world.js';
import { matchesGolden } from '../golden.js';

function compile({ services, slices }: Cluster, options: Partial<UserspaceOptions> = {}): UserspaceRuleSet {
  const traffic = trafficOfNode(planTraffic({ services, endpointSlices: slices }), node());
  return userspaceEngine.compile(traffic, userspaceEngine.options(options));
}

const overall: Cluster = { services: [...overallServices], slices: [...overallSlices] };

test('userspace overall rules', (t) => {
  matchesGolden(t, userspaceEngine.render(compile(overall)));
});

test('bound to one address, everything is sent there', (t) => {
  const text = userspaceEngine.render(compile(overall, { listenIP: '192.168.56.101' }));
  t.false(text.includes('REDIRECT'));
  t.true(text.includes('-j DNAT --to-destination 192.168.56.101:'));
});

const web = service('web', { type: 'NodePort', clusterIP: '10.100.3.1', ports: [{ port: 80, nodePort: 30080 }] });
const at = (...pods: PodName[]): Cluster => ({
  services: [web],
  slices: [
    slice(
      'web',
      pods.map((pod) => endpoint(pod)),
    ),
  ],
});

test('every service port has a proxy port of its own', (t) => {
  const ports = compile(overall).proxies.map(({ port }) => port);
  t.is(new Set(ports).size, ports.length);
  t.true(ports.every((port) => port >= 10000 && port <= 29999));
});

test('proxy ports collide, are probed, and run out with words', (t) => {
  const two = compile(
    { ...overall, services: overall.services.slice(0, 2) },
    { proxyPorts: { first: 5000, last: 5001 } },
  );
  t.deepEqual(two.proxies.map(({ port }) => port).sort(), [5000, 5001]);
  t.throws(() => compile(overall, { proxyPorts: { first: 5000, last: 5001 } }), {
    message: /no proxy port left in 5000-5001/,
  });
});

test('a changed endpoint changes what the proxy serves, and no rule', (t) => {
  const change = userspaceEngine.plan(compile(at('a')), compile(at('b')));
  t.is(change?.iptables, '');
  t.deepEqual(
    change?.serve.map(({ endpoints }) => endpoints),
    [['10.109.131.10:8080']],
  );
  t.is(userspaceEngine.plan(compile(at('a')), compile(at('a'))), undefined);
});

test('a Service that goes closes its proxy', (t) => {
  const change = userspaceEngine.plan(compile(at('a')), compile({ services: [], slices: [] }));
  t.deepEqual(change?.close, ['default/web TCP']);
  t.false(change?.iptables.includes('default/web'));
});

test('the next seed starts with the next endpoint', (t) => {
  const first = (seed: number): string | undefined => compile(at('a', 'b'), { seed }).proxies[0]?.endpoints[0];
  t.not(first(1), first(2));
  t.is(first(1), first(3));
});

test('rules are all there as iptables-save prints them, until one is not', (t) => {
  const ruleSet = compile(overall);
  const jumps = userspaceJumps.flatMap((one) => (one.operation === 'EnsureRule' ? [one.rule] : []));
  const lines = (table: string, rules: readonly Rule[]) => [
    `*${table}`,
    ...jumps.filter(({ chain }) => (table === 'filter') === (chain === 'INPUT')).map(savedLine),
    ...rules.map(savedLine),
    'COMMIT',
  ];
  const saved = [...lines('nat', ruleSet.nat), ...lines('filter', ruleSet.filter)];
  t.true(hasAllRules(saved.join('\n'), ruleSet));
  const rules = saved.filter((line) => line.startsWith('-A'));
  t.true(rules.length > 20);
  for (const lost of rules) t.false(hasAllRules(saved.filter((line) => line !== lost).join('\n'), ruleSet), lost);
});
