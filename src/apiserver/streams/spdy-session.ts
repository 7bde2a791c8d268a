/**
 * The server's end of a SPDY/3.1 connection: streams that the client opens, as Node streams.
 *
 * Flow control is TCP's: kubectl's library neither honours nor sends WINDOW_UPDATE. What a stream's reader does not take is
 * buffered up to `streamBuffer`, then the whole connection waits.
 */
import { Duplex } from 'node:stream';
import {
  dataHead,
  goaway,
  ping,
  resetStatus,
  rstStream,
  type SpdyFrame,
  SpdyFrameReader,
  synReply,
} from './spdy-frames.js';
import { SpdyHeaderReader } from './spdy-headers.js';

const streamBuffer = 256 * 1024;
/** A port-forward opens two streams a connection. */
const maxStreams = 512;
/** Payload of one DATA frame that we send. */
const maxData = 64 * 1024;

type Done = (fault?: Error | null) => void;

/** One stream: readable is what the client sends, writable what it receives. */
export class SpdyStream extends Duplex {
  #resume: () => void = () => undefined;

  constructor(
    readonly id: number,
    readonly headers: ReadonlyMap<string, string>,
    private readonly session: SpdySession,
  ) {
    super({ readableHighWaterMark: streamBuffer, writableHighWaterMark: maxData, emitClose: true });
    this.on('error', () => undefined);
  }

  override _read(): void {
    this.#resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.session.sendData(this.id, chunk, false, done);
  }

  override _final(done: Done): void {
    this.session.sendData(this.id, Buffer.alloc(0), true, done);
  }

  override _destroy(fault: Error | null, done: Done): void {
    this.#resume();
    this.session.forget(this, !(this.readableEnded && this.writableFinished));
    done(fault);
  }

  /** Takes data in; waits while the reader is behind. */
  async accept(payload: Buffer): Promise<void> {
    if (this.destroyed || payload.length === 0 || this.push(payload)) return;
    await new Promise<void>((resume) => {
      this.#resume = resume;
      if (this.destroyed) resume();
    });
  }
}

export class SpdySession {
  readonly #streams = new Map<number, SpdyStream>();
  readonly #headers = new SpdyHeaderReader();
  readonly #gone = new AbortController();
  #replied = false;
  #lastStream = 0;

  /** @param onStream is called for each stream before its data flows. */
  constructor(
    private readonly socket: Duplex,
    private readonly onStream: (stream: SpdyStream) => void,
  ) {
    socket.on('error', () => undefined);
    socket.once('close', () => this.#end());
  }

  /** Fires when the connection is over, from whichever side. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Reads frames until the connection ends. `head` holds bytes that came with the upgrade request. Never throws. */
  async run(head: Buffer): Promise<void> {
    const frames = new SpdyFrameReader();
    try {
      frames.push(head);
      await this.#drain(frames);
      for await (const chunk of this.socket as AsyncIterable<Buffer>) {
        frames.push(chunk);
        await this.#drain(frames);
      }
    } catch {
      // A broken peer gets no more than a closed connection.
    } finally {
      this.close();
    }
  }

  async #drain(frames: SpdyFrameReader): Promise<void> {
    for (let frame = frames.next(); frame !== undefined; frame = frames.next()) await this.#handle(frame);
  }

  async #handle(frame: SpdyFrame): Promise<void> {
    switch (frame.is) {
      case 'syn-stream':
        return this.#open(frame.stream, await this.#headers.read(frame.block), frame.fin);
      case 'headers':
        await this.#headers.read(frame.block);
        return this.#finish(frame.stream, frame.fin);
      case 'data':
        await this.#streams.get(frame.stream)?.accept(frame.payload);
        return this.#finish(frame.stream, frame.fin);
      case 'reset':
        this.#streams.get(frame.stream)?.destroy();
        return;
      case 'ping':
        // Odd identifiers are the client's questions, even ones would be answers to ours.
        if (frame.id % 2 === 1) this.#send(ping(frame.id));
        return;
      case 'goaway':
      case 'ignored':
        return;
    }
  }

  #open(id: number, headers: ReadonlyMap<string, string>, fin: boolean): void {
    if (id % 2 === 0 || id <= this.#lastStream) {
      this.#send(rstStream(id, resetStatus.protocolError));
      return;
    }
    this.#lastStream = id;
    if (this.#streams.size >= maxStreams) {
      this.#send(rstStream(id, resetStatus.refusedStream));
      return;
    }
    const stream = new SpdyStream(id, headers, this);
    this.#streams.set(id, stream);
    this.#send(synReply(id, !this.#replied));
    this.#replied = true;
    this.onStream(stream);
    this.#finish(id, fin);
  }

  #finish(id: number, fin: boolean): void {
    if (fin) this.#streams.get(id)?.push(null);
  }

  #send(frame: Buffer, done: Done = () => undefined): void {
    if (this.socket.writable) this.socket.write(frame, done);
    else done(new Error('the connection is closed'));
  }

  /** Called by a stream: `done` when the bytes have left, which is what holds a fast writer back. */
  sendData(id: number, payload: Buffer, fin: boolean, done: Done): void {
    if (payload.length > maxData) {
      this.#send(Buffer.concat([dataHead(id, maxData, false), payload.subarray(0, maxData)]), (fault) =>
        fault ? done(fault) : this.sendData(id, payload.subarray(maxData), fin, done),
      );
      return;
    }
    this.#send(Buffer.concat([dataHead(id, payload.length, fin), payload]), done);
  }

  /** Called by a stream that is over; `early` when one side had not finished. */
  forget(stream: SpdyStream, early: boolean): void {
    if (!this.#streams.delete(stream.id) || !early) return;
    this.#send(rstStream(stream.id, resetStatus.cancel));
  }

  /** Says goodbye and closes after what is already written. */
  close(): void {
    if (this.socket.writable) {
      this.#send(goaway(this.#lastStream));
      this.socket.end();
    }
    this.#end();
  }

  #end(): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort();
    this.#headers.close();
    for (const stream of [...this.#streams.values()]) stream.destroy();
  }
}
