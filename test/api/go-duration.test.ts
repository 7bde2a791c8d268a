import test from 'ava';
import { goDuration, parseGoDuration } from '../../src/api/go-duration.js';

const durations: [text: string, ms: number, printed: string][] = [
  ['0', 0, '0s'],
  ['0s', 0, '0s'],
  ['30s', 30_000, '30s'],
  ['90s', 90_000, '1m30s'],
  ['1m', 60_000, '1m0s'],
  ['1.5h', 5_400_000, '1h30m0s'],
  ['500ms', 500, '500ms'],
  ['1s500ms', 1500, '1.5s'],
  ['+2s', 2000, '2s'],
];

for (const [text, ms, printed] of durations)
  test(`${text} is read as Go reads it, and printed as ${printed}`, (t) => {
    t.is(parseGoDuration(text), ms);
    t.is(goDuration(ms), printed);
  });

test('less than nothing, and what is no duration', (t) => {
  t.is(parseGoDuration('-1s'), -1000);
  for (const text of ['', '-', '30', 's', '1 s', '1d', '1s!', 'soon']) t.is(parseGoDuration(text), undefined, text);
});
