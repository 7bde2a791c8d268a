/**
 * Probes of one run of one container, until it ends: startup first, then readiness and liveness side by side.
 * Models: kubelet `prober/prober_manager.go` and `worker.go`.
 */
import type { Probe } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../../world/contract.js';
import {
  initialProbeState,
  judge,
  type ProbeKind,
  type ProbeOutcome,
  type ProbeState,
  probeTimes,
} from '../lifecycle/probe-state.js';
import type { ContainerRecord } from '../lifecycle/records.js';

export interface ProberParts {
  probes: Partial<Record<ProbeKind, Probe>>;
  record: ContainerRecord;
  clock: Clock;
  run(probe: Probe, timeoutMs: number): Promise<ProbeOutcome>;
  /** `ready` or `started` of the record changed. */
  changed(): void;
  failed(kind: ProbeKind, output: string): void;
  /** Startup or liveness has failed for good. */
  restart(kind: 'startup' | 'liveness', probe: Probe): void;
}

export class Prober {
  #stopped = false;
  readonly #cancels = new Set<() => void>();
  readonly #startedAt: number;

  constructor(private readonly parts: ProberParts) {
    this.#startedAt = parts.clock.now();
    const { startup, readiness } = parts.probes;
    parts.record.started = !startup;
    parts.record.ready = !startup && !readiness;
    if (startup) this.#begin('startup', startup);
    else this.#beginOthers();
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #beginOthers(): void {
    const { readiness, liveness } = this.parts.probes;
    if (readiness) this.#begin('readiness', readiness);
    if (liveness) this.#begin('liveness', liveness);
  }

  #begin(kind: ProbeKind, probe: Probe): void {
    const due = this.#startedAt + probeTimes(probe).initialDelayMs - this.parts.clock.now();
    this.#after(Math.max(0, due), () => void this.#tick(kind, probe, initialProbeState(kind)));
  }

  async #tick(kind: ProbeKind, probe: Probe, state: ProbeState): Promise<void> {
    const { clock } = this.parts;
    const { periodMs, timeoutMs } = probeTimes(probe);
    const began = clock.now();
    const outcome = await this.parts.run(probe, timeoutMs);
    if (this.#stopped) return;
    if (!outcome.success) this.parts.failed(kind, outcome.output);
    const next = judge(state, outcome.success, probe);
    if (this.#apply(kind, probe, next))
      this.#after(Math.max(0, began + periodMs - clock.now()), () => void this.#tick(kind, probe, next));
  }

  /** False when this probe has nothing more to find out in this run of the container. */
  #apply(kind: ProbeKind, probe: Probe, { verdict }: ProbeState): boolean {
    const { record, changed, restart } = this.parts;
    if (kind === 'readiness') {
      const ready = verdict === 'success';
      if (ready !== record.ready) {
        record.ready = ready;
        changed();
      }
      return true;
    }
    if (verdict === 'failure') {
      restart(kind, probe);
      return false;
    }
    if (kind === 'liveness' || verdict === 'unknown') return true;
    record.started = true;
    record.ready = !this.parts.probes.readiness;
    changed();
    this.#beginOthers();
    return false;
  }

  #after(ms: number, run: () => void): void {
    const cancel = this.parts.clock.after(ms, () => {
      this.#cancels.delete(cancel);
      run();
    });
    this.#cancels.add(cancel);
  }
}
