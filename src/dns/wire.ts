/**
 * DNS packets: questions in, replies out. The coding is dns-packet's; what is accepted and what is cut is decided here.
 *
 * Source: RFC 1035, RFC 6891 (EDNS); miekg/dns `acceptfunc.go` (which packets get an answer at all), CoreDNS
 * `request/request.go` (SizeAndDo, Scrub).
 */
import dnsPacket from 'dns-packet';
import type { DnsRecord, Question, Rcode, Reply } from './contract.js';

/** A UDP client without EDNS takes this much. Source: RFC 1035, section 4.2.1. */
const leastUdpSize = 512;
const mostSize = 65_535;

export type Transport = 'udp' | 'tcp';

/** The client's EDNS, as far as it is answered. */
interface Edns {
  udpPayloadSize: number;
  version: number;
  dnssecOk: boolean;
  options: readonly { code: number; data?: Buffer }[];
}

/** One well-formed question. */
export interface Query {
  id: number;
  /** Name in lower case. */
  question: Question;
  /** The name as it was written, with its last dot. */
  writtenName: string;
  /** `IN`, `CH`, … */
  class: string;
  recursionDesired: boolean;
  checkingDisabled: boolean;
  /** The question section as it came; it goes back as it is, so that 0x20 randomised names compare equal. */
  section: Buffer;
  /** Where each label of the name begins in the packet. */
  labels: readonly number[];
  edns: Edns | undefined;
  size: number;
}

/** A packet that is no question: ignored, or refused by its header alone. */
export type Received = { query: Query } | { refusal: Buffer | undefined };

const RESPONSE = 0x8000;
const AUTHORITATIVE = 0x0400;
const TRUNCATED = 0x0200;
const RECURSION_DESIRED = 0x0100;
const CHECKING_DISABLED = 0x0010;
const DNSSEC_OK = 0x8000;
const HEADER_BYTES = 12;

/** IANA's numbers. BADVERS does not fit the header: its upper bits go into the OPT record. */
const rcodes: Readonly<Record<Rcode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
};

/** Options that CoreDNS sends back: NSID, EXPIRE, COOKIE, TCP keepalive, padding. */
const echoedOptions = new Set([3, 9, 10, 11, 12]);

/** Reads a packet. Never throws. */
export function receive(packet: Buffer): Received {
  if (packet.length < HEADER_BYTES) return { refusal: undefined };
  const flags = packet.readUInt16BE(2);
  if (flags & RESPONSE) return { refusal: undefined };
  if ((flags >> 11) & 0xf) return { refusal: bareHeader(packet, flags & 0x7800, 'NOTIMP') };
  const query = wellCounted(packet) ? decode(packet, flags) : undefined;
  return query ? { query } : { refusal: bareHeader(packet, 0, 'FORMERR') };
}

/** One question, at most one answer and authority, at most two additional records. Source: DefaultMsgAcceptFunc. */
function wellCounted(packet: Buffer): boolean {
  const [questions, answers, authorities, additionals] = [4, 6, 8, 10].map((at) => packet.readUInt16BE(at));
  return questions === 1 && (answers ?? 2) <= 1 && (authorities ?? 2) <= 1 && (additionals ?? 3) <= 2;
}

function decode(packet: Buffer, flags: number): Query | undefined {
  const labels = labelOffsets(packet);
  if (!labels) return undefined;
  const end = (labels.at(-1) ?? HEADER_BYTES) + 5;
  try {
    const { questions = [], additionals = [] } = dnsPacket.decode(packet);
    const [question] = questions;
    if (!question) return undefined;
    const name = question.name === '.' ? '' : question.name;
    return {
      id: packet.readUInt16BE(0),
      question: { name: name.toLowerCase(), type: question.type },
      writtenName: `${name}.`,
      class: String(question.class ?? 'IN'),
      recursionDesired: (flags & RECURSION_DESIRED) !== 0,
      checkingDisabled: (flags & CHECKING_DISABLED) !== 0,
      section: packet.subarray(HEADER_BYTES, end),
      labels: labels.slice(0, -1),
      edns: ednsOf(additionals),
      size: packet.length,
    };
  } catch {
    return undefined;
  }
}

/** Offsets of the question's labels, the root's last. A compressed name there is none: nothing stands before it. */
function labelOffsets(packet: Buffer): number[] | undefined {
  const offsets: number[] = [];
  for (let at = HEADER_BYTES; at < packet.length; ) {
    const length = packet[at] ?? 0;
    offsets.push(at);
    if (length === 0) return at + 5 <= packet.length ? offsets : undefined;
    if (length > 63) return undefined;
    at += length + 1;
  }
  return undefined;
}

