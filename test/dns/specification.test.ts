/**
 * The Kubernetes DNS specification 1.1.0, section by section, and what CoreDNS adds to it (its `handler_test.go`).
 */
import test from 'ava';
import { ask, lines, soa } from './cluster.js';

interface Case {
  /** Section of the specification, or CoreDNS' own. */
  section: string;
  question: string;
  answers: string[];
  additionals?: string[];
}

const local = (name: string) => `${name}.svc.cluster.local`;
const a = (name: string, address: string) => `${local(name)} 30 A ${address}`;

const answered: Case[] = [
  {
    section: '2.2 Record for Schema Version',
    question: 'dns-version.cluster.local TXT',
    answers: ['dns-version.cluster.local 28800 TXT 1.1.0'],
  },
  {
    section: '2.3.1 A record of a Service with ClusterIP',
    question: `${local('web.default')} A`,
    answers: [a('web.default', '10.96.1.1')],
  },
  {
    section: '2.3.1 A record whether or not there are endpoints',
    question: `${local('lonely.default')} A`,
    answers: [a('lonely.default', '10.96.1.2')],
  },
  {
    section: '2.3.1 AAAA record',
    question: `${local('six.default')} AAAA`,
    answers: [`${local('six.default')} 30 AAAA fd00::3`],
  },
  {
    section: '2.3.2 SRV record of a named port',
    question: `_http._tcp.${local('web.default')} SRV`,
    answers: [`_http._tcp.${local('web.default')} 30 SRV 0 100 80 ${local('web.default')}`],
    additionals: [a('web.default', '10.96.1.1')],
  },
  {
    section: '2.3.2 SRV records of a dual-stack Service',
    question: `_http._tcp.${local('six.default')} SRV`,
    answers: [`_http._tcp.${local('six.default')} 30 SRV 0 50 80 ${local('six.default')}`],
    additionals: [a('six.default', '10.96.1.3'), `${local('six.default')} 30 AAAA fd00::3`],
  },
  {
    section: '2.3.3 PTR record of a clusterIP',
    question: '1.1.96.10.in-addr.arpa PTR',
    answers: [`1.1.96.10.in-addr.arpa 30 PTR ${local('web.default')}`],
  },
  {
    section: '2.3.3 PTR record of an IPv6 clusterIP',
    question: `3.${'0.'.repeat(27)}0.0.d.f.ip6.arpa PTR`,
    answers: [`3.${'0.'.repeat(27)}0.0.d.f.ip6.arpa 30 PTR ${local('six.default')}`],
  },
  {
    section: '2.4.1 A records of a headless Service: every ready endpoint, of all slices',
    question: `${local('peers.default')} A`,
    answers: [a('peers.default', '10.244.1.6'), a('peers.default', '10.244.2.6'), a('peers.default', '10.244.2.7')],
  },
  {
    section: '2.4.1 A record of an endpoint with a hostname',
    question: `${local('peer-0.peers.default')} A`,
    answers: [a('peer-0.peers.default', '10.244.1.6')],
  },
  {
    section: '2.4.1 A record of an endpoint without a hostname',
    question: `${local('10-244-2-7.peers.default')} A`,
    answers: [a('10-244-2-7.peers.default', '10.244.2.7')],
  },
  {
    section: '2.4.2 SRV records of a headless Service',
    question: `_http._tcp.${local('peers.default')} SRV`,
    answers: ['peer-0', 'peer-1', '10-244-2-7'].map(
      (label) => `_http._tcp.${local('peers.default')} 30 SRV 0 33 80 ${local(`${label}.peers.default`)}`,
    ),
    additionals: [
      a('peer-0.peers.default', '10.244.1.6'),
      a('peer-1.peers.default', '10.244.2.6'),
      a('10-244-2-7.peers.default', '10.244.2.7'),
    ],
  },
  {
    section: '2.4.3 PTR record of an endpoint',
    question: '6.2.244.10.in-addr.arpa PTR',
    answers: [`6.2.244.10.in-addr.arpa 30 PTR ${local('peer-1.peers.default')}`],
  },
  {
    section: '2.5 CNAME record of an ExternalName Service',
    question: `${local('outside.default')} CNAME`,
    answers: [`${local('outside.default')} 30 CNAME example.com`],
  },
  {
    section: '2.5 address of an ExternalName Service: the alias alone, as nobody resolves its target',
    question: `${local('outside.default')} A`,
    answers: [`${local('outside.default')} 30 CNAME example.com`],
  },
  {
    section: '2.5 alias of another Service',
    question: `${local('inside.default')} A`,
    answers: [`${local('inside.default')} 30 CNAME ${local('web.default')}`, a('web.default', '10.96.1.1')],
  },
  {
    section: 'CoreDNS: endpoint names of a ClusterIP Service',
    question: `${local('10-244-1-5.web.default')} A`,
    answers: [a('10-244-1-5.web.default', '10.244.1.5')],
  },
  {
    section: 'CoreDNS: PTR record of an endpoint behind a ClusterIP Service',
    question: '5.1.244.10.in-addr.arpa PTR',
    answers: [`5.1.244.10.in-addr.arpa 30 PTR ${local('10-244-1-5.web.default')}`],
  },
  {
    section: 'CoreDNS: SRV without port and protocol gives every port',
    question: `${local('web.default')} SRV`,
    answers: [80, 9100].map((port) => `${local('web.default')} 30 SRV 0 50 ${port} ${local('web.default')}`),
    additionals: [a('web.default', '10.96.1.1')],
  },
  {
    section: 'CoreDNS: headless without ports',
    question: `${local('portless.default')} A`,
    answers: [a('portless.default', '10.244.3.9')],
  },
  {
    section: 'CoreDNS: pods insecure',
    question: '10-244-9-9.default.pod.cluster.local A',
    answers: ['10-244-9-9.default.pod.cluster.local 30 A 10.244.9.9'],
  },
  {
    section: 'CoreDNS: pods insecure, IPv6',
    question: 'fd00--9.default.pod.cluster.local AAAA',
    answers: ['fd00--9.default.pod.cluster.local 30 AAAA fd00::9'],
  },
  {
    section: 'CoreDNS: the name server is the Service in front of the answering pod',
    question: 'ns.dns.cluster.local A',
    answers: ['ns.dns.cluster.local 30 A 10.96.0.10'],
  },
  {
    section: 'CoreDNS: NS of the zone',
    question: 'cluster.local NS',
    answers: [`cluster.local 30 NS ${local('kube-dns.kube-system')}`],
    additionals: [a('kube-dns.kube-system', '10.96.0.10')],
  },
  { section: 'CoreDNS: SOA of the zone', question: 'cluster.local SOA', answers: [soa] },
];

