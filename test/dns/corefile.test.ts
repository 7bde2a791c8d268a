/** What an edited Corefile changes, and the log lines and metrics that follow from it. */
import test from 'ava';
import dnsPacket from 'dns-packet';
import { kubeadmCorefile, readCorefile } from '../../src/dns/corefile.js';
import { logLine } from '../../src/dns/log-line.js';
import { Metrics } from '../../src/dns/metrics.js';
import { describeExchange, QueryLog, typeText } from '../../src/dns/query-log.js';
import { type Exchange, respond } from '../../src/dns/respond.js';
import { clusterView, settings } from './cluster.js';

const view = clusterView();

function exchange(name: string, type: string, additionals: dnsPacket.Answer[] = []): Exchange {
  const questions = [{ name, type: type as dnsPacket.RecordType }];
  const packet = dnsPacket.encode({ type: 'query', id: 7, flags: dnsPacket.RECURSION_DESIRED, questions, additionals });
  const response = respond(packet, 'udp', view, settings, (same) => same);
  if (!response.exchange) throw new Error('no question');
  return response.exchange;
}

test("kubeadm's Corefile: 30 seconds, no query log", (t) => {
  t.deepEqual(readCorefile(kubeadmCorefile('cluster.local')), { ttl: 30, log: false });
  t.regex(kubeadmCorefile('lab.test'), /kubernetes lab\.test in-addr\.arpa ip6\.arpa \{/);
});

const corefiles: [what: string, text: string, expected: { ttl: number; log: boolean }][] = [
  ['without a ttl, the default of the plugin', '.:53 {\n  kubernetes cluster.local\n}', { ttl: 5, log: false }],
  ['the plugin log', '.:53 {\n  log\n  kubernetes cluster.local {\n ttl 7\n }\n}', { ttl: 7, log: true }],
  ['a comment is no plugin', '.:53 {\n  # log\n  ttl 9 # was 30\n}', { ttl: 9, log: false }],
  ['an hour at most', 'ttl 99999', { ttl: 3600, log: false }],
  ['nothing at all', '', { ttl: 5, log: false }],
];

for (const [what, text, expected] of corefiles) {
  test(`a Corefile is read: ${what}`, (t) => t.deepEqual(readCorefile(text), expected));
}

test("a query is printed in CoreDNS' Common Log Format", (t) => {
  const facts = { client: '10.244.1.5:40000', transport: 'udp', bytes: 92 } as const;
  t.is(
    logLine(exchange('Web.default.svc.cluster.local', 'A'), facts),
    '[INFO] 10.244.1.5:40000 - 7 "A IN Web.default.svc.cluster.local. udp 47 false 512" NOERROR qr,aa,rd 92 0s',
  );
  const option = { type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0x8000, options: [] };
  t.is(
    logLine(exchange('example.com', 'MX', [option as unknown as dnsPacket.Answer]), facts),
    '[INFO] 10.244.1.5:40000 - 7 "MX IN example.com. udp 40 true 1232" SERVFAIL qr,rd 92 0s',
  );
});

test('the query log keeps names as written, codes, and what was said, in short', (t) => {
  t.deepEqual(describeExchange(exchange('Web.default.svc.cluster.local', 'A')), {
    name: 'Web.default.svc.cluster.local.',
    type: 'A',
    rcode: 'NOERROR',
    answers: ['10.96.1.1'],
  });
  t.deepEqual(describeExchange(exchange('_http._tcp.web.default.svc.cluster.local', 'SRV')).answers, [
    'web.default.svc.cluster.local:80',
  ]);
});

test('types that dns-packet does not know are named as dig names them', (t) => {
  t.deepEqual(['A', 'UNKNOWN_65', 'UNKNOWN_4711'].map(typeText), ['A', 'HTTPS', 'TYPE4711']);
});

test('a reader of the query log goes on where it was, and the oldest entries go first', (t) => {
  const log = new QueryLog();
  const entry = {
    time: 0,
    server: 's',
    client: 'c',
    protocol: 'udp',
    name: 'n.',
    type: 'A',
    rcode: 'NOERROR',
    answers: [],
  };
  for (let count = 0; count < 10_000; count += 1) log.append({ ...entry, protocol: 'udp' });
  t.deepEqual(
    log.after(9_998).map(({ sequence }) => sequence),
    [9_999, 10_000],
  );
  t.is(log.after(0).length, 2_000);
  t.is(log.after(0)[0]?.sequence, 8_001);
});

test('metrics count requests by type and responses by code', (t) => {
  const metrics = new Metrics();
  metrics.count('udp', 'A', 'NOERROR');
  metrics.count('udp', 'A', 'NXDOMAIN');
  metrics.count('tcp', 'TYPE4711', 'NXDOMAIN');
  const page = metrics.page();
  t.regex(
    page,
    /^coredns_dns_requests_total\{family="1",proto="udp",server="dns:\/\/:53",type="A",view="",zone="\."\} 2$/m,
  );
  t.regex(page, /^coredns_dns_requests_total\{.*proto="tcp".*type="other".*\} 1$/m);
  t.regex(page, /^coredns_dns_responses_total\{.*rcode="NXDOMAIN".*\} 2$/m);
});
