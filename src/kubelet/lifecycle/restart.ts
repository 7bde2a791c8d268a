/**
 * Whether and when a container that ended starts again.
 * Source: kubelet `kuberuntime_manager.go` doBackOff, `container/helpers.go` ShouldContainerBeRestarted,
 * client-go `util/flowcontrol/backoff.go`.
 */

/** kubelet `MaxContainerBackOff` and `backOffPeriod`. */
const initialBackoffMs = 10_000;
const maxBackoffMs = 300_000;

/** What the kubelet remembers of a container's crashes. */
export interface Backoff {
  delayMs: number;
  /** When it was last raised, ms since the epoch. */
  raisedAt: number;
}

export function shouldRestart(policy: string | undefined, exitCode: number): boolean {
  if (policy === 'Never') return false;
  return policy === 'OnFailure' ? exitCode !== 0 : true;
}

/** How long to wait before the next start: nothing after the first end, then until the delay since that end is over. */
export function restartDelayMs(backoff: Backoff | undefined, finishedAt: number, now: number): number {
  if (!backoff || isForgotten(backoff, finishedAt)) return 0;
  return Math.max(0, finishedAt + backoff.delayMs - now);
}

/** The backoff after one more start: 10 s, doubling to 5 min. */
export function raise(backoff: Backoff | undefined, finishedAt: number, now: number): Backoff {
  const fresh = !backoff || isForgotten(backoff, finishedAt);
  return { delayMs: fresh ? initialBackoffMs : Math.min(backoff.delayMs * 2, maxBackoffMs), raisedAt: now };
}

/** A container that ran well for twice the maximum starts afresh. */
function isForgotten(backoff: Backoff, finishedAt: number): boolean {
  return finishedAt - backoff.raisedAt > 2 * maxBackoffMs;
}

/** Go's `time.Duration` text of the delays that occur: `10s`, `1m20s`, `5m0s`. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
