import test from 'ava';
import { goDurationMs } from '../../src/model/go-duration.js';

test('durations as Go writes them', (t) => {
  const known: [string, number | undefined][] = [
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['1h0m0.5s', 3_600_500],
    ['250ms', 250],
    ['1500us', 1.5],
    ['-2s', -2000],
    ['0', 0],
    ['30', undefined],
    ['', undefined],
    ['1 s', undefined],
    ['s', undefined],
  ];
  for (const [text, ms] of known) t.is(goDurationMs(text), ms, text);
});
