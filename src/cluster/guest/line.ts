/**
 * The serial line as two ends of a stream that loses nothing.
 *
 * A terminal of the guest that has taken in 4 KiB which nobody has read yet tells its line to stop; user-mode Linux 6.1 then
 * takes the line's descriptor off its list and never puts it back (line_throttle in arch/um/drivers/line.c; nothing undoes its
 * deactivate_chan). So the machine's end never has more on the way than such a terminal holds: the guest's end tells it, in
 * frames, how much it has read. Outwards nothing holds the line up.
 */
import { Duplex } from 'node:stream';
import { decodeFrames, encodeFrame } from './frames.js';

/** Below N_TTY_BUF_SIZE - TTY_THRESHOLD_THROTTLE, 4096 - 128 bytes. Source: drivers/tty/n_tty.c. */
const WINDOW = 3072;
/** What was read is told in pieces of at least so many bytes; less than the window, or it would never move. */
const TELL_AFTER = 1024;

/** Frames from the guest. */
const kinds = { data: 0, taken: 1 };

/** What both ends share: whatever comes in goes through `incoming`. */
abstract class LineEnd extends Duplex {
  constructor(protected readonly line: Duplex) {
    super();
    // Never paused: what the guest has read is told in between. HTTP/2 keeps its own windows.
    line.on('data', (bytes: Buffer) => this.incoming(bytes));
    line.once('end', () => this.push(null));
    line.once('error', (error) => this.destroy(error));
    line.once('close', () => this.destroy());
  }

  protected abstract incoming(bytes: Buffer): void;

  override _read(): void {
    // It comes by itself.
  }

  override _final(done: () => void): void {
    this.line.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.line.destroy();
    done(error);
  }
}

/** The machine's end: writes no more than the guest has room for. */
export class MachineEnd extends LineEnd {
  #room = WINDOW;
  #rest: Buffer = Buffer.alloc(0);
  #waiting: { bytes: Buffer; done: () => void } | undefined;

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#waiting = { bytes, done };
    this.#send();
  }

  protected incoming(bytes: Buffer): void {
    const { frames, rest } = decodeFrames(Buffer.concat([this.#rest, bytes]));
    this.#rest = rest;
    for (const { kind, data } of frames) {
      if (kind === kinds.data) this.push(data);
      else this.#room += data.readUInt32BE(0);
    }
    this.#send();
  }

  #send(): void {
    if (!this.#waiting || this.#room === 0) return;
    const { bytes, done } = this.#waiting;
    const piece = bytes.subarray(0, this.#room);
    this.#room -= piece.length;
    this.line.write(piece);
    this.#waiting = piece.length === bytes.length ? undefined : { bytes: bytes.subarray(piece.length), done };
    if (!this.#waiting) done();
  }
}

/** The guest's end: says what it has read. */
export class GuestEnd extends LineEnd {
  #taken = 0;

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.line.write(encodeFrame(kinds.data, bytes), done);
  }

  protected incoming(bytes: Buffer): void {
    this.#taken += bytes.length;
    if (this.#taken >= TELL_AFTER) this.#tell();
    this.push(bytes);
  }

  #tell(): void {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(this.#taken);
    this.#taken = 0;
    this.line.write(encodeFrame(kinds.taken, count));
  }
}
