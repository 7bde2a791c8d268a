/**
 * One node's kube-proxy: compiles the traffic plan with its engine and gives the difference to its applier.
 *
 * What is installed is remembered, not read back; after a failure it is forgotten, and the next sync is a full one, as
 * kube-proxy's is. Source: pkg/proxy/iptables/proxier.go, syncProxyRules.
 */
import type { NodeTraffic } from '../model/traffic.js';
import type { ProxyEngine } from '../proxy/contract.js';

/** Brings a change into the kernel, whole or not at all. */
export type ProxyApplier<Change> = (change: Change) => Promise<void>;

/** What a sync did, for logs and benchmarks. */
export interface SyncResult {
  changed: boolean;
}

export interface KubeProxy {
  /** Resolves when the kernel agrees with the traffic. Calls made meanwhile are joined into one with the latest. */
  sync(traffic: NodeTraffic): Promise<SyncResult>;
  /** Forgets what is installed, so that the next sync writes everything. */
  forget(): void;
}

export function createKubeProxy<Options, RuleSet, Change>(
  engine: ProxyEngine<Options, RuleSet, Change>,
  options: Options,
  apply: ProxyApplier<Change>,
): KubeProxy {
  let installed: RuleSet | undefined;
  let running: Promise<SyncResult> | undefined;
  let next: { traffic: NodeTraffic; result: Promise<SyncResult> } | undefined;

  async function run(traffic: NodeTraffic): Promise<SyncResult> {
    const wanted = engine.compile(traffic, options);
    const change = engine.plan(installed, wanted);
    if (change === undefined) return { changed: false };
    installed = undefined;
    await apply(change);
    installed = wanted;
    return { changed: true };
  }

  function start(traffic: NodeTraffic): Promise<SyncResult> {
    running = run(traffic).finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    forget() {
      installed = undefined;
    },
    sync(traffic) {
      if (!running) return start(traffic);
      if (next) {
        next.traffic = traffic;
        return next.result;
      }
      const waiting = { traffic, result: Promise.resolve({ changed: false }) };
      waiting.result = running
        .catch(() => undefined)
        .then(() => {
          next = undefined;
          return start(waiting.traffic);
        });
      next = waiting;
      return waiting.result;
    },
  };
}
