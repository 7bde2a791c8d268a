/**
 * Every node's rules are looked after once a sync period, the nodes one after the other.
 *
 * Differs: a sync that failed is tried again after a second, and not only after the sync period.
 */
import { goDuration } from '../../api/go-duration.js';
import type { ProxyLogs } from '../../node/kube-proxy/proxy-log.js';
import { watchRules } from '../../node/kube-proxy/rule-watch.js';
import type { Clock } from '../../world/contract.js';

export interface RuleWatchesParts {
  clock: Clock;
  logs: ProxyLogs;
  /** Whether a sync has to repair this node's rules; undefined for a node that there is not. */
  missesRules(node: string): Promise<boolean> | undefined;
}

export class RuleWatches {
  #sync: (() => Promise<void>) | undefined;
  readonly #stops = new Map<string, () => void>();

  constructor(
    private readonly nodes: readonly string[],
    private readonly parts: RuleWatchesParts,
    private readonly firstPeriodMs: number,
  ) {}

  /** @param sync writes what is missing */
  begin(sync: () => Promise<void>): void {
    this.#sync = sync;
    for (const node of this.nodes) this.restart(node, this.firstPeriodMs);
  }

  /** A node's kube-proxy starts again, perhaps with another period. */
  restart(node: string, periodMs: number): void {
    const sync = this.#sync;
    if (!sync) return;
    this.#stops.get(node)?.();
    const { clock, missesRules } = this.parts;
    const parts = {
      clock,
      lost: async () => (await missesRules(node)) ?? false,
      repair: sync,
      failed: (error: Error) => this.#failed(node, error, periodMs),
    };
    this.#stops.set(node, watchRules(parts, periodMs, this.#share(node) * periodMs));
  }

  /** Nodes that started together look at different times. */
  #share(node: string): number {
    return (this.nodes.indexOf(node) + 1) / this.nodes.length;
  }

  #failed(node: string, error: Error, periodMs: number): void {
    process.stderr.write(`rules of ${node}: ${error.message}\n`);
    const values = { retryingTime: goDuration(periodMs) };
    this.parts.logs.of(node).say({ file: 'proxier.go', line: 810, message: 'Sync failed', values });
  }
}
