/**
 * Header blocks of one connection: they form a single zlib stream, so they are inflated in order and none may be left out.
 */
import { constants, createInflate } from 'node:zlib';
import { spdyDictionary } from './spdy-dictionary.js';
import { parseHeaders, SpdyProtocolError } from './spdy-frames.js';

/** Bytes that one block may grow to; a kubectl block has about a hundred. */
const maxBlock = 64 * 1024;

export class SpdyHeaderReader {
  readonly #inflate = createInflate({ dictionary: spdyDictionary, finishFlush: constants.Z_SYNC_FLUSH });
  #parts: Buffer[] = [];
  #length = 0;
  #fault: Error | undefined;

  constructor() {
    this.#inflate.on('data', (part: Buffer) => this.#take(part));
    this.#inflate.on('error', (fault) => {
      this.#fault ??= fault;
    });
  }

  #take(part: Buffer): void {
    this.#length += part.length;
    if (this.#length > maxBlock) this.#inflate.destroy(new SpdyProtocolError('header block too large'));
    else this.#parts.push(part);
  }

  /** One block's headers. Calls must not overlap. @throws SpdyProtocolError. */
  async read(block: Buffer): Promise<Map<string, string>> {
    this.#parts = [];
    this.#length = 0;
    await new Promise<void>((resolve) => {
      this.#inflate.once('close', resolve);
      this.#inflate.write(block, () => {
        this.#inflate.off('close', resolve);
        resolve();
      });
    });
    if (this.#fault !== undefined) throw new SpdyProtocolError(`header block: ${this.#fault.message}`);
    return parseHeaders(Buffer.concat(this.#parts));
  }

  close(): void {
    this.#inflate.destroy();
  }
}
