import { inflateSync } from 'node:zlib';
import test from 'ava';
import { spdyDictionary } from '../../../src/apiserver/streams/spdy-dictionary.js';
import {
  dataHead,
  goaway,
  parseHeaders,
  ping,
  rstStream,
  SpdyFrameReader,
  SpdyProtocolError,
  synReply,
} from '../../../src/apiserver/streams/spdy-frames.js';
import { controlFrame } from './spdy-client.js';

function adler32(bytes: Buffer): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

test('the dictionary is the one of the SPDY/3 draft', (t) => {
  t.is(spdyDictionary.length, 1423);
  t.is(adler32(spdyDictionary), 0xe3c6a7c2);
});

test('replies form one zlib stream of empty header lists', (t) => {
  const blocks = [synReply(1, true), synReply(3, false), synReply(5, false)].map((frame) => frame.subarray(12));
  const plain = inflateSync(Buffer.concat(blocks), { dictionary: spdyDictionary, finishFlush: 2 });
  t.deepEqual(
    [...plain],
    Array.from({ length: 12 }, () => 0),
  );
  t.is(parseHeaders(plain.subarray(0, 4)).size, 0);
});

test('frames come out whole however the bytes are cut', (t) => {
  const payload = Buffer.from('hello');
  const bytes = Buffer.concat([
    ping(7),
    dataHead(3, payload.length, true),
    payload,
    rstStream(5, 1),
    controlFrame(4, [0]),
    controlFrame(8, [9], Buffer.from('x'), 1),
    goaway(3),
  ]);
  const expected = [
    { is: 'ping', id: 7 },
    { is: 'data', stream: 3, fin: true, payload },
    { is: 'reset', stream: 5 },
    { is: 'ignored' },
    { is: 'headers', stream: 9, fin: true, block: Buffer.from('x') },
    { is: 'goaway' },
  ];
  for (const size of [1, 2, 7, bytes.length]) {
    const reader = new SpdyFrameReader();
    const frames: unknown[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      reader.push(bytes.subarray(at, at + size));
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
    }
    t.deepEqual(frames, expected, `${size} bytes at a time`);
  }
});

test('another version, an oversized frame and one too short for its type end the connection', (t) => {
  const broken = (bytes: Buffer) => {
    const reader = new SpdyFrameReader();
    reader.push(bytes);
    return () => reader.next();
  };
  const old = ping(1);
  old.writeUInt16BE(0x8002, 0);
  t.throws(broken(old), { instanceOf: SpdyProtocolError, message: /version 2/ });
  t.throws(broken(dataHead(1, 0xffffff, false)), { instanceOf: SpdyProtocolError, message: /over the limit/ });
  t.throws(broken(controlFrame(6, [])), { instanceOf: SpdyProtocolError, message: /too short/ });
});

test('a header block that promises more than it holds is refused', (t) => {
  for (const bytes of [[], [0, 0, 0, 1], [0, 0, 0, 1, 0, 0, 0, 9, 65], [0xff, 0xff, 0xff, 0xff]]) {
    t.throws(() => parseHeaders(Buffer.from(bytes)), { instanceOf: SpdyProtocolError });
  }
});
