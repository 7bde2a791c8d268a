/**
 * One node's kube-proxy: compiles the traffic plan with its engine and gives the difference to its applier.
 *
 * What is installed is remembered, not read back; after a failure it is forgotten, and the next sync is a full one onto
 * whatever is there, as kube-proxy's is. Source: pkg/proxy/iptables/proxier.go, syncProxyRules.
 */
import type { NodeTraffic } from '../../model/traffic.js';
import type { ProxyEngine } from '../../proxy/contract.js';

/** The hands of an engine: everything that it does to one node. */
export interface ProxyApplier<RuleSet, Change> {
  /** Brings a change into the kernel, whole or not at all; `next` is what is there afterwards. */
  apply(change: Change, next: RuleSet): Promise<void>;
  /** What is there, in the words that the engine's `resync` reads. */
  observe?(): Promise<string>;
  /** Whether somebody has taken away of `installed` what kube-proxy would miss at the end of its sync period. */
  isLost?(installed: RuleSet): Promise<boolean>;
  /** Takes away all that this mode ever made on the node. */
  remove(): Promise<void>;
  /** Lets go of the node and leaves it as it is. */
  stop?(): void;
  /** Resolves when nothing is left to be done later. */
  settled?(): Promise<void>;
}

/** What a sync did, for logs and benchmarks. */
export interface SyncResult {
  changed: boolean;
}

export interface KubeProxy {
  /** Resolves when the kernel agrees with the traffic. Calls made meanwhile are joined into one with the latest. */
  sync(traffic: NodeTraffic): Promise<SyncResult>;
  /** Forgets what is installed, so that the next sync reads what is there and writes everything. */
  forget(): void;
  /** Waits for syncs under way, then leaves everything as it is, as a process that ends does. No sync may follow. */
  stop(): Promise<void>;
  /**
   * Whether the next sync has to write everything: a sync failed, or somebody has taken away what was written. False while a
   * sync is under way.
   */
  isLost(): Promise<boolean>;
  /** Waits for syncs under way, then takes everything away. No sync may follow. */
  remove(): Promise<void>;
  /** Resolves when what a sync left for later is done too. */
  settled(): Promise<void>;
}

export function createKubeProxy<Options, RuleSet, Change>(
  engine: ProxyEngine<Options, RuleSet, Change>,
  options: Options,
  applier: ProxyApplier<RuleSet, Change>,
): KubeProxy {
  let installed: RuleSet | undefined;
  let fresh = true;
  let memory = 0;
  let running: Promise<SyncResult> | undefined;
  let next: { traffic: NodeTraffic; result: Promise<SyncResult> } | undefined;

  /** A first sync meets a node that this mode has not touched; a later one without memory has to look. */
  async function planned(wanted: RuleSet): Promise<Change | undefined> {
    if (installed !== undefined || fresh || !engine.resync || !applier.observe) return engine.plan(installed, wanted);
    return engine.resync(await applier.observe(), wanted);
  }

  async function run(traffic: NodeTraffic): Promise<SyncResult> {
    const wanted = engine.compile(traffic, options);
    const change = await planned(wanted);
    if (change === undefined) return { changed: false };
    const asOf = memory;
    installed = undefined;
    fresh = false;
    await applier.apply(change, wanted);
    if (memory === asOf) installed = wanted;
    return { changed: true };
  }

  function start(traffic: NodeTraffic): Promise<SyncResult> {
    running = run(traffic).finally(() => {
      running = undefined;
    });
    return running;
  }

  function later(traffic: NodeTraffic, before: Promise<SyncResult>): Promise<SyncResult> {
    const waiting = { traffic, result: Promise.resolve({ changed: false }) };
    waiting.result = before
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return start(waiting.traffic);
      });
    next = waiting;
    return waiting.result;
  }

  function forget(): void {
    memory += 1;
    installed = undefined;
    fresh = false;
  }

  async function idle(): Promise<void> {
    while (running || next) await (next?.result ?? running)?.catch(() => undefined);
  }

  async function isLost(): Promise<boolean> {
    if (fresh || running || next) return false;
    const asOf = installed;
    if (asOf === undefined) return true;
    const lost = (await applier.isLost?.(asOf)) ?? false;
    return lost && asOf === installed && !running;
  }

  return {
    forget,
    isLost,
    sync(traffic) {
      if (!running) return start(traffic);
      if (!next) return later(traffic, running);
      next.traffic = traffic;
      return next.result;
    },
    async stop() {
      await idle();
      applier.stop?.();
    },
    async remove() {
      await idle();
      forget();
      await applier.remove();
    },
    settled: async () => applier.settled?.(),
  };
}