/** A decoded option; the typings leave out those that are not decoded further. */
interface DecodedOption {
  code: number;
  data?: Buffer;
}

function ednsOf(additionals: readonly dnsPacket.Answer[]): Edns | undefined {
  const record = additionals.find((one) => one.type === 'OPT');
  if (record?.type !== 'OPT') return undefined;
  return {
    udpPayloadSize: record.udpPayloadSize,
    version: record.ednsVersion,
    dnssecOk: record.flag_do,
    options: (record.options as unknown as DecodedOption[])
      .filter(({ code }) => echoedOptions.has(Number(code)))
      .map(({ code, data }) => ({ code, ...(data ? { data } : {}) })),
  };
}

/** The packet of a reply, cut to what the client takes, with the TC bit when something was left out. */
export function send(query: Query, reply: Reply, transport: Transport): Buffer {
  const option = query.edns ? encodeRecord(optionRecord(query.edns, reply.rcode)) : undefined;
  const limit = (transport === 'tcp' ? mostSize : udpLimit(query)) - (option?.length ?? 0);
  const pieces: Buffer[] = [Buffer.alloc(HEADER_BYTES), query.section];
  let size = HEADER_BYTES + query.section.length;
  let truncated = false;
  const counts = [reply.answers, reply.authorities, reply.additionals].map((records) => {
    let count = 0;
    for (const record of records) {
      const piece = truncated ? undefined : compressed(encodeRecord(record as dnsPacket.Answer), record, query);
      if (piece === undefined || size + piece.length > limit) {
        truncated = true;
        break;
      }
      pieces.push(piece);
      size += piece.length;
      count += 1;
    }
    return count;
  });
  if (option) pieces.push(option);
  writeHeader(pieces[0] as Buffer, query, reply, truncated, [
    1,
    counts[0] ?? 0,
    counts[1] ?? 0,
    (counts[2] ?? 0) + (option ? 1 : 0),
  ]);
  return Buffer.concat(pieces);
}

function udpLimit({ edns }: Query): number {
  return Math.max(leastUdpSize, edns?.udpPayloadSize ?? 0);
}

function writeHeader(
  header: Buffer,
  query: Query,
  { rcode, authoritative }: Reply,
  truncated: boolean,
  counts: number[],
): void {
  const flags =
    RESPONSE |
    (authoritative ? AUTHORITATIVE : 0) |
    (truncated ? TRUNCATED : 0) |
    (query.recursionDesired ? RECURSION_DESIRED : 0) |
    (query.checkingDisabled ? CHECKING_DISABLED : 0) |
    (rcodes[rcode] & 0xf);
  for (const [index, value] of [query.id, flags, ...counts].entries()) header.writeUInt16BE(value, index * 2);
}

/** Id and code, nothing else: what a packet gets that cannot be read. */
function bareHeader(packet: Buffer, opcodeBits: number, rcode: Rcode): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(packet.readUInt16BE(0), 0);
  header.writeUInt16BE(RESPONSE | opcodeBits | rcodes[rcode], 2);
  return header;
}

function optionRecord({ udpPayloadSize, dnssecOk, options }: Edns, rcode: Rcode): dnsPacket.Answer {
  return {
    type: 'OPT',
    name: '.',
    udpPayloadSize,
    extendedRcode: rcodes[rcode] >> 4,
    ednsVersion: 0,
    flags: dnssecOk ? DNSSEC_OK : 0,
    flag_do: dnssecOk,
    options: options as unknown as dnsPacket.PacketOpt[],
  };
}

function encodeRecord(record: dnsPacket.Answer): Buffer {
  return dnsPacket.encode({ type: 'response', answers: [record] }).subarray(HEADER_BYTES);
}

/** An owner that is the question's name, or the end of it, becomes a pointer into the question (RFC 1035, 4.1.4). */
function compressed(record: Buffer, { name }: DnsRecord, { question, labels }: Query): Buffer {
  const owned = question.name === name || question.name.endsWith(`.${name}`);
  const depth = name.split('.').length;
  // A label that holds a dot itself would be counted twice.
  if (!owned || name === '' || question.name.split('.').length !== labels.length) return record;
  const pointer = Buffer.alloc(2);
  pointer.writeUInt16BE(0xc000 | (labels[labels.length - depth] as number), 0);
  return Buffer.concat([pointer, record.subarray(Buffer.byteLength(name) + 2)]);
}
