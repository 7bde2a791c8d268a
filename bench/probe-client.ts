/**
 * Runs inside a lab (bench/switch.ts): asks a URL again and again, each time over a connection of its own, and prints one
 * line whenever somebody else answers: when the answer came, in nanoseconds of the machine's monotonic clock, and who it was.
 */
import { get } from 'node:http';

const [url = ''] = process.argv.slice(2);
let last = '';

/** The body; empty when there was no answer in time. */
function ask(): Promise<string> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 200 }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(body.trim()));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(''));
  });
}

// The one who started it goes away: so does this.
process.stdout.on('error', () => process.exit());
process.stdin.on('end', () => process.exit()).resume();
for (;;) {
  const answer = await ask();
  if (answer === '' || answer === last) continue;
  last = answer;
  process.stdout.write(`${process.hrtime.bigint()} ${answer}\n`);
}
