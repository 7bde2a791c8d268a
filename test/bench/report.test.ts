import test from 'ava';
import type { Figure } from '../../bench/contract.js';
import { median } from '../../bench/measure.js';
import { judge, renderTable } from '../../bench/report.js';

const figure = (limit: number, kind: Figure['budget']['kind']): Figure => ({
  title: 'links',
  unit: 'ms',
  measured: [30, 10, 24],
  floor: { title: 'ip -batch', values: [20] },
  budget: { kind, limit },
});

test('the median is the middle value, or the mean of the middle two, in any order', (t) => {
  t.is(median([3, 1, 2]), 2);
  t.is(median([4, 1, 3, 2]), 2.5);
  t.throws(() => median([]), { instanceOf: RangeError });
});

const isJudged = test.macro({
  exec(t, kind: Figure['budget']['kind'], limit: number, isWithinBudget: boolean) {
    t.like(judge('fabric', figure(limit, kind)), { median: 24, floorMedian: 20, ratio: 1.2, isWithinBudget });
  },
  title: (_, kind, limit, within) => `24 ms over a floor of 20 is ${within ? 'within' : 'over'} ${kind} ${limit}`,
});

test(isJudged, 'ratio', 1.2, true);
test(isJudged, 'ratio', 1.1, false);
test(isJudged, 'absolute', 24, true);
test(isJudged, 'absolute', 23, false);
test(isJudged, 'each', 30, true);
test(isJudged, 'each', 29, false);

test('a figure with a failure is within no budget, and says what failed, with what was measured', (t) => {
  const some = judge('failover', { ...figure(24, 'absolute'), failure: 'try 4: never' });
  const none = judge('failover', { ...figure(24, 'absolute'), measured: [], failure: 'no lab' });
  for (const { isWithinBudget } of [some, none]) t.false(isWithinBudget);
  const text = renderTable([some, none]);
  t.regex(text, /links .* 24 ms .* FAILED .*\n.*\n?.*links .* - .* FAILED/);
  t.deepEqual(text.split('\n').slice(-2), ['links: FAILED: try 4: never', 'links: FAILED: no lab']);
});

test('the table shows value, floor, ratio and budget in a row, and notes below', (t) => {
  const text = renderTable([judge('fabric', { ...figure(1.1, 'ratio'), note: 'ours' })]);
  t.regex(text, /links .* 24 ms .* 20 ms {2}ip -batch .* 1\.20 × .* ≤ 1\.1 × .* OVER/);
  t.is(text.split('\n').at(-1), 'links: ours');
});
