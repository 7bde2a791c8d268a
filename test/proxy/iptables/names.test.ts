import test from 'ava';
import { chainHash, isServiceChain } from '../../../src/proxy/iptables/names.js';

const published: [input: string, hash: string][] = [
  ['default/mynode-svc2tcp', 'ZH6IDACFKHNMCG77'],
  ['default/mynode-svctcp', 'VENBE3DPT3RRD5AR'],
  ['default/mynode-svc2tcp10.111.218.82:8000', 'LI57BC53M7L76IV6'],
  ['ns1/svc1:p80tcp', 'XPGD46QRK7WJZT7O'],
  ['ns2/svc2:p80tcp', 'GNZBNJ2PO5MGZ6GT'],
  ['ns3/svc3:p80tcp', 'X27LE4BHSL4DOUIK'],
  ['ns4/svc4:p80tcp', '4SW47YFZTEDKD3PK'],
  ['ns5/svc5:p80tcp', 'NUKIZ6OKUXPJNT4C'],
  ['ns1/svc1:p80tcp10.180.0.1:80', 'SXIVWICOYRO3J4NJ'],
  ['default/kubernetes:httpstcp', 'NPX46M4PTMTKRN6Y'],
  ['kube-system/kube-dns:dnsudp', 'TCOU7JCQXEZGVUNU'],
  ['kube-system/kube-dns:dns-tcptcp', 'ERIFXISQEP7F7OF4'],
  ['kube-system/kube-dns:metricstcp', 'JD5MR3NA4I4DYORP'],
];

for (const [input, hash] of published) {
  test(`the chain hash of ${input} is the published one`, (t) => {
    t.is(chainHash(input), hash);
  });
}

test('only chains of service ports count as deletable', (t) => {
  t.true(isServiceChain('KUBE-SEP-LI57BC53M7L76IV6'));
  t.true(isServiceChain('KUBE-FW-LI57BC53M7L76IV6'));
  t.false(isServiceChain('KUBE-SERVICES'));
  t.false(isServiceChain('KUBE-PROXY-FIREWALL'));
});
