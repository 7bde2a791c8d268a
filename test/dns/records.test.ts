/** The index follows changes: what was, is no longer answered. */
import test from 'ava';
import { answer } from '../../src/dns/answer.js';
import { DnsRecords } from '../../src/dns/records.js';
import { changeOf, clusterView, lines, objects, settings } from './cluster.js';

const named = (kind: string, name: string) => {
  const object = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (!object) throw new Error(`no ${kind} ${name}`);
  return object;
};
const gone = (kind: string, name: string) => ({ key: changeOf(named(kind, name)).key });
const web = { name: 'web.default.svc.cluster.local', type: 'A' };

test('before the first objects the server fails, as CoreDNS does until it has seen the API', (t) => {
  const records = new DnsRecords();
  t.is(answer(web, records, settings).rcode, 'SERVFAIL');
  records.apply([], 1);
  t.is(answer(web, records, settings).rcode, 'NXDOMAIN');
});

test('a deleted Service is gone by name and by address', (t) => {
  const records = clusterView();
  records.apply([gone('Service', 'web')], 2);
  t.is(answer(web, records, settings).rcode, 'NXDOMAIN');
  t.is(answer({ name: '1.1.96.10.in-addr.arpa', type: 'PTR' }, records, settings).rcode, 'SERVFAIL');
});

test('a changed slice is answered anew, and its old addresses have no names', (t) => {
  const records = clusterView();
  const object = named('EndpointSlice', 'peers-2');
  const moved = { ...object, endpoints: [{ addresses: ['10.244.1.99'], conditions: { ready: true } }] };
  records.apply([changeOf(moved), gone('EndpointSlice', 'peers-1')], 2);
  const reply = answer({ name: 'peers.default.svc.cluster.local', type: 'A' }, records, settings);
  t.deepEqual(lines(reply.answers), ['peers.default.svc.cluster.local 30 A 10.244.1.99']);
  t.is(answer({ name: '7.2.244.10.in-addr.arpa', type: 'PTR' }, records, settings).rcode, 'SERVFAIL');
  t.is(answer({ name: '99.1.244.10.in-addr.arpa', type: 'PTR' }, records, settings).rcode, 'NOERROR');
});

test('a Service that becomes headless is answered with its endpoints', (t) => {
  const records = clusterView();
  const object = named('Service', 'web');
  records.apply([changeOf({ ...object, spec: { clusterIP: 'None' } } as typeof object)], 2);
  t.deepEqual(lines(answer(web, records, settings).answers), ['web.default.svc.cluster.local 30 A 10.244.1.5']);
});

test('the order in which objects came does not show', (t) => {
  const records = new DnsRecords();
  records.apply([...objects].reverse().map(changeOf), 1_700_000_000);
  const question = { name: '_http._tcp.peers.default.svc.cluster.local', type: 'SRV' };
  t.deepEqual(answer(question, records, settings), answer(question, clusterView(), settings));
});

test('the serial is the time of the last change', (t) => {
  const records = clusterView();
  records.apply([], 1_700_000_009);
  t.is(records.serial, 1_700_000_009);
});
