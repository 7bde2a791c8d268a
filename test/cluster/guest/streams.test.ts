import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join as path } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { firstLine, join, openStreams, serveStreams } from '../../../src/cluster/guest/streams.js';

/** Two ends of a line. */
async function line(t: ExecutionContext): Promise<[Socket, Socket]> {
  const folder = mkdtempSync(path(tmpdir(), 'kubewire-line-'));
  const server = createServer();
  t.teardown(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  const place = path(folder, 'line');
  await new Promise<void>((resolve) => server.listen(place, resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  return [connect(place), await accepted];
}

test('streams of several names run side by side over one line, each way', async (t) => {
  const [here, there] = await line(t);
  serveStreams(there, { echo: (stream) => stream.pipe(stream), shout: (stream) => void stream.end('HELLO') });
  const streams = openStreams(here);
  const [one, other, loud] = [streams.open('echo'), streams.open('echo'), streams.open('shout')];
  const large = 'x'.repeat(1_000_000);
  one.end(large);
  other.end('small');
  loud.end();
  t.deepEqual(await Promise.all([text(one), text(other), text(loud)]), [large, 'small', 'HELLO']);
  here.destroy();
});

test('a reader that stands still does not hold up the others', async (t) => {
  const [here, there] = await line(t);
  serveStreams(there, {
    much: (stream) => void stream.end('y'.repeat(3_000_000)),
    little: (stream) => void stream.end('z'),
  });
  const streams = openStreams(here);
  const still = streams.open('much');
  const quick = streams.open('little');
  t.is(await text(quick), 'z');
  t.is((await text(still)).length, 3_000_000);
  here.destroy();
});

test('a goodbye, and a line that breaks, are noticed at the other end', async (t) => {
  const [here, there] = await line(t);
  const sayGoodbye = serveStreams(there, {});
  const streams = openStreams(here);
  sayGoodbye(() => undefined);
  await t.notThrowsAsync(streams.closed);
  const [near, far] = await line(t);
  serveStreams(far, {});
  const others = openStreams(near);
  far.destroy();
  await t.notThrowsAsync(others.closed);
});

test('a joined end that breaks takes the other with it; one that ends only ends', async (t) => {
  const [a, b] = await line(t);
  const [c, d] = await line(t);
  join(b, c);
  a.end('question');
  t.is(await text(d), 'question');
  const gone = new Promise((resolve) => c.once('close', resolve));
  b.destroy(new Error('broken'));
  await t.notThrowsAsync(gone);
});

test('the first line is taken off a stream, and nothing more', async (t) => {
  const stream = new PassThrough();
  stream.write('{"a"');
  stream.write(':1}\nrest');
  t.is(await firstLine(stream), '{"a":1}');
  stream.end();
  t.is(await text(stream), 'rest');
  const short = new PassThrough();
  const line = firstLine(short);
  short.destroy();
  t.is(await line, undefined);
});
