import test from 'ava';
import { watchRules } from '../../../src/node/kube-proxy/rule-watch.js';
import { createManualClock } from '../../../src/world/manual-clock.js';

/** A node that notes when it is looked at and repaired, in seconds. */
function createWatched(lost: () => boolean, firstMs?: number) {
  const clock = createManualClock(0);
  const did: string[] = [];
  const note = (what: string) => void did.push(`${what} ${clock.now() / 1000}`);
  const stop = watchRules(
    {
      clock,
      lost: async () => {
        note('look');
        return lost();
      },
      repair: async () => note('repair'),
      failed: (error) => note(error.message),
    },
    30_000,
    firstMs,
  );
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1000);
      await new Promise(setImmediate);
    }
  };
  return { did, pass, stop, clock };
}

test('rules are looked at once a period, the first time when the node’s turn comes, and repaired when lost', async (t) => {
  let looks = 0;
  const { did, pass } = createWatched(() => ++looks === 2, 7000);
  await pass(70);
  t.deepEqual(did, ['look 7', 'look 37', 'repair 37', 'look 67']);
});

test('whoever stops it hears nothing more, and nothing is left waiting', async (t) => {
  const { did, pass, stop, clock } = createWatched(() => false);
  await pass(30);
  stop();
  await pass(60);
  t.deepEqual([did, clock.pending], [['look 30'], 0]);
});

test('a failure is told of, and the next look comes all the same', async (t) => {
  const { did, pass } = createWatched(() => {
    throw new Error('no lock');
  });
  await pass(60);
  t.deepEqual(did, ['look 30', 'no lock 30', 'look 60', 'no lock 60']);
});
