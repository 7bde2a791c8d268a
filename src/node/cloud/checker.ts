/**
 * Health checks, each over and over at its own interval; what changes about a target is reported.
 */
import { get } from 'node:http';
import { connect } from 'node:net';
import type { TargetHealth } from '../../cloud/contract.js';
import { type CheckOutcome, observe, unchecked } from '../../cloud/health.js';
import type { Probe } from '../../cloud/process-plan.js';
import type { Clock } from '../../world/contract.js';

interface Running {
  probe: Probe;
  health: TargetHealth;
  cancel(): void;
}

export class Checker {
  readonly #running = new Map<string, Running>();

  constructor(
    private readonly clock: Clock,
    private readonly report: (key: string, health: TargetHealth) => void,
  ) {}

  /** Exactly these; one that goes on as it was keeps what it knows. */
  update(probes: readonly Probe[]): void {
    const wanted = new Map(probes.map((probe) => [probe.key, probe]));
    for (const [key, { probe, cancel }] of this.#running) {
      if (JSON.stringify(wanted.get(key)) === JSON.stringify(probe)) continue;
      cancel();
      this.#running.delete(key);
    }
    for (const probe of probes) if (!this.#running.has(probe.key)) this.#start(probe);
  }

  #start(probe: Probe): void {
    const running: Running = { probe, health: unchecked, cancel: () => {} };
    this.#running.set(probe.key, running);
    this.report(probe.key, running.health);
    void this.#check(running);
  }

  async #check(running: Running): Promise<void> {
    const { probe } = running;
    // The next check comes an interval after this one began, however long this one takes.
    const next = new Promise<void>((resolve) => {
      running.cancel = this.clock.after(probe.intervalMs, resolve);
    });
    const outcome = await ask(probe, this.clock);
    if (this.#running.get(probe.key) !== running) return;
    const health = observe(running.health, outcome, probe);
    const news = health.state !== running.health.state || health.reason !== running.health.reason;
    running.health = health;
    if (news) this.report(probe.key, health);
    await next;
    if (this.#running.get(probe.key) === running) void this.#check(running);
  }
}

function ask(probe: Probe, clock: Clock): Promise<CheckOutcome> {
  return probe.protocol === 'TCP' ? askTcp(probe, clock) : askHttp(probe, clock);
}

function askTcp({ address, port, timeoutMs }: Probe, clock: Clock): Promise<CheckOutcome> {
  const socket = connect({ host: address, port });
  return new Promise((resolve) => {
    const done = (outcome: CheckOutcome): void => {
      cancel();
      socket.destroy();
      resolve(outcome);
    };
    const cancel = clock.after(timeoutMs, () => done({ success: false, output: 'Health checks failed: timeout' }));
    socket.once('connect', () => done({ success: true, output: '' }));
    socket.once('error', ({ message }) => done({ success: false, output: message }));
  });
}

function askHttp({ address, port, path, timeoutMs }: Probe, clock: Clock): Promise<CheckOutcome> {
  const request = get({ host: address, port, path, agent: false });
  return new Promise((resolve) => {
    const done = (outcome: CheckOutcome): void => {
      cancel();
      request.destroy();
      resolve(outcome);
    };
    const cancel = clock.after(timeoutMs, () => done({ success: false, output: 'Health checks failed: timeout' }));
    request.once('response', ({ statusCode = 0 }) => {
      const output = `Health checks failed with these codes: [${statusCode}]`;
      done(statusCode >= 200 && statusCode < 400 ? { success: true, output: '' } : { success: false, output });
    });
    // Destroying the request ends in an error, too.
    request.on('error', ({ message }) => done({ success: false, output: message }));
  });
}
