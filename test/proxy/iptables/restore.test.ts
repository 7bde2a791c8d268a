/** Changes between rule sets: what KEP-3453's partial sync writes. */
import test from 'ava';
import type { Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import type { IptablesRuleSet } from '../../../src/proxy/iptables/compile.js';
import { iptablesEngine } from '../../../src/proxy/iptables/engine.js';
import { jumpRules } from '../../../src/proxy/iptables/jumps.js';
import { planRestore, planResync, renderFirstSync, renderRestore } from '../../../src/proxy/iptables/restore.js';
import { renderSave } from '../../../src/proxy/iptables/save.js';
import { missing } from '../../../src/proxy/xtables/ensure.js';
import { endpoint, node, podCIDR, service, slice } from '../cases/world.js';
import { matchesGolden } from '../golden.js';

const options = iptablesEngine.options({ localTrafficDetector: { kind: 'ClusterCIDR', cidr: podCIDR } });
const one = service('one', { clusterIP: '10.100.3.1', ports: [{ port: 80 }] });
const two = service('two', { clusterIP: '10.100.3.2', ports: [{ port: 80 }] });
const oneAtA = slice('one', [endpoint('a')]);
const twoAtB = slice('two', [endpoint('b')]);

function compile(services: Service[], endpointSlices: EndpointSlice[]): IptablesRuleSet {
  return iptablesEngine.compile(trafficOfNode(planTraffic({ services, endpointSlices }), node()), options);
}

/** Restore input put together, '' for none. */
const text = (input: Iterable<string> | undefined) => [...(input ?? [])].join('');
const before = compile([one, two], [oneAtA, twoAtB]);

test('nothing changed: nothing to do, even if all was compiled anew', (t) => {
  t.is(planRestore(before, before), undefined);
  t.is(planRestore(before, compile([one, two], [oneAtA, twoAtB])), undefined);
});

test('iptables partial sync of one changed endpoint', (t) => {
  matchesGolden(t, text(planRestore(before, compile([one, two], [slice('one', [endpoint('d')]), twoAtB]))));
});

test('iptables partial sync of a deleted Service', (t) => {
  matchesGolden(t, text(planRestore(before, compile([two], [oneAtA, twoAtB]))));
});

test('iptables partial sync of a Service that loses its endpoints', (t) => {
  matchesGolden(t, text(planRestore(before, compile([one, two], [twoAtB]))));
});

test('a new Service is written, the others’ chains are not', (t) => {
  const change = text(planRestore(compile([one], [oneAtA]), before));
  t.true(change.includes('"default/two -> 10.109.131.10:8080"'));
  t.false(change.includes('"default/one -> '));
  t.true(change.includes('"default/one cluster IP"'), 'shared chains are always whole');
});

test('the health check’s ACCEPT goes with its Service', (t) => {
  const spec = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 31000 };
  const checked = service('checked', { ...spec, clusterIP: '10.100.3.3', ports: [{ port: 80, nodePort: 30003 }] });
  const accept = /^-A KUBE-NODEPORTS .*"default\/checked health check node port" .*--dport 31000 -j ACCEPT$/m;
  const withCheck = compile([one, checked], [oneAtA]);
  t.regex(renderRestore(withCheck), accept);
  t.notRegex(text(planRestore(withCheck, compile([one], [oneAtA]))), accept);
});

test('in a large cluster a changed endpoint is written without the shared chains, a new Service with them', (t) => {
  const large = iptablesEngine.options({ ...options, largeClusterEndpoints: 0 });
  const ruleSet = (services: Service[], endpointSlices: EndpointSlice[]) =>
    iptablesEngine.compile(trafficOfNode(planTraffic({ services, endpointSlices }), node()), large);
  const first = ruleSet([one, two], [oneAtA, twoAtB]);
  const moved = text(planRestore(first, ruleSet([one, two], [slice('one', [endpoint('d')]), twoAtB])));
  t.deepEqual(
    moved.match(/^[*:][^ \n]+/gm)?.map((line) => line.replace(/-[A-Z2-7]{16}$/, '')),
    ['*nat', ':KUBE-SVC', ':KUBE-SEP', ':KUBE-SEP'],
  );
  const gone = text(planRestore(first, ruleSet([one], [oneAtA])));
  t.true(gone.includes(':KUBE-SERVICES - [0:0]'));
  t.false(gone.includes('*filter'), 'nothing changed in that table');
});

test('a change of options rewrites everything', (t) => {
  const traffic = trafficOfNode(planTraffic({ services: [one], endpointSlices: [oneAtA] }), node());
  const plain = iptablesEngine.compile(traffic, options);
  const all = iptablesEngine.compile(traffic, iptablesEngine.options({ masqueradeAll: true }));
  t.is(text(planRestore(plain, all)), renderRestore(all));
  const bit = iptablesEngine.compile(traffic, { ...options, masqueradeBit: 15 });
  t.regex(text(planRestore(plain, bit)), /0x00008000/);
});

test('the first sync deletes what an earlier life left behind, and nothing that is not kube-proxy’s', (t) => {
  const existing = ['KUBE-SEP-OLD', 'KUBE-SERVICES', 'DOCKER', ...(before.ports[0]?.own.chains ?? [])];
  const input = text(renderFirstSync(before, jumpRules, existing));
  t.deepEqual(input.match(/^-X .*$/gm), ['-X KUBE-SEP-OLD']);
});

test('jumps that are there already are not made again', (t) => {
  const saved = [
    '*nat',
    ':KUBE-SERVICES - [0:0]',
    '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    'COMMIT',
  ].join('\n');
  const left = missing(jumpRules, saved);
  t.is(jumpRules.length - left.length, 3, 'the chain is ensured twice, the jump once');
  t.false(
    left.some(
      (entry) => entry.operation === 'EnsureRule' && entry.table === 'nat' && entry.rule.chain === 'PREROUTING',
    ),
  );
});

test('a full sync onto what is there already makes no jump twice and deletes stale chains', (t) => {
  const saved = `${renderSave(before).replace('COMMIT', ':KUBE-SVC-GONE - [0:0]\nCOMMIT')}*nat\n:KUBE-SVC-OLD - [0:0]\nCOMMIT\n`;
  const input = text(planResync(saved, before));
  t.false(input.includes('\n-I '));
  t.deepEqual(input.match(/^-X .*$/gm), ['-X KUBE-SVC-OLD'], 'only nat chains are looked at');
  t.true(input.endsWith(renderRestore(before).slice(-150)));
});

test('unchanged ports are the same objects after a change elsewhere', (t) => {
  const plan = planTraffic({ services: [one, two], endpointSlices: [oneAtA, twoAtB] });
  const onNode = trafficOfNode(plan, node());
  const next = planTraffic({ services: [one, two], endpointSlices: [slice('one', [endpoint('d')]), twoAtB] }, plan);
  const nextOnNode = trafficOfNode(next, node(), onNode);
  const [first, second] = [iptablesEngine.compile(onNode, options), iptablesEngine.compile(nextOnNode, options)];
  t.not(second.ports[0], first.ports[0]);
  t.is(second.ports[1], first.ports[1]);
});
