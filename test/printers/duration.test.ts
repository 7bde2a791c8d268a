import test from 'ava';
import { humanDuration, since } from '../../src/printers/duration.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** Rows of apimachinery `pkg/util/duration/duration_test.go`, and the ages that the course notes show. */
const rows: [number, string][] = [
  [-2 * second, '<invalid>'],
  [-1, '0s'],
  [0, '0s'],
  [second, '1s'],
  [70 * second, '70s'],
  [119 * second, '119s'],
  [2 * minute, '2m'],
  [214 * second, '3m34s'],
  [155 * second, '2m35s'],
  [457 * second, '7m37s'],
  [10 * minute - second, '9m59s'],
  [10 * minute, '10m'],
  [104 * minute, '104m'],
  [3 * hour - minute, '179m'],
  [3 * hour, '3h'],
  [213 * minute, '3h33m'],
  [298 * minute, '4h58m'],
  [8 * hour - minute, '7h59m'],
  [8 * hour, '8h'],
  [47 * hour, '47h'],
  [2 * day, '2d'],
  [2 * day + hour, '2d1h'],
  [8 * day - hour, '7d23h'],
  [8 * day, '8d'],
  [2 * year - day, '729d'],
  [2 * year, '2y'],
  [2 * year + day, '2y1d'],
  [8 * year, '8y'],
  [8 * year + 17 * day, '8y'],
];

for (const [ms, text] of rows) {
  test(`${ms} ms is ${text}`, (t) => {
    t.is(humanDuration(ms), text);
  });
}

test('an age without a timestamp is <unknown>', (t) => {
  t.is(since(undefined, 0), '<unknown>');
  t.is(since('never', 0), '<unknown>');
  t.is(since('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:00:08Z')), '8s');
  t.is(since('2026-01-01T00:00:00.123456Z', Date.parse('2026-01-01T00:00:08Z')), '7s');
});
