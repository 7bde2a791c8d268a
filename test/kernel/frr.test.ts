import test from 'ava';
import { hasFrr } from '../../src/kernel/frr.js';
import { runInLab } from './in-lab.js';

interface Outcome {
  /** How many lines of configuration each plan came to. */
  lines: number[];
  differing: object[];
}

test('an FRR that was changed by commands says that it is what a fresh one is', async (t) => {
  t.timeout(60_000);
  const outcome = runInLab<Outcome>('frr');
  if (!hasFrr()) {
    t.log('not run: no FRR here');
    return void (await t.throwsAsync(outcome, { message: /zebra \(FRR\) in running ended with/ }));
  }
  const { lines, differing } = await outcome;
  t.deepEqual(differing, []);
  t.is(lines.length, 8);
  t.true(lines.every((count) => count > 20));
});
