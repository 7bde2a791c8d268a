/** The course notes' NodePort Service, chain by chain as they print it. */
import test from 'ava';
import { planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import { iptablesEngine } from '../../../src/proxy/iptables/engine.js';
import { endpoint, node, podCIDR, service, slice } from '../cases/world.js';

const options = iptablesEngine.options({ localTrafficDetector: { kind: 'ClusterCIDR', cidr: podCIDR } });
const mynode = service('mynode-svc2', {
  type: 'NodePort',
  clusterIP: '10.111.154.36',
  externalTrafficPolicy: 'Cluster',
  ports: [{ port: 9002, targetPort: 8000, nodePort: 30246 }],
});
const slices = [slice('mynode-svc2', [endpoint('d')], [{ name: '', port: 8000, protocol: 'TCP' }])];
const traffic = trafficOfNode(planTraffic({ services: [mynode], endpointSlices: slices }), node());
const text = iptablesEngine.render(iptablesEngine.compile(traffic, options));

function chain(name: string): string[] {
  return text.split('\n').filter((line) => line.startsWith(`-A ${name} `));
}

test('KUBE-NODEPORTS leads to the external chain', (t) => {
  t.deepEqual(chain('KUBE-NODEPORTS'), [
    '-A KUBE-NODEPORTS -m comment --comment default/mynode-svc2 -m tcp -p tcp --dport 30246 -j KUBE-EXT-ZH6IDACFKHNMCG77',
  ]);
});

test('KUBE-EXT marks for masquerade and leads to the service chain', (t) => {
  t.deepEqual(chain('KUBE-EXT-ZH6IDACFKHNMCG77'), [
    '-A KUBE-EXT-ZH6IDACFKHNMCG77 -m comment --comment "masquerade traffic for default/mynode-svc2 external destinations" -j KUBE-MARK-MASQ',
    '-A KUBE-EXT-ZH6IDACFKHNMCG77 -j KUBE-SVC-ZH6IDACFKHNMCG77',
  ]);
});

test('KUBE-SERVICES leads to the service chain, and last to the node ports', (t) => {
  t.deepEqual(chain('KUBE-SERVICES'), [
    '-A KUBE-SERVICES -m comment --comment "default/mynode-svc2 cluster IP" -m tcp -p tcp -d 10.111.154.36 --dport 9002 -j KUBE-SVC-ZH6IDACFKHNMCG77',
    '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS',
  ]);
});

test('KUBE-SVC masquerades outsiders and leads to the endpoint', (t) => {
  t.deepEqual(chain('KUBE-SVC-ZH6IDACFKHNMCG77'), [
    '-A KUBE-SVC-ZH6IDACFKHNMCG77 -m comment --comment "default/mynode-svc2 cluster IP" -m tcp -p tcp -d 10.111.154.36 --dport 9002 ! -s 10.96.0.0/12 -j KUBE-MARK-MASQ',
    '-A KUBE-SVC-ZH6IDACFKHNMCG77 -m comment --comment "default/mynode-svc2 -> 10.111.218.82:8000" -j KUBE-SEP-LI57BC53M7L76IV6',
  ]);
});

test('KUBE-SEP masquerades the hairpin and rewrites the destination', (t) => {
  t.deepEqual(chain('KUBE-SEP-LI57BC53M7L76IV6'), [
    '-A KUBE-SEP-LI57BC53M7L76IV6 -m comment --comment default/mynode-svc2 -s 10.111.218.82 -j KUBE-MARK-MASQ',
    '-A KUBE-SEP-LI57BC53M7L76IV6 -m comment --comment default/mynode-svc2 -m tcp -p tcp -j DNAT --to-destination 10.111.218.82:8000',
  ]);
});

test('the fixed rules stand where kube-proxy writes them', (t) => {
  t.is(
    text
      .split('\n')
      .filter((line) => !line.includes('mynode') && !/(EXT|SVC|SEP)-/.test(line))
      .join('\n'),
    `*filter
:KUBE-SERVICES - [0:0]
:KUBE-EXTERNAL-SERVICES - [0:0]
:KUBE-FORWARD - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-PROXY-FIREWALL - [0:0]
:KUBE-FIREWALL - [0:0]
-A KUBE-FIREWALL -m comment --comment "block incoming localnet connections" -d 127.0.0.0/8 ! -s 127.0.0.0/8 -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x00004000/0x00004000 -j ACCEPT
-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
COMMIT
*nat
:KUBE-SERVICES - [0:0]
:KUBE-NODEPORTS - [0:0]
:KUBE-POSTROUTING - [0:0]
:KUBE-MARK-MASQ - [0:0]
-A KUBE-POSTROUTING -m mark ! --mark 0x00004000/0x00004000 -j RETURN
-A KUBE-POSTROUTING -j MARK --xor-mark 0x00004000
-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
-A KUBE-MARK-MASQ -j MARK --or-mark 0x00004000
-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
COMMIT
`,
  );
});
