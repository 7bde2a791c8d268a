/**
 * What `lab exec` and the porter say to each other about one command: a line of JSON that names it, then frames both ways.
 */
import type { Duplex } from 'node:stream';

/** What to run. */
export interface GuestCommand {
  argv: readonly string[];
  env: Readonly<Record<string, string>>;
  /** On a terminal of this size; absent: on pipes. */
  terminal?: WindowSize;
}

export interface WindowSize {
  columns: number;
  rows: number;
}

/** First byte of a frame; a length of four bytes follows, big-endian. */
export const frameKind = {
  /** Towards the command: its input. From it: its output. */
  data: 0,
  /** From the command: its error output. */
  error: 1,
  /** Towards it: no more input. */
  end: 2,
  /** Towards it: the terminal has another size, as JSON. */
  resize: 3,
  /** Towards it: a signal's name. */
  signal: 4,
  /** From it: its exit code, in decimal. The last frame. */
  exit: 5,
} as const;

export interface Frame {
  kind: number;
  data: Buffer;
}

const HEAD_BYTES = 5;

export function encodeFrame(kind: number, data: Buffer | string = ''): Buffer {
  const body = Buffer.from(data);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt8(kind, 0);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

/** The whole frames at the start of some bytes, and what is left of them. */
export function decodeFrames(bytes: Buffer): { frames: Frame[]; rest: Buffer } {
  const frames: Frame[] = [];
  let rest = bytes;
  while (rest.length >= HEAD_BYTES) {
    const end = HEAD_BYTES + rest.readUInt32BE(1);
    if (rest.length < end) break;
    frames.push({ kind: rest.readUInt8(0), data: rest.subarray(HEAD_BYTES, end) });
    rest = rest.subarray(end);
  }
  return { frames, rest };
}

/** Frame by frame, until the stream ends. */
export async function* framesOf(stream: Duplex): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    const decoded = decodeFrames(Buffer.concat([rest, chunk as Buffer]));
    rest = decoded.rest;
    yield* decoded.frames;
  }
}

/** Waits as long as the other end is slow; a stream that is gone takes everything. */
export async function sendFrame(stream: Duplex, kind: number, data: Buffer | string = ''): Promise<void> {
  if (!stream.writable || stream.write(encodeFrame(kind, data))) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
