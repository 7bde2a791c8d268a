/**
 * Turns a stream's chunks into log lines, whole characters and whole lines only.
 */

import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Calls `line` for each; what is left without a newline comes when the stream ends. */
export function splitLines(stream: Readable, line: (text: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) line(text);
  });
  stream.once('end', () => {
    rest += decoder.end();
    if (rest !== '') line(rest);
  });
}
