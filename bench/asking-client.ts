/**
 * Runs on `host` of a lab (bench/answers.ts): asks an address for a page as curl does, over a connection of its own, every
 * 25 ms, whether or not the earlier requests have been answered. So nothing that it waits for itself adds to how long nobody
 * answers. Prints a line for each request at its end: `ok` or what went wrong, and when it began and ended, in milliseconds.
 *
 * A line on standard input is a mark: it prints `mark`, the line and the time, and `settled` and the line once all requests
 * before it have ended.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const EVERY_MS = 25;
/** So that only what is lost counts as lost: TCP sends a first packet again after 1, 3 and 7 seconds. Source: RFC 6298. */
const PATIENCE_MS = 10_000;

const [address = ''] = process.argv.slice(2);
const asked = new Set<Promise<void>>();

/** Resolves at its end, however it ends. */
function ask(): Promise<void> {
  const start = performance.now();
  let [answer, problem] = ['', 'cut short'];
  const socket = connect({ host: address, port: 80 });
  const late = setTimeout(() => socket.destroy(new Error('timeout')), PATIENCE_MS);
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  socket.on('connect', () => socket.write(`GET / HTTP/1.1\r\nHost: ${address}\r\nConnection: close\r\n\r\n`));
  socket.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    problem = code ?? message;
  });
  return new Promise((resolve) => {
    socket.on('close', (failed: boolean) => {
      clearTimeout(late);
      const good = !failed && answer.startsWith('HTTP/1.1 200 ');
      process.stdout.write(`${good ? 'ok' : problem}\t${start}\t${performance.now()}\n`);
      resolve();
    });
  });
}

async function mark(name: string): Promise<void> {
  const before = [...asked];
  process.stdout.write(`mark ${name}\t${performance.now()}\n`);
  await Promise.all(before);
  process.stdout.write(`settled ${name}\n`);
}

setInterval(() => {
  const request = ask();
  asked.add(request);
  void request.then(() => asked.delete(request));
}, EVERY_MS);
createInterface({ input: process.stdin }).on('line', (name) => void mark(name));
// The one who started it goes away: so does this.
process.stdout.on('error', () => process.exit());
process.stdin.on('end', () => process.exit());
