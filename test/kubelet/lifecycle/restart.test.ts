import test from 'ava';
import {
  type Backoff,
  durationText,
  raise,
  restartDelayMs,
  shouldRestart,
} from '../../../src/kubelet/lifecycle/restart.js';

test('the restart policy decides by exit code', (t) => {
  t.deepEqual(
    [shouldRestart('Always', 0), shouldRestart('OnFailure', 0), shouldRestart('Never', 0)],
    [true, false, false],
  );
  t.deepEqual(
    [shouldRestart(undefined, 1), shouldRestart('OnFailure', 1), shouldRestart('Never', 1)],
    [true, true, false],
  );
});

test('delays double from 10 s to 5 min', (t) => {
  let backoff: Backoff | undefined;
  const delays: string[] = [];
  for (let now = 0, crash = 0; crash < 9; crash += 1) {
    const delay = restartDelayMs(backoff, now, now);
    delays.push(durationText(delay));
    now += delay;
    backoff = raise(backoff, now, now);
  }
  t.deepEqual(delays, ['0s', '10s', '20s', '40s', '1m20s', '2m40s', '5m0s', '5m0s', '5m0s']);
});

test('a container that ran well for ten minutes starts afresh', (t) => {
  const backoff = { delayMs: 160_000, raisedAt: 0 };
  t.is(restartDelayMs(backoff, 600_001, 600_001), 0);
  t.is(raise(backoff, 600_001, 600_001).delayMs, 10_000);
});
