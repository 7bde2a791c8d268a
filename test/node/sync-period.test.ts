import test from 'ava';
import type { NodeTraffic } from '../../src/model/traffic.js';
import type { KubeProxy } from '../../src/node/kube-proxy.js';
import { withSyncPeriods } from '../../src/node/sync-period.js';
import { createManualWorld } from '../../src/world/manual-clock.js';

const traffic = (name: string) => ({ node: { name } }) as unknown as NodeTraffic;

function setUp(minSyncPeriod: number) {
  const told: string[] = [];
  const inner: KubeProxy = {
    async sync({ node }) {
      told.push(node.name);
      return { changed: true };
    },
    forget: () => void told.push('forgets'),
    stop: async () => void told.push('stops'),
    remove: async () => void told.push('removes'),
    settled: async () => undefined,
  };
  const { clock } = createManualWorld(1);
  return { told, clock, proxy: withSyncPeriods(inner, { syncPeriod: 30_000, minSyncPeriod }, clock) };
}

test('what nobody changed is looked at again every syncPeriod, counted from the last sync, until it ends', async (t) => {
  const { told, clock, proxy } = setUp(0);
  await proxy.sync(traffic('a'));
  clock.advance(20_000);
  await proxy.sync(traffic('b'));
  clock.advance(29_999);
  t.deepEqual(told.splice(0), ['a', 'b']);
  clock.advance(1);
  t.deepEqual(told.splice(0), ['forgets', 'b']);
  clock.advance(30_000);
  t.deepEqual(told.splice(0), ['forgets', 'b']);
  await proxy.stop();
  clock.advance(60_000);
  t.deepEqual(told, ['stops']);
});

test('with a minSyncPeriod two syncs may follow each other, and the third waits with the latest traffic', async (t) => {
  const { told, clock, proxy } = setUp(1000);
  await proxy.sync(traffic('a'));
  await proxy.sync(traffic('b'));
  const later = [proxy.sync(traffic('c')), proxy.sync(traffic('d'))];
  await Promise.resolve();
  t.deepEqual(told, ['a', 'b']);
  clock.advance(1000);
  await Promise.all(later);
  t.deepEqual(told, ['a', 'b', 'd']);
});
