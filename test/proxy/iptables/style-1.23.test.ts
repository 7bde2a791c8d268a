/** The rules of kube-proxy 1.23, for old pages. */
import test from 'ava';
import type { Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import { iptablesOptions } from '../../../src/proxy/iptables/options.js';
import { renderRestore } from '../../../src/proxy/iptables/restore.js';
import { compileStyle123 } from '../../../src/proxy/iptables/style-1.23.js';
import { overallServices, overallSlices } from '../cases/overall.js';
import { endpoint, node, podCIDR, service, slice } from '../cases/world.js';
import { matchesGolden } from '../golden.js';

function render(services: readonly Service[], endpointSlices: readonly EndpointSlice[]): string {
  const options = iptablesOptions({
    balance: 'faithful',
    localTrafficDetector: { kind: 'ClusterCIDR', cidr: podCIDR },
  });
  return renderRestore(compileStyle123(trafficOfNode(planTraffic({ services, endpointSlices }), node()), options));
}

test('iptables overall rules style 1.23', (t) => {
  matchesGolden(t, render(overallServices, overallSlices));
});

const sample = service('sample-http', {
  type: 'LoadBalancer',
  clusterIP: '10.100.6.1',
  externalTrafficPolicy: 'Local',
  ports: [{ port: 8080, nodePort: 30333 }],
});

function xlb(...pods: Parameters<typeof endpoint>[0][]): string[] {
  const text = render(
    [sample],
    [
      slice(
        'sample-http',
        pods.map((pod) => endpoint(pod)),
      ),
    ],
  );
  return text.split('\n').filter((line) => line.startsWith('-A KUBE-XLB-'));
}

test('a node without a pod drops in its KUBE-XLB chain, as the course’s first picture shows', (t) => {
  t.regex(xlb('b').at(-1) ?? '', /"default\/sample-http has no local endpoints" -j KUBE-MARK-DROP$/);
});

test('a node with pods balances over them in its KUBE-XLB chain, as the second picture shows', (t) => {
  const rules = xlb('a', 'b', 'c').filter((line) => line.includes('Balancing rule'));
  t.is(rules.length, 2);
  t.regex(rules[0] ?? '', /"Balancing rule 0 for default\/sample-http" .*--probability 0.5000000000 -j KUBE-SEP-/);
});
