/**
 * What a row of probe results means: thresholds, as a pure state machine.
 * Source: kubelet `prober/worker.go` doProbe, `prober/results`.
 */
import type { Probe } from 'kubernetes-types/core/v1.js';

export type ProbeKind = 'startup' | 'readiness' | 'liveness';

export interface ProbeOutcome {
  success: boolean;
  /** Why it failed, as the event says it. */
  output: string;
}

export interface ProbeState {
  /** What the results amount to so far. A startup probe begins undecided. */
  verdict: 'success' | 'failure' | 'unknown';
  last: boolean | undefined;
  /** How often in a row the last result came. */
  run: number;
}

/** A container is not ready, but alive, until its probes say otherwise. */
export function initialProbeState(kind: ProbeKind): ProbeState {
  const verdict = { readiness: 'failure', liveness: 'success', startup: 'unknown' } as const;
  return { verdict: verdict[kind], last: undefined, run: 0 };
}

/** One more result. */
export function judge(state: ProbeState, success: boolean, probe: Probe): ProbeState {
  const run = state.last === success ? state.run + 1 : 1;
  const threshold = success ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  const decided = success ? 'success' : 'failure';
  return { verdict: run >= threshold ? decided : state.verdict, last: success, run };
}

/** Delays of a probe in milliseconds, with Kubernetes' defaults. */
export function probeTimes({ initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1 }: Probe): {
  initialDelayMs: number;
  periodMs: number;
  timeoutMs: number;
} {
  return {
    initialDelayMs: initialDelaySeconds * 1000,
    periodMs: (periodSeconds || 10) * 1000,
    timeoutMs: (timeoutSeconds || 1) * 1000,
  };
}
