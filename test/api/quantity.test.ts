import test from 'ava';
import { parseQuantity } from '../../src/api/quantity.js';

const amounts: [string | number, number | undefined][] = [
  ['1', 1],
  [2, 2],
  ['100m', 0.1],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['1.', 1],
  ['-1', -1],
  ['128Mi', 128 * 1024 * 1024],
  ['1G', 1e9],
  ['1Gi', 2 ** 30],
  ['2e3', 2000],
  ['1E', 1e18],
  ['1E3', 1000],
  ['1k', 1000],
  ['1K', undefined],
  ['', undefined],
  ['m', undefined],
  ['1 Gi', undefined],
  ['1.2.3', undefined],
  ['1GiB', undefined],
];

for (const [text, amount] of amounts) {
  test(`quantity '${text}'${amount === undefined ? ' is none' : ''}`, (t) => {
    t.is(parseQuantity(text), amount);
  });
}
