import test from 'ava';
import { createManualClock, createManualWorld } from '../../src/world/manual-clock.js';
import { createWorld } from '../../src/world/world.js';

test('timestamps are RFC 3339 in seconds and microseconds, for now or another moment', (t) => {
  const { clock } = createWorld({ seed: 1, now: () => 1_714_555_800_123 });
  t.is(clock.timestamp(), '2024-05-01T09:30:00Z');
  t.is(clock.microTimestamp(), '2024-05-01T09:30:00.123000Z');
  t.is(clock.timestamp(clock.now() + 30_000), '2024-05-01T09:30:30Z');
});

test('the real clock runs what is asked for, unless it is cancelled', async (t) => {
  const { clock } = createWorld({ seed: 1 });
  const ran: string[] = [];
  const cancel = clock.after(1, () => ran.push('cancelled'));
  cancel();
  // Timers do not keep the process alive; this one does.
  await new Promise<void>((resolve) => {
    clock.after(5, () => {
      ran.push('ran');
      resolve();
    });
    setTimeout(resolve, 2_000);
  });
  t.deepEqual(ran, ['ran']);
});

test('the manual clock runs what falls due, in order of due time, then of registration, at its own time', (t) => {
  const clock = createManualClock(0);
  const ran: string[] = [];
  const note = (name: string) => () => ran.push(`${name}@${clock.now()}`);
  clock.after(20, note('late'));
  clock.after(10, note('a'));
  clock.after(10, note('b'));
  clock.after(10, () => clock.after(5, note('child')));
  clock.after(10, note('never'))();
  clock.advance(9);
  t.deepEqual(ran, []);
  clock.advance(11);
  t.deepEqual(ran, ['a@10', 'b@10', 'child@15', 'late@20']);
  t.is(clock.pending, 0);
  t.is(clock.now(), 20);
});

test('a manual world has a seed and begins at a fixed moment', (t) => {
  const world = createManualWorld(7);
  t.is(world.seed, 7);
  t.is(world.clock.timestamp(), '2024-01-01T00:00:00Z');
});
