import test from 'ava';
import { judged } from '../../bench/answers.js';

const ok = (start: number, end = start + 2) => ({ result: 'ok', start, end });

test('the longest gap lies between one answer and the next, whoever of the asked was answered first', (t) => {
  const requests = [ok(0), ok(25), { result: 'ECONNRESET', start: 50, end: 51 }, ok(75, 1080), ok(400), ok(425)];
  t.deepEqual(judged(requests), { longestGap: 653, asked: 6, lost: { ECONNRESET: 1 }, slow: 1 });
});
