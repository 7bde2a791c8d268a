/**
 * One container of one pod from its first start to its last end: starts, watches, restarts with back-off, stops.
 *
 * Models: kubelet `kuberuntime_manager.go` SyncPod for a single container. Decisions are in `lifecycle/`; here they
 * meet time and processes.
 */
import type { Clock } from '../world/contract.js';
import type { ProcessEnd } from './contract.js';
import { ConfigError } from './environment/environment.js';
import { type PodEvent, podEvents } from './lifecycle/events.js';
import { type ContainerRecord, newContainerRecord, terminationOf } from './lifecycle/records.js';
import { type Backoff, durationText, raise, restartDelayMs, shouldRestart } from './lifecycle/restart.js';
import type { RunningContainer } from './runtime/contract.js';
import { Sleep } from './sleep.js';

export interface LoopParts {
  name: string;
  /** As it is at this start. */
  image(): string;
  restartPolicy: string | undefined;
  /** `name_namespace(uid)` for messages. */
  podText: string;
  clock: Clock;
  waitingReason: 'ContainerCreating' | 'PodInitializing';
  /** @throws ConfigError when the container's configuration cannot be resolved yet, Error when it cannot start */
  start(restartCount: number): Promise<RunningContainer>;
  /** Runs after each start; resolves to why the container must be killed, if it must. */
  postStart(running: RunningContainer): Promise<string | undefined>;
  preStop(running: RunningContainer, graceMilliseconds: number): Promise<void>;
  changed(): void;
  event(event: PodEvent): void;
}

/** kubelet: a container that could not be configured is tried again at the next sync of the pod. */
const configRetryMs = 5_000;
/** kubelet `minimumGracePeriodInSeconds` for SIGTERM after a preStop hook that used the grace up. */
const leastGraceMs = 2_000;

export class ContainerLoop {
  readonly record: ContainerRecord;
  current: RunningContainer | undefined;
  previous: RunningContainer | undefined;
  #backoff: Backoff | undefined;
  #stopping = false;
  #forced = false;
  #starting: Promise<unknown> = Promise.resolve();
  readonly #sleep: Sleep;

  constructor(private readonly parts: LoopParts) {
    this.record = newContainerRecord(parts.name, parts.waitingReason);
    this.#sleep = new Sleep(parts.clock);
  }

  /** Resolves when the container will not run again; `begun` is called when a start is through, well or not. */
  async run(begun: () => void = () => {}): Promise<void> {
    while (!this.#stopping) {
      const end = await this.#runOnce(begun);
      if (end === undefined) continue;
      if (this.#stopping || (!this.#forced && !shouldRestart(this.parts.restartPolicy, end.exitCode))) return;
      if (!this.#forced) await this.#backOff();
      this.#forced = false;
      this.#nextRun();
    }
  }

  /** preStop hook, SIGTERM, SIGKILL; a start that is under way is waited for. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping = true;
    this.#sleep.wake();
    await this.#starting.catch(() => {});
    await this.#killRunning(graceMilliseconds, podEvents.killing(this.parts.name));
  }

  /** A start that is put off happens now. */
  hurry(): void {
    if (!this.#stopping) this.#sleep.wake();
  }

  /** A stop that is under way gets no more time than this. */
  hasten(graceMilliseconds: number): void {
    if (this.#stopping && this.record.state.kind === 'running') void this.current?.stop(graceMilliseconds);
  }

  /**
   * Stops the container, which starts again by its policy, or whatever its policy when `forced`: after a failed
   * liveness or startup probe, and for another image.
   */
  async restart(graceMilliseconds: number, why: PodEvent, forced = false): Promise<void> {
    this.#forced ||= forced && this.record.state.kind === 'running';
    await this.#killRunning(graceMilliseconds, why);
  }

  async #runOnce(begun: () => void): Promise<ProcessEnd | undefined> {
    const { name, clock, event } = this.parts;
    try {
      const starting = this.parts.start(this.record.restartCount);
      this.#starting = starting;
      const started = await starting;
      this.previous = this.current;
      this.current = started;
    } catch (error) {
      begun();
      return this.#startFailed(error as Error);
    }
    const startedAt = clock.timestamp();
    event(podEvents.pulled(this.parts.image()));
    event(podEvents.created(name));
    event(podEvents.started(name));
    const running = this.current;
    this.record.state = { kind: 'running', startedAt };
    void this.#afterStart(running);
    this.parts.changed();
    begun();
    const end = await running.ended;
    this.#ended(end, startedAt);
    return end;
  }

  async #afterStart(running: RunningContainer): Promise<void> {
    const failure = await this.parts.postStart(running);
    if (failure === undefined || this.current !== running) return;
    this.parts.event(podEvents.failedPostStart(failure));
    await running.stop(0);
  }

  #ended(end: ProcessEnd, startedAt: string): void {
    const termination = terminationOf(end, startedAt, this.parts.clock.timestamp());
    Object.assign(this.record, { ready: false, started: false, state: { kind: 'terminated', ...termination } });
    this.parts.changed();
  }

  async #startFailed(error: Error): Promise<ProcessEnd | undefined> {
    const { clock, event, name } = this.parts;
    event(podEvents.failed(error.message));
    if (error instanceof ConfigError) {
      this.record.state = { kind: 'waiting', reason: 'CreateContainerConfigError', message: error.message };
      this.parts.changed();
      await this.#sleep.for(configRetryMs);
      return undefined;
    }
    // OCI runtimes report a program that cannot be executed as exit code 128, reason StartError.
    const message = `failed to create containerd task: failed to create shim task: OCI runtime create failed: ${error.message}`;
    const now = clock.timestamp();
    this.record.state = {
      kind: 'terminated',
      exitCode: 128,
      reason: 'StartError',
      message,
      startedAt: null,
      finishedAt: now,
    };
    event(podEvents.created(name));
    this.parts.changed();
    return { exitCode: 128 };
  }

  async #backOff(): Promise<void> {
    const { clock, name, podText } = this.parts;
    const finishedAt = clock.now();
    const delayMs = restartDelayMs(this.#backoff, finishedAt, finishedAt);
    if (delayMs > 0) {
      const text = durationText(this.#backoff?.delayMs ?? delayMs);
      const message = `back-off ${text} restarting failed container=${name} pod=${podText}`;
      this.#rememberTermination();
      this.record.state = { kind: 'waiting', reason: 'CrashLoopBackOff', message };
      this.parts.event(podEvents.backOff(name, podText));
      this.parts.changed();
      await this.#sleep.for(delayMs);
    }
    this.#backoff = raise(this.#backoff, finishedAt, clock.now());
  }

  #nextRun(): void {
    if (this.#stopping) return;
    this.#rememberTermination();
    this.record.restartCount += 1;
  }

  #rememberTermination(): void {
    const { state } = this.record;
    if (state.kind !== 'terminated') return;
    const { kind: _kind, ...termination } = state;
    this.record.lastTermination = termination;
  }

  async #killRunning(graceMilliseconds: number, why: PodEvent): Promise<void> {
    const running = this.current;
    if (!running || this.record.state.kind !== 'running') return;
    const { clock } = this.parts;
    this.parts.event(why);
    const before = clock.now();
    await this.parts.preStop(running, graceMilliseconds);
    const left = graceMilliseconds - (clock.now() - before);
    await running.stop(graceMilliseconds === 0 ? 0 : Math.max(left, leastGraceMs));
  }
}
