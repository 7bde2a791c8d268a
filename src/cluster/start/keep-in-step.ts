/**
 * Rules that follow objects for as long as the lab lives.
 */
import type { KubeObject } from '../../api/object.js';
import { recordEvent } from '../../controllers/events.js';
import { trafficKinds } from '../../node/kube-proxy/service-proxies.js';
import type { Clock } from '../../world/contract.js';
import type { DesiredState } from '../desired.js';
import { restartWithPods } from '../proxy/proxies.js';
import type { Datapath } from './datapath.js';
import type { Foundation } from './foundation.js';

/** kube-proxy tries again after its sync period, 30 s; a lab is in more of a hurry. */
const RETRY_MS = 1000;

/** All changes of one turn of the event loop become one sync. */
export function keepRulesInStep(desired: DesiredState, clock: Clock, sync: () => Promise<void>): void {
  let waiting = false;
  const again = (): void => {
    waiting = false;
    sync().catch((error) => {
      process.stderr.write(`rules: ${error}\n`);
      clock.after(RETRY_MS, again);
    });
  };
  desired.registry.watch(undefined, ({ object }: { object: KubeObject }) => {
    if (waiting || !trafficKinds.has(object.kind)) return;
    waiting = true;
    setImmediate(again);
  });
}

/** Whoever deletes kube-proxy's pods has it read its configuration anew. @param changed told after each restart */
export function followProxyPods(
  { desired, world }: Foundation,
  { modes, proxies }: Datapath,
  changed: () => void,
): void {
  restartWithPods(
    desired.registry,
    modes,
    async () => {
      await proxies.sync();
      changed();
    },
    (involved, { message }) =>
      recordEvent(desired.registry, world.clock, {
        involved,
        type: 'Warning',
        reason: 'FailedToStart',
        message,
        component: 'kube-proxy',
      }),
  );
}
