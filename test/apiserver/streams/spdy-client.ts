/** The client's end of SPDY/3.1 as kubectl speaks it, for tests: real compression, one stream a channel. */
import { request } from 'node:https';
import type { Duplex } from 'node:stream';
import { constants, createDeflate } from 'node:zlib';
import { spdyDictionary } from '../../../src/apiserver/streams/spdy-dictionary.js';
import { dataHead, rstStream, SpdyFrameReader } from '../../../src/apiserver/streams/spdy-frames.js';
import { type Lab, token } from '../harness.js';

function lengthPrefixed(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}

function headerBlock(headers: Readonly<Record<string, string>>): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(Object.keys(headers).length);
  return Buffer.concat([count, ...Object.entries(headers).flatMap((pair) => pair.map(lengthPrefixed))]);
}

/** A control frame with a prefix of 32-bit words before its payload. */
export function controlFrame(type: number, words: number[], payload = Buffer.alloc(0), flags = 0): Buffer {
  const head = Buffer.alloc(8 + 4 * words.length);
  head.writeUInt16BE(0x8003, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt8(flags, 4);
  head.writeUIntBE(4 * words.length + payload.length, 5, 3);
  for (const [index, word] of words.entries()) head.writeUInt32BE(word, 8 + 4 * index);
  return Buffer.concat([head, payload]);
}

export class SpdyClient {
  readonly #deflate = createDeflate({ dictionary: spdyDictionary });
  readonly #received = new Map<number, Buffer[]>();
  readonly #ended = new Set<number>();
  readonly resets: number[] = [];
  readonly pings: number[] = [];
  readonly #waiting: (() => void)[] = [];
  replies = 0;
  #next = 1;

  constructor(readonly socket: Duplex) {
    const frames = new SpdyFrameReader();
    socket.on('error', () => undefined);
    socket.on('close', () => this.#wake());
    socket.on('data', (chunk: Buffer) => {
      frames.push(chunk);
      for (let frame = frames.next(); frame !== undefined; frame = frames.next()) this.#take(frame);
      this.#wake();
    });
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #take(frame: NonNullable<ReturnType<SpdyFrameReader['next']>>): void {
    if (frame.is === 'headers') this.replies += 1;
    if (frame.is === 'reset') this.resets.push(frame.stream);
    if (frame.is === 'ping') this.pings.push(frame.id);
    if (frame.is !== 'data') return;
    this.#received.set(frame.stream, [...(this.#received.get(frame.stream) ?? []), frame.payload]);
    if (frame.fin) this.#ended.add(frame.stream);
  }

  /** Opens a stream and returns its number. */
  async open(headers: Readonly<Record<string, string>>): Promise<number> {
    const id = this.#next;
    this.#next += 2;
    this.#deflate.write(headerBlock(headers));
    await new Promise<void>((done) => this.#deflate.flush(constants.Z_SYNC_FLUSH, () => done()));
    const block = this.#deflate.read() as Buffer;
    this.socket.write(controlFrame(1, [id, 0], Buffer.concat([Buffer.alloc(2), block])));
    return id;
  }

  send(id: number, data: string | Buffer, fin = false): boolean {
    const bytes = Buffer.from(data);
    return this.socket.write(Buffer.concat([dataHead(id, bytes.length, fin), bytes]));
  }

  reset(id: number): void {
    this.socket.write(rstStream(id, 5));
  }

  text(id: number): string {
    return Buffer.concat(this.#received.get(id) ?? []).toString();
  }

  /** What came on a stream, once the server has ended it. */
  async all(id: number): Promise<string> {
    await this.until(() => this.#ended.has(id));
    return this.text(id);
  }

  /** Waits for something that received bytes bring about. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      if (this.socket.destroyed) throw new Error('the connection ended first');
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }
}

/** Upgrades a POST; rejects with the code of a refusal. */
export function upgrade(lab: Lab, path: string, headers: Record<string, string>): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const target = { host: '127.0.0.1', port: lab.server.port, method: 'POST', path };
    const tls = { ca: lab.certificates.ca, servername: 'localhost', agent: false as const };
    const all = { Authorization: `Bearer ${token}`, Connection: 'Upgrade', Upgrade: 'SPDY/3.1', ...headers };
    const sent = request({ ...target, ...tls, headers: all });
    sent.once('upgrade', (_response, socket) => resolve(socket));
    sent.once('response', (response) => {
      response.resume();
      reject(new Error(`refused with ${response.statusCode}`));
    });
    sent.once('error', reject);
    sent.end();
  });
}

export async function connectSpdy(lab: Lab, path: string, protocol = 'v4.channel.k8s.io'): Promise<SpdyClient> {
  return new SpdyClient(await upgrade(lab, path, { 'X-Stream-Protocol-Version': protocol }));
}
