/**
 * The daemon's handle on one speaker process.
 */
import type { ChildProcess } from 'node:child_process';
import type { SpeakerCommand, SpeakerNews, SpeakerReport, SpeakerState } from '../../metallb/speaker/contract.js';
import type { Clock } from '../../world/contract.js';

export interface SpeakerProcess {
  readonly pid: number;
  /** Resolves with its exit code, 128+N when signal N ended it. */
  readonly ended: Promise<number>;
  send(command: SpeakerCommand): void;
  /** Undefined when it ends before it answers, or does not answer within a second. */
  state(): Promise<SpeakerState | undefined>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** The number of a signal in an exit code, as a shell has it. */
const signalCodes: Partial<Record<NodeJS.Signals, number>> = { SIGKILL: 137, SIGTERM: 143 };

/** It answers at once unless it is stopped (`kill -STOP`) or has no processor time. */
const PATIENCE_MS = 1000;

export class SpeakerClient implements SpeakerProcess {
  readonly ended: Promise<number>;
  readonly ready: Promise<void>;
  readonly #asked = new Map<number, (state: SpeakerState | undefined) => void>();
  #lastId = 0;

  constructor(
    private readonly child: ChildProcess,
    private readonly clock: Pick<Clock, 'after'>,
    hear: (news: SpeakerNews) => void,
  ) {
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        for (const id of this.#asked.keys()) this.#answer(id, undefined);
        resolve(code ?? signalCodes[signal ?? 'SIGTERM'] ?? 128);
      });
    });
    this.ready = new Promise((resolve, reject) => {
      child.once('error', reject);
      void this.ended.then((code) => reject(new Error(`the speaker ended at its start with code ${code}`)));
      child.on('message', (report: SpeakerReport) => {
        if (report.kind === 'ready') resolve();
        else if (report.kind === 'state') this.#answer(report.id, report.state);
        else hear(report);
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  send(command: SpeakerCommand): void {
    if (this.child.connected) this.child.send(command, () => {});
  }

  state(): Promise<SpeakerState | undefined> {
    if (!this.child.connected) return Promise.resolve(undefined);
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const cancel = this.clock.after(PATIENCE_MS, () => this.#answer(id, undefined));
      this.#asked.set(id, (state) => {
        cancel();
        resolve(state);
      });
      this.send({ kind: 'ask', id });
    });
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.child.kill(signal);
  }

  #answer(id: number, state: SpeakerState | undefined): void {
    this.#asked.get(id)?.(state);
    this.#asked.delete(id);
  }
}
