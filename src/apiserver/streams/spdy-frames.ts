/**
 * SPDY/3.1 frames, as far as Kubernetes' streaming uses them.
 *
 * Source: draft-mbelshe-httpbis-spdy-00 section 2.2 to 2.6; moby/spdystream, the library that every kubectl carries.
 */

/** Bytes that break the protocol: the connection ends. */
export class SpdyProtocolError extends Error {
  override readonly name = 'SpdyProtocolError';
}

export type SpdyFrame =
  | { is: 'data'; stream: number; fin: boolean; payload: Buffer }
  /** `block` is the compressed header block. */
  | { is: 'syn-stream' | 'headers'; stream: number; fin: boolean; block: Buffer }
  | { is: 'reset'; stream: number }
  | { is: 'ping'; id: number }
  | { is: 'goaway' }
  /** SETTINGS, WINDOW_UPDATE and unknown control frames change nothing here. */
  | { is: 'ignored' };

const headerLength = 8;
const controlBit = 0x80;
const version = 3;
const finFlag = 0x01;

const types = { synStream: 1, synReply: 2, rstStream: 3, ping: 6, goaway: 7, headers: 8 } as const;

/** RST_STREAM status codes (section 2.6.3). */
export const resetStatus = { protocolError: 1, refusedStream: 3, cancel: 5 } as const;

/** A client sends 32 KiB at a time; 1 MiB leaves room and bounds what one frame may make us hold. */
const maxFrame = 1024 * 1024;

function uint31(buffer: Buffer, offset: number): number {
  if (buffer.length < offset + 4) throw new SpdyProtocolError('frame too short');
  return buffer.readUInt32BE(offset) & 0x7fffffff;
}

/** Bytes before the header block: stream, associated stream, priority and slot in SYN_STREAM; the stream in HEADERS. */
const synStreamPrefix = 10;
const headersPrefix = 4;

function controlFrame(type: number, flags: number, payload: Buffer): SpdyFrame {
  const fin = (flags & finFlag) !== 0;
  switch (type) {
    case types.synStream:
      return { is: 'syn-stream', stream: uint31(payload, 0), fin, block: payload.subarray(synStreamPrefix) };
    case types.synReply:
    case types.headers:
      return { is: 'headers', stream: uint31(payload, 0), fin, block: payload.subarray(headersPrefix) };
    case types.rstStream:
      return { is: 'reset', stream: uint31(payload, 0) };
    case types.ping:
      return { is: 'ping', id: uint31(payload, 0) };
    case types.goaway:
      return { is: 'goaway' };
    default:
      return { is: 'ignored' };
  }
}

/** Cuts a byte stream into frames. */
export class SpdyFrameReader {
  #bytes: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
  }

  /** The next complete frame. @throws SpdyProtocolError for another version or an oversized frame. */
  next(): SpdyFrame | undefined {
    if (this.#bytes.length < headerLength) return undefined;
    const length = this.#bytes.readUIntBE(5, 3);
    if (length > maxFrame) throw new SpdyProtocolError(`frame of ${length} bytes is over the limit of ${maxFrame}`);
    if (this.#bytes.length < headerLength + length) return undefined;
    const head = this.#bytes;
    const payload = head.subarray(headerLength, headerLength + length);
    this.#bytes = head.subarray(headerLength + length);
    const flags = head.readUInt8(4);
    if ((head.readUInt8(0) & controlBit) === 0) {
      return { is: 'data', stream: uint31(head, 0), fin: (flags & finFlag) !== 0, payload };
    }
    const spoken = head.readUInt16BE(0) & 0x7fff;
    if (spoken !== version) throw new SpdyProtocolError(`SPDY version ${spoken}; only 3 is spoken`);
    return controlFrame(head.readUInt16BE(2), flags, payload);
  }
}

function control(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headerLength);
  head.writeUInt16BE(0x8000 | version, 0);
  head.writeUInt16BE(type, 2);
  head.writeUIntBE(payload.length, 5, 3);
  return Buffer.concat([head, payload]);
}

function words(...values: number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) buffer.writeUInt32BE(value, 4 * index);
  return buffer;
}

/** Head of a DATA frame; the payload follows it. */
export function dataHead(stream: number, length: number, fin: boolean): Buffer {
  const head = words(stream, 0);
  head.writeUInt8(fin ? finFlag : 0, 4);
  head.writeUIntBE(length, 5, 3);
  return head;
}

/**
 * An empty header list as a zlib stream with the SPDY dictionary: zlib head and dictionary id once a connection, then the
 * four bytes `0` in a stored block, and an empty stored block as the flush that makes a reader hand them out.
 * Being byte-aligned and free of references, it needs no compressor and no state but whether it is the first.
 */
const zlibHead = Buffer.from([0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2]);
const noHeaders = Buffer.from([0x00, 0x04, 0x00, 0xfb, 0xff, 0, 0, 0, 0, 0x00, 0x00, 0x00, 0xff, 0xff]);

/** SYN_REPLY without headers; `first` on the first of a connection. */
export function synReply(stream: number, first: boolean): Buffer {
  return control(types.synReply, Buffer.concat([words(stream), ...(first ? [zlibHead] : []), noHeaders]));
}

export function rstStream(stream: number, status: number): Buffer {
  return control(types.rstStream, words(stream, status));
}

export function ping(id: number): Buffer {
  return control(types.ping, words(id));
}

/** `lastStream`: the last one that was looked at; status 0 is a normal end. */
export function goaway(lastStream: number): Buffer {
  return control(types.goaway, words(lastStream, 0));
}

/** Header lists hold a handful of short names. */
const maxHeaders = 64;

/** Name/value pairs of an uncompressed block; names in lower case. @throws SpdyProtocolError. */
export function parseHeaders(block: Buffer): Map<string, string> {
  let at = 0;
  const number = (): number => {
    const value = uint31(block, at);
    at += 4;
    return value;
  };
  const text = (): string => {
    const length = number();
    if (at + length > block.length) throw new SpdyProtocolError('header block too short');
    at += length;
    return block.toString('latin1', at - length, at);
  };
  const count = number();
  if (count > maxHeaders) throw new SpdyProtocolError(`${count} headers in one block`);
  return new Map(Array.from({ length: count }, () => [text().toLowerCase(), text()]));
}