for (const { section, question, answers, additionals = [] } of answered) {
  test(`${section}: ${question}`, (t) => {
    const reply = ask(question);
    t.is(reply.rcode, 'NOERROR');
    t.true(reply.authoritative);
    t.deepEqual(lines(reply.answers), answers);
    t.deepEqual(lines(reply.additionals), additionals);
    t.deepEqual(reply.authorities, []);
  });
}

const noData: [reason: string, question: string][] = [
  ['no address of that family', `${local('web.default')} AAAA`],
  ['no record of that type', `${local('web.default')} MX`],
  ['no record of that type', `${local('web.default')} UNKNOWN_65`],
  ['no alias', `${local('web.default')} CNAME`],
  ['a Service has no text', `${local('web.default')} TXT`],
  ['the zone itself', 'cluster.local A'],
  ['the apex of Services', 'svc.cluster.local A'],
  ['the apex of pods', 'pod.cluster.local A'],
  ['a namespace', 'default.svc.cluster.local A'],
  ['an empty namespace', 'empty.svc.cluster.local A'],
  ['SOA of a name below the zone', `${local('web.default')} SOA`],
  ['NS of a name below the zone', 'default.svc.cluster.local NS'],
  ['an ExternalName has no SRV', `${local('outside.default')} SRV`],
  ['an alias into the cluster that leads nowhere', `${local('astray.default')} A`],
  ['aliases in a ring', `${local('ring-a.default')} A`],
  ['a headless Service has no SRV without ports', `${local('portless.default')} SRV`],
];

for (const [reason, question] of noData) {
  test(`NODATA, ${reason}: ${question}`, (t) => {
    const reply = ask(question);
    t.is(reply.rcode, 'NOERROR');
    t.deepEqual(reply.answers, []);
    t.deepEqual(lines(reply.authorities), [soa]);
  });
}

const nameErrors: [reason: string, question: string][] = [
  ['no such Service', `${local('nothing.default')} A`],
  ['no such namespace', `${local('web.nowhere')} A`],
  ['2.4.1 no ready endpoint', `${local('asleep.default')} A`],
  ['an endpoint that is not ready', `${local('peer-2.peers.default')} A`],
  ['no such endpoint', `${local('peer-9.peers.default')} A`],
  ['no such port', `_https._tcp.${local('web.default')} SRV`],
  ['another protocol', `_http._udp.${local('web.default')} SRV`],
  ['2.3.2 an unnamed port', `_http._tcp.${local('lonely.default')} SRV`],
  ['too many labels', `a.b.c.${local('web.default')} A`],
  ['neither svc nor pod', 'web.default.cluster.local A'],
  ['no address in a pod name', 'web-1.default.pod.cluster.local A'],
  ['a pod name in no namespace', '10-244-1-5.nowhere.pod.cluster.local A'],
  ['below an ExternalName', `${local('x.outside.default')} CNAME`],
  ['2.5 an address is no external name', `${local('numeric.default')} CNAME`],
  ['text at the apex', 'cluster.local TXT'],
  ['the search path of a name outside', 'www.example.com.default.svc.cluster.local A'],
];

for (const [reason, question] of nameErrors) {
  test(`NXDOMAIN, ${reason}: ${question}`, (t) => {
    const reply = ask(question);
    t.is(reply.rcode, 'NXDOMAIN');
    t.true(reply.authoritative);
    t.deepEqual(lines(reply.authorities), [soa]);
  });
}

for (const question of ['www.example.com A', '1.56.168.192.in-addr.arpa PTR', '10.in-addr.arpa PTR', 'com NS', ' NS']) {
  test(`SERVFAIL for what only an upstream could know: ${question}`, (t) => {
    t.like(ask(question), { rcode: 'SERVFAIL', authoritative: false, authorities: [] });
  });
}

test('a zone transfer is refused', (t) => {
  t.is(ask('cluster.local AXFR').rcode, 'REFUSED');
});
