import test from 'ava';
import { canonicalJson, digestOf, fnv1a, pick, suffixOf, templateHashOf, uidOf } from '../../src/model/derive.js';

test('a digest tells its parts apart', (t) => {
  t.is(digestOf('a', 'b'), digestOf('a', 'b'));
  t.not(digestOf('ab', ''), digestOf('a', 'b'));
  t.not(digestOf(1, 2), digestOf(12));
});

test('a pick is below its limit, repeats for a seed and purpose, and is spread evenly', (t) => {
  const counts = new Array<number>(10).fill(0);
  for (let index = 0; index < 10_000; index += 1)
    counts[pick(1, `purpose ${index}`, 10)] = (counts[pick(1, `purpose ${index}`, 10)] ?? 0) + 1;
  t.true(
    counts.every((count) => count > 900 && count < 1100),
    counts.join(),
  );
  t.is(pick(1, 'x', 1000), pick(1, 'x', 1000));
  t.not(pick(1, 'x', 2 ** 32), pick(2, 'x', 2 ** 32));
});

test('suffixes and template hashes use the safe alphabet', (t) => {
  t.regex(suffixOf(5, 1, 'a'), /^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  for (let index = 0; index < 200; index += 1)
    t.regex(templateHashOf({ index }), /^[bcdfghjklmnpqrstvwxz2456789]{5,10}$/);
});

test('a template hash follows content, not the order of keys, and a collision count changes it', (t) => {
  t.is(templateHashOf({ a: 1, b: 2 }), templateHashOf({ b: 2, a: 1 }));
  t.not(templateHashOf({ a: 1 }), templateHashOf({ a: 2 }));
  t.not(templateHashOf({ a: 1 }), templateHashOf({ a: 1 }, 1));
});

test('FNV-1a gives the published values', (t) => {
  t.is(fnv1a(''), 0x811c9dc5);
  t.is(fnv1a('a'), 0xe40c292c);
  t.is(fnv1a('foobar'), 0xbf9cf968);
});

test('canonical JSON sorts keys at every depth, keeps lists, drops undefined', (t) => {
  t.is(canonicalJson({ b: [{ d: 1, c: undefined }], a: null }), '{"a":null,"b":[{"d":1}]}');
});

test('uids look like version 4', (t) => {
  t.regex(uidOf(1, 'k', 0), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  t.not(uidOf(1, 'k', 0), uidOf(1, 'k', 1));
});
