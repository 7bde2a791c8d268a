/** Whole rule sets against golden files, the number of rules, and what options change. */
import test from 'ava';
import type { Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import type { IptablesRuleSet } from '../../../src/proxy/iptables/compile.js';
import { iptablesEngine } from '../../../src/proxy/iptables/engine.js';
import type { IptablesOptions } from '../../../src/proxy/iptables/options.js';
import { planRestore, renderRestore } from '../../../src/proxy/iptables/restore.js';
import { renderSave, ruleCounts } from '../../../src/proxy/iptables/save.js';
import { overallServices, overallSlices } from '../cases/overall.js';
import { endpoint, node, podCIDR, service, slice } from '../cases/world.js';
import { matchesGolden } from '../golden.js';

const detector: Partial<IptablesOptions> = { localTrafficDetector: { kind: 'ClusterCIDR', cidr: podCIDR } };

function compile(
  services: readonly Service[],
  endpointSlices: readonly EndpointSlice[],
  options: Partial<IptablesOptions> = {},
): IptablesRuleSet {
  const traffic = trafficOfNode(planTraffic({ services, endpointSlices }), node());
  return iptablesEngine.compile(traffic, iptablesEngine.options({ ...detector, ...options }));
}

test('iptables overall rules faithful', (t) => {
  matchesGolden(t, renderRestore(compile(overallServices, overallSlices, { balance: 'faithful' })));
});

test('iptables overall rules replayable', (t) => {
  matchesGolden(t, renderRestore(compile(overallServices, overallSlices, { balance: 'replayable', seed: 7 })));
});

test('iptables overall first sync', (t) => {
  matchesGolden(t, [...(planRestore(undefined, compile(overallServices, overallSlices)) ?? [])].join(''));
});

test('iptables overall saved', (t) => {
  matchesGolden(t, renderSave(compile(overallServices, overallSlices, { balance: 'faithful' })));
});

test('iptables large cluster mode drops the comments of endpoint rules only', (t) => {
  matchesGolden(t, renderRestore(compile(overallServices, overallSlices, { largeClusterEndpoints: 2 })));
});

test('the order of manifests does not matter', (t) => {
  const forwards = renderRestore(compile(overallServices, overallSlices));
  t.is(renderRestore(compile([...overallServices].reverse(), [...overallSlices].reverse())), forwards);
});

/** n ClusterIP Services with m endpoints each; endpoint addresses are all on other nodes. */
function many(n: number, m: number): [Service[], EndpointSlice[]] {
  const numbers = Array.from({ length: n }, (_, index) => index);
  const addresses = Array.from({ length: m }, (_, index) => `10.109.131.${index + 10}`);
  return [
    numbers.map((index) => service(`svc-${index}`, { clusterIP: `10.100.2.${index + 1}`, ports: [{ port: 80 }] })),
    numbers.map((index) =>
      slice(
        `svc-${index}`,
        addresses.map((ip) => ({ ...endpoint('b'), addresses: [ip] })),
      ),
    ),
  ];
}

for (const [services, endpoints] of [
  [0, 0],
  [1, 0],
  [1, 1],
  [1, 5],
  [10, 3],
  [100, 10],
] as const) {
  test(`${services} Services with ${endpoints} endpoints need a known number of rules`, (t) => {
    const counts = ruleCounts(compile(...many(services, endpoints)));
    const refused = endpoints === 0 ? services : 0;
    // One jump and one masquerade rule a Service; in and out of each endpoint's chain three.
    const perService = endpoints === 0 ? 0 : 2 + 3 * endpoints;
    t.deepEqual(counts, { filter: 4 + refused, nat: 5 + services * perService });
  });
}

test('both ways of balancing have the same chains and the same number of rules', (t) => {
  const faithful = compile(...many(10, 4), { balance: 'faithful' });
  const replayable = compile(...many(10, 4), { balance: 'replayable' });
  t.deepEqual(ruleCounts(replayable), ruleCounts(faithful));
  t.deepEqual(
    replayable.ports.map(({ own }) => own.chains),
    faithful.ports.map(({ own }) => own.chains),
  );
});

function packets(seed: number): string[] {
  const text = renderRestore(compile(...many(10, 2), { seed }));
  return [...text.matchAll(/--every 2 --packet (\d)/g)].map(([, packet]) => packet ?? '');
}

test('neighbouring seeds start every pair of endpoints with the other one', (t) => {
  const [before, after] = [packets(41), packets(42)];
  t.is(before.length, 10);
  t.deepEqual(
    after,
    before.map((packet) => (packet === '0' ? '1' : '0')),
  );
  t.is(new Set(before).size, 2, 'Services do not all start alike');
});

test('probabilities are 1/n to ten decimals', (t) => {
  const text = renderRestore(compile(...many(1, 4), { balance: 'faithful' }));
  t.deepEqual(
    [...text.matchAll(/--probability (\S+)/g)].map(([, probability]) => probability),
    ['0.2500000000', '0.3333333333', '0.5000000000'],
  );
});

const lines = (options: Partial<IptablesOptions>): string[] => renderRestore(compile([], [], options)).split('\n');

test('tcp_be_liberal leaves out the DROP of INVALID packets', (t) => {
  t.false(lines({ conntrackTcpLiberal: true }).some((line) => line.includes('INVALID')));
});

test('another masquerade bit changes every mark', (t) => {
  const text = lines({ masqueradeBit: 2 }).join('\n');
  t.true(text.includes('--or-mark 0x00000004') && text.includes('--xor-mark 0x00000004'));
  t.false(text.includes('0x00004000'));
});

test('old iptables cannot do random-fully', (t) => {
  t.true(lines({ randomFully: false }).some((line) => line.endsWith('-j MASQUERADE')));
});

test('without localhost node ports there is no kubelet firewall and loopback is excepted', (t) => {
  const text = lines({ localhostNodePorts: false });
  t.false(text.some((line) => line.includes('KUBE-FIREWALL')));
  t.true(text.some((line) => line.includes('--dst-type LOCAL ! -d 127.0.0.0/8 -j KUBE-NODEPORTS')));
});

test('node port addresses become one rule an address', (t) => {
  const found = lines({
    nodePortAddresses: ['192.168.56.0/24', '127.0.0.0/8'],
    interfaceAddresses: ['192.168.56.101', '10.111.156.64', '127.0.0.1'],
  }).filter((line) => line.endsWith('-j KUBE-NODEPORTS'));
  t.deepEqual(
    found.map((line) => line.replace(/^.*-d /, '')),
    ['127.0.0.1 -j KUBE-NODEPORTS', '192.168.56.101 -j KUBE-NODEPORTS'],
  );
});

test('nfacct counters stand where kube-proxy 1.32 has them', (t) => {
  const text = renderRestore(compile(overallServices, overallSlices, { nfacct: true }));
  t.true(text.includes('--ctstate INVALID -m nfacct --nfacct-name ct_state_invalid_dropped_pkts -j DROP'));
  t.true(
    text.includes('-d 127.0.0.0/8 -m nfacct --nfacct-name localhost_nps_accepted_pkts -m tcp -p tcp --dport 30002'),
  );
});

test('every rule says where it comes from', (t) => {
  const positionOf = (owner: Service, field: string): string => `${owner.metadata?.name}.yaml:${field.length}`;
  const plan = planTraffic({ services: overallServices, endpointSlices: overallSlices, positionOf });
  const ruleSet = iptablesEngine.compile(trafficOfNode(plan, node()), iptablesEngine.options(detector));
  const port = ruleSet.ports.find(({ key }) => key === 'default/node-port:p80 TCP');
  t.deepEqual(
    new Set(port?.compiled().rules.map(({ from }) => JSON.stringify(from))),
    new Set([
      JSON.stringify({ object: 'Service default/node-port', field: 'spec.ports[0]', position: 'node-port.yaml:13' }),
    ]),
  );
});
