/** Packets: what is read, how it is answered, what is cut; and that no bytes whatever bring the server down. */
import test from 'ava';
import dnsPacket from 'dns-packet';
import { createBalance } from '../../src/dns/balance.js';
import { respond } from '../../src/dns/respond.js';
import type { Transport } from '../../src/dns/wire.js';
import { changeOf, clusterView, settings } from './cluster.js';

const view = clusterView();
const name = 'web.default.svc.cluster.local';

function ask(packet: Buffer, transport: Transport = 'udp', records = view): Buffer | undefined {
  return respond(packet, transport, records, settings, (same) => same).packet;
}

function query(question: string, type = 'A', additionals: dnsPacket.Answer[] = []): Buffer {
  const flags = dnsPacket.RECURSION_DESIRED;
  const questions = [{ name: question, type: type as dnsPacket.RecordType }];
  return dnsPacket.encode({ type: 'query', id: 4711, flags, questions, additionals });
}

const edns = (udpPayloadSize: number, more: object = {}): dnsPacket.Answer =>
  ({ type: 'OPT', name: '.', udpPayloadSize, flags: 0, options: [], ...more }) as unknown as dnsPacket.Answer;

function reply(packet: Buffer, transport?: Transport, records = view): dnsPacket.DecodedPacket {
  const bytes = ask(packet, transport, records);
  if (!bytes) throw new Error('no answer');
  return dnsPacket.decode(bytes);
}

test('id, question and the flags qr aa rd come back; recursion is not available', (t) => {
  t.like(reply(query(name)), {
    id: 4711,
    type: 'response',
    flag_aa: true,
    flag_rd: true,
    flag_ra: false,
    flag_tc: false,
    rcode: 'NOERROR',
    questions: [{ name, type: 'A', class: 'IN' }],
    answers: [{ name, type: 'A', ttl: 30, data: '10.96.1.1' }],
  } as object);
});

test('names compare without regard to case and come back as they were written', (t) => {
  const written = 'wEb.DEFAULT.svc.Cluster.Local';
  const decoded = reply(query(written));
  t.is(decoded.questions?.[0]?.name, written);
  t.is(decoded.answers?.[0]?.name, written);
});

test('an owner within the question is a pointer: an A answer costs 16 bytes', (t) => {
  const packet = query(name);
  t.is(ask(packet)?.length, packet.length + 16);
});

test('the SOA of a name error is read by the library', (t) => {
  const decoded = reply(query('nothing.default.svc.cluster.local'));
  t.is((decoded as { rcode?: string }).rcode, 'NXDOMAIN');
  t.like(decoded.authorities?.[0], { name: 'cluster.local', type: 'SOA', ttl: 30 });
});

test('without EDNS an answer over UDP is cut at 512 bytes with the TC bit, and whole over TCP', (t) => {
  const endpoints = Array.from({ length: 60 }, (_, index) => ({ addresses: [`10.244.5.${index + 1}`] }));
  const records = clusterView();
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'peers-9', namespace: 'default', labels: { 'kubernetes.io/service-name': 'peers' } },
    endpoints,
    ports: [],
  };
  records.apply([changeOf(slice)], 1);
  const packet = query('peers.default.svc.cluster.local');
  const cut = ask(packet, 'udp', records);
  t.true((cut?.length ?? 0) <= 512);
  t.true(dnsPacket.decode(cut ?? Buffer.alloc(0)).flag_tc);
  t.is(dnsPacket.decode(cut ?? Buffer.alloc(0)).answers?.length, 28, 'as many as fit');
  const whole = reply(packet, 'tcp', records);
  t.false(whole.flag_tc);
  t.is(whole.answers?.length, 63);
  const roomy = reply(query('peers.default.svc.cluster.local', 'A', [edns(4096)]), 'udp', records);
  t.is(roomy.answers?.length, 63);
});

