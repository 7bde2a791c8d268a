/**
 * Runs on a machine of a lab (bench/dns.ts): sends datagrams to a Service at a given rate, matches the answers by their ids, and
 * prints how long they took as JSON. Arguments: `dns` or `echo`, address, port, how many, how many a second (0: 64 at a time).
 */
import { createSocket } from 'node:dgram';
import { pathToFileURL } from 'node:url';
import dnsPacket from 'dns-packet';

export interface LoadResult {
  /** Milliseconds from the first question to the last answer. */
  total: number;
  answered: number;
  p50: number;
  p99: number;
}

export interface Load {
  kind: 'dns' | 'echo';
  address: string;
  port: number;
  count: number;
  perSecond: number;
}

/** Questions under way when no rate is asked for. */
const WINDOW = 64;
/** How often questions are sent: a burst of so many as are due by then. */
const BURST_MS = 1;
/** Answers that take longer are lost, and count as having taken this long. */
const PATIENCE_MS = 2000;

/** What a pod's resolver asks in turn: a hit, a miss on the search path, an address family that is not there. */
const questions = [
  ['kube-dns.kube-system.svc.cluster.local', 'A'],
  ['www.example.com.default.svc.cluster.local', 'A'],
  ['kubernetes.default.svc.cluster.local', 'AAAA'],
  ['10.0.96.10.in-addr.arpa', 'PTR'],
] as const;

function message(kind: Load['kind'], id: number): Buffer {
  if (kind === 'echo') return Buffer.from(`echo ${id}`);
  const [name, type] = questions[id % questions.length] as (typeof questions)[number];
  return dnsPacket.encode({ type: 'query', id, flags: dnsPacket.RECURSION_DESIRED, questions: [{ name, type }] });
}

const idOf = (kind: Load['kind'], answer: Buffer): number =>
  kind === 'dns' ? answer.readUInt16BE(0) : Number(answer.toString());

/** The value that a share of all is not above. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export function load({ kind, address, port, count, perSecond }: Load): Promise<LoadResult> {
  const socket = createSocket('udp4');
  const messages = Array.from({ length: count }, (_, id) => message(kind, id));
  const sentAt = new Float64Array(count);
  const took: number[] = [];
  let sent = 0;
  const send = (): void => {
    sentAt[sent] = performance.now();
    socket.send(messages[sent] as Buffer);
    sent += 1;
  };
  return new Promise((resolve) => {
    const start = performance.now();
    let lastAnswer = start;
    const finish = (): void => {
      clearInterval(ticking);
      clearTimeout(giveUp);
      socket.close();
      const all = [...took, ...Array.from({ length: count - took.length }, () => PATIENCE_MS)];
      resolve({
        total: took.length === count ? lastAnswer - start : performance.now() - start,
        answered: took.length,
        p50: percentile(all, 0.5),
        p99: percentile(all, 0.99),
      });
    };
    const tick = (): void => {
      const due = perSecond > 0 ? ((performance.now() - start) * perSecond) / 1000 : took.length + WINDOW;
      while (sent < Math.min(due, count)) send();
    };
    socket.on('message', (answer) => {
      lastAnswer = performance.now();
      took.push(lastAnswer - (sentAt[idOf(kind, answer)] as number));
      if (took.length === count) finish();
      else if (perSecond === 0) tick();
    });
    const giveUp = setTimeout(finish, PATIENCE_MS + (perSecond > 0 ? (count * 1000) / perSecond : 0));
    const ticking = setInterval(tick, BURST_MS);
    socket.connect(port, address);
    socket.once('connect', tick);
  });
}

const isMain = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isMain) {
  const [kind, address = '', port, count, perSecond] = process.argv.slice(2);
  const of = { address, port: Number(port), count: Number(count), perSecond: Number(perSecond) };
  console.log(JSON.stringify(await load({ kind: kind === 'echo' ? 'echo' : 'dns', ...of })));
}
