/**
 * The daemon's handle on the provider's process. Whenever that ends, another one takes its place.
 */
import type { ChildProcess } from 'node:child_process';
import type { TargetHealth } from '../../cloud/contract.js';
import type { CloudCommand, CloudReport, ProcessPlan } from '../../cloud/process-plan.js';
import type { NetworkNamespace } from '../../kernel/netns.js';
import { forkNode } from '../../kernel/node-process.js';
import type { Clock } from '../../world/contract.js';

const entry = new URL('./process.js', import.meta.url);
const RESTART_MS = 1000;

export interface CloudProcessOptions {
  namespace: NetworkNamespace;
  nameServer: string;
  clock: Clock;
  hear(key: string, health: TargetHealth): void;
}

export class CloudProcess {
  #child: ChildProcess | undefined;
  #plan: ProcessPlan = { probes: [], proxies: [], names: {} };

  constructor(private readonly options: CloudProcessOptions) {
    this.#launch();
  }

  update(plan: ProcessPlan): void {
    this.#plan = plan;
    this.#send({ kind: 'plan', ...plan });
  }

  #launch(): void {
    const { namespace, nameServer, clock, hear } = this.options;
    const child = forkNode(entry, { namespace });
    child.on('message', (report: CloudReport) => {
      if (report.kind === 'health') return hear(report.key, report.health);
      this.#child = child;
      this.#send({ kind: 'start', nameServer });
      this.#send({ kind: 'plan', ...this.#plan });
    });
    child.on('error', (error) => process.stderr.write(`cloud: ${error.message}\n`));
    child.once('exit', () => {
      this.#child = undefined;
      clock.after(RESTART_MS, () => this.#launch());
    });
  }

  #send(command: CloudCommand): void {
    if (this.#child?.connected) this.#child.send(command, () => {});
  }
}