test('EDNS: size, DO bit and cookie come back, other options do not', (t) => {
  const cookie = { code: 10, data: Buffer.from('0123456789abcdef', 'hex') };
  const unknown = { code: 65_001, data: Buffer.from('x') };
  const decoded = reply(query(name, 'A', [edns(1232, { flags: 0x8000, options: [cookie, unknown] })]));
  const option = decoded.additionals?.[0] as dnsPacket.OptAnswer;
  t.is(option.udpPayloadSize, 1232);
  t.true(option.flag_do);
  t.deepEqual(
    option.options.map(({ code }) => code),
    [10],
  );
});

test('EDNS of another version: BADVERS', (t) => {
  const decoded = reply(query(name, 'A', [edns(1232, { ednsVersion: 1 })]));
  t.like(decoded.additionals?.[0], { type: 'OPT', extendedRcode: 1 });
  t.deepEqual(decoded.answers, []);
});

function patched(packet: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(packet);
  copy.writeUInt16BE(value, at);
  return copy;
}

const refused: [what: string, packet: Buffer, rcode: string][] = [
  ['two questions', patched(query(name), 4, 2), 'FORMERR'],
  ['no question', patched(query(name), 4, 0), 'FORMERR'],
  ['two answers', patched(query(name), 6, 2), 'FORMERR'],
  ['more additional records than there are', patched(query(name), 10, 1), 'FORMERR'],
  ['an update', patched(query(name), 2, 5 << 11), 'NOTIMP'],
  ['a name that points to itself', patched(query(name), 12, 0xc00c), 'FORMERR'],
  ['a label that runs out of the packet', query(name).subarray(0, 20), 'FORMERR'],
  ['class CHAOS', patched(query(name), query(name).length - 2, 3), 'REFUSED'],
];

for (const [what, packet, rcode] of refused) {
  test(`${what}: ${rcode}`, (t) => {
    t.is((reply(packet) as { rcode?: string }).rcode, rcode);
  });
}

test('answers and scraps are ignored, so that no two servers can keep each other busy', (t) => {
  t.is(ask(patched(query(name), 2, 0x8100)), undefined);
  t.is(ask(Buffer.from('short')), undefined);
});

/** A small generator with a fixed start: the same 20,000 packets in every run. */
function* numbers(): Generator<number> {
  for (let state = 20_260_101; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

test('20,000 mangled packets: never an exception, never an answer that cannot be read', (t) => {
  const random = numbers();
  const next = (below: number) => (random.next().value as number) % below;
  const seeds = [
    query(name),
    query(name, 'SRV', [edns(1232)]),
    query('10.0.96.10.in-addr.arpa', 'PTR'),
    query('.', 'NS'),
  ];
  for (let round = 0; round < 20_000; round += 1) {
    const packet = Buffer.from(seeds[round % seeds.length] as Buffer);
    for (let change = next(6); change >= 0; change -= 1) packet[next(packet.length)] = next(256);
    const cut = next(4) === 0 ? packet.subarray(0, next(packet.length + 1)) : packet;
    const answer = ask(cut, round % 2 ? 'udp' : 'tcp');
    if (answer) t.notThrows(() => dnsPacket.decode(answer), cut.toString('hex'));
  }
});

test('2,000 packets of pure noise', (t) => {
  const random = numbers();
  for (let round = 0; round < 2_000; round += 1) {
    const packet = Buffer.from(Array.from({ length: round % 97 }, () => (random.next().value as number) % 256));
    t.notThrows(() => ask(packet));
  }
});

test('loadbalance: each address comes first in turn', (t) => {
  const balance = createBalance();
  const firsts = Array.from({ length: 4 }, () => {
    const { packet } = respond(query('peers.default.svc.cluster.local'), 'udp', view, settings, balance);
    return dnsPacket.decode(packet ?? Buffer.alloc(0)).answers?.[0];
  });
  t.deepEqual(
    firsts.map((record) => (record as dnsPacket.StringAnswer).data),
    ['10.244.1.6', '10.244.2.6', '10.244.2.7', '10.244.1.6'],
  );
});
