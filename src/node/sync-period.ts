/**
 * When a kube-proxy syncs: not more often than `minSyncPeriod`, and at the latest every `syncPeriod`, whatever the API says
 * meanwhile. That is how IPVS mode repairs what others did to a node.
 *
 * Models kubernetes v1.30.5 pkg/util/async BoundedFrequencyRunner, with the burst of 2 that kube-proxy gives it.
 */
import type { NodeTraffic } from '../model/traffic.js';
import type { Clock } from '../world/contract.js';
import type { KubeProxy, SyncResult } from './kube-proxy.js';

/** In milliseconds. */
export interface SyncPeriods {
  readonly syncPeriod: number;
  readonly minSyncPeriod: number;
}

/** `ipvs.NewProxier`: burstSyncs. */
const BURST = 2;

/** The same kube-proxy, in these periods. */
export function withSyncPeriods(proxy: KubeProxy, { syncPeriod, minSyncPeriod }: SyncPeriods, clock: Clock): KubeProxy {
  let latest: NodeTraffic | undefined;
  let waiting: Promise<SyncResult> | undefined;
  let cancel = (): void => undefined;
  /** When no sync is owed any more. */
  let paid = 0;

  function run(): Promise<SyncResult> {
    paid = Math.max(paid, clock.now()) + minSyncPeriod;
    waiting = undefined;
    cancel();
    cancel = clock.after(syncPeriod, repair);
    return proxy.sync(latest as NodeTraffic);
  }

  function repair(): void {
    proxy.forget();
    run().catch((error: Error) => process.emitWarning(error));
  }

  function turn(): Promise<void> {
    const wait = paid - clock.now() - (BURST - 1) * minSyncPeriod;
    return new Promise((resolve) => (wait > 0 ? clock.after(wait, resolve) : resolve()));
  }

  async function end(how: () => Promise<void>): Promise<void> {
    await waiting?.catch(() => undefined);
    cancel();
    await how();
  }

  return {
    ...proxy,
    sync(traffic) {
      latest = traffic;
      waiting ??= turn().then(run);
      return waiting;
    },
    stop: () => end(proxy.stop),
    remove: () => end(proxy.remove),
  };
}
