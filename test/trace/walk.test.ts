/** The virtual walk itself: its path, and what it does not understand. The behaviour suite tests the rest. */
import test from 'ava';
import { planTraffic, trafficOfNode } from '../../src/model/traffic.js';
import { iptablesEngine } from '../../src/proxy/iptables/engine.js';
import type { Rule } from '../../src/proxy/xtables/rule.js';
import { type Packet, walkResult } from '../../src/trace/packet.js';
import { walkIptables } from '../../src/trace/walk.js';
import { walkChain, type XtablesState } from '../../src/trace/xtables-chain.js';
import { endpoint, node, nodes, podCIDR, service, slice } from '../proxy/cases/world.js';

const self = { addresses: [nodes['k8s-node1'].address] };
const web = service('web', { type: 'NodePort', clusterIP: '10.100.0.10', ports: [{ port: 80, nodePort: 30080 }] });
const traffic = trafficOfNode(
  planTraffic({ services: [web], endpointSlices: [slice('web', [endpoint('a'), endpoint('b')])] }),
  node(),
);
const options = iptablesEngine.options({ localTrafficDetector: { kind: 'ClusterCIDR', cidr: podCIDR } });
const toNodePort: Packet = {
  entry: 'PREROUTING',
  source: '192.168.56.1',
  destination: self.addresses[0] ?? '',
  port: 30080,
  protocol: 'TCP',
};

test('a course names every rule that matched, from which object it is', (t) => {
  const { courses, endpoints } = walkIptables(iptablesEngine.compile(traffic, options), toNodePort, self);
  t.deepEqual(endpoints, ['10.109.131.10:8080', '10.111.156.70:8080']);
  t.deepEqual(
    courses[0]?.path.map(({ chain, from }) => `${chain.replace(/-[A-Z2-7]{16}$/, '')} ${from.object}`),
    [
      'PREROUTING kube-proxy',
      'KUBE-SERVICES kube-proxy',
      'KUBE-NODEPORTS Service default/web',
      'KUBE-EXT Service default/web',
      'KUBE-MARK-MASQ kube-proxy',
      'KUBE-EXT Service default/web',
      'KUBE-SVC Service default/web',
      'KUBE-SEP Service default/web',
      'FORWARD kube-proxy',
      'FORWARD kube-proxy',
      'KUBE-FORWARD kube-proxy',
      'POSTROUTING kube-proxy',
      'KUBE-POSTROUTING kube-proxy',
      'KUBE-POSTROUTING kube-proxy',
    ],
  );
});

const start: XtablesState = { packet: toNodePort, mark: 0, endpoint: undefined, masquerade: false, path: [] };

test('a jump to a chain that does not exist is an error', (t) => {
  const rule: Rule = {
    chain: 'A',
    matches: [],
    target: { target: 'jump', chain: 'B' },
    from: { object: 'x', field: 'y' },
  };
  t.throws(() => walkChain('A', start, new Map([['A', [rule]]]), { node: self }), {
    message: /B, which does not exist/,
  });
});

test('RETURN goes back to the rule after the jump', (t) => {
  const from = { object: 'x', field: 'y' };
  const chains = new Map<string, Rule[]>([
    [
      'A',
      [
        { chain: 'A', matches: [], target: { target: 'jump', chain: 'B' }, from },
        { chain: 'A', matches: [], target: { target: 'dnat', to: '10.0.0.1:1' }, from },
      ],
    ],
    [
      'B',
      [
        { chain: 'B', matches: [], target: { target: 'verdict', verdict: 'RETURN' }, from },
        { chain: 'B', matches: [], target: { target: 'verdict', verdict: 'DROP' }, from },
      ],
    ],
  ]);
  const { finished, open } = walkChain('A', start, chains, { node: self });
  t.deepEqual(
    finished.map(({ state }) => state.endpoint),
    ['10.0.0.1:1'],
  );
  t.deepEqual(open, []);
});

test('rules that leave the verdict to chance are refused', (t) => {
  const course = { endpoint: undefined, masquerade: false, path: [] };
  t.throws(
    () =>
      walkResult(toNodePort, [
        { ...course, verdict: 'DROP' },
        { ...course, verdict: 'REJECT' },
      ]),
    {
      message: /the rules disagree/,
    },
  );
});
