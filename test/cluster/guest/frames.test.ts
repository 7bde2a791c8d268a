import { PassThrough } from 'node:stream';
import test from 'ava';
import { decodeFrames, encodeFrame, type Frame, frameKind, framesOf } from '../../../src/cluster/guest/frames.js';

const sent: [kind: number, text: string][] = [
  [frameKind.data, 'hello'],
  [frameKind.end, ''],
  [frameKind.error, '한글'],
  [frameKind.exit, '7'],
];
const bytes = Buffer.concat(sent.map(([kind, text]) => encodeFrame(kind, text)));
const readable = ({ kind, data }: Frame) => [kind, data.toString()];

test('whatever pieces the bytes come in, the same frames come out', async (t) => {
  for (const size of [1, 3, 7, bytes.length]) {
    const stream = new PassThrough();
    for (let at = 0; at < bytes.length; at += size) stream.write(bytes.subarray(at, at + size));
    stream.end();
    const frames: unknown[] = [];
    for await (const frame of framesOf(stream)) frames.push(readable(frame));
    t.deepEqual(frames, sent, `pieces of ${size}`);
  }
});

test('half a frame is left for later', (t) => {
  const { frames, rest } = decodeFrames(bytes.subarray(0, bytes.length - 1));
  t.is(frames.length, sent.length - 1);
  t.deepEqual(decodeFrames(Buffer.concat([rest, bytes.subarray(-1)])).frames.map(readable), [[frameKind.exit, '7']]);
});
