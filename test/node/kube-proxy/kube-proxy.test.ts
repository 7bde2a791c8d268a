import test from 'ava';
import type { NodeTraffic } from '../../../src/model/traffic.js';
import { createKubeProxy, type ProxyApplier } from '../../../src/node/kube-proxy/kube-proxy.js';
import { NodeProxy } from '../../../src/node/kube-proxy/node-proxy.js';
import type { ProxyEngine } from '../../../src/proxy/contract.js';

/** An engine whose rule set is the node's name: changes can be read. */
const engine: ProxyEngine<object, string, string> = {
  mode: 'iptables',
  options: () => ({}),
  compile: ({ node }) => node.name,
  render: (ruleSet) => ruleSet,
  plan: (previous, next) => (previous === next ? undefined : `${previous ?? 'nothing'} to ${next}`),
  resync: (observed, next) => `${observed} to ${next}`,
};

const traffic = (name: string) => ({ node: { name } }) as unknown as NodeTraffic;

/** Notes what it is told; `fail` makes the next change fail. */
function createRecorder() {
  const told: string[] = [];
  const recorder = { told, fail: false };
  const applier: ProxyApplier<string, string> = {
    async apply(change) {
      told.push(change);
      if (!recorder.fail) return;
      recorder.fail = false;
      throw new Error('the kernel refused');
    },
    observe: async () => 'what is there',
    remove: async () => void told.push('removed'),
  };
  return { recorder, applier };
}

test('the first sync meets nothing, later ones the difference, and equal traffic does nothing', async (t) => {
  const { recorder, applier } = createRecorder();
  const proxy = createKubeProxy(engine, {}, applier);
  t.deepEqual(await proxy.sync(traffic('a')), { changed: true });
  t.deepEqual(await proxy.sync(traffic('a')), { changed: false });
  await proxy.sync(traffic('b'));
  t.deepEqual(recorder.told, ['nothing to a', 'a to b']);
});

test('after a failure, or when told to forget, a sync starts from what the kernel holds', async (t) => {
  const { recorder, applier } = createRecorder();
  const proxy = createKubeProxy(engine, {}, applier);
  recorder.fail = true;
  await t.throwsAsync(proxy.sync(traffic('a')), { message: 'the kernel refused' });
  await proxy.sync(traffic('a'));
  await proxy.sync(traffic('b'));
  proxy.forget();
  await proxy.sync(traffic('b'));
  t.deepEqual(recorder.told, ['nothing to a', 'what is there to a', 'a to b', 'what is there to b']);
});

test('what is forgotten during a sync stays forgotten', async (t) => {
  const { recorder, applier } = createRecorder();
  const proxy = createKubeProxy(
    engine,
    {},
    {
      ...applier,
      async apply(change, next) {
        if (recorder.told.length === 0) proxy.forget();
        await applier.apply(change, next);
      },
    },
  );
  await proxy.sync(traffic('a'));
  await proxy.sync(traffic('a'));
  t.deepEqual(recorder.told, ['nothing to a', 'what is there to a']);
});

test('syncs asked for during a sync are joined, and a removal waits for them', async (t) => {
  const { recorder, applier } = createRecorder();
  const proxy = createKubeProxy(engine, {}, applier);
  const syncs = ['a', 'b', 'c'].map((name) => proxy.sync(traffic(name)));
  await proxy.remove();
  await Promise.all(syncs);
  t.deepEqual(recorder.told, ['nothing to a', 'a to c', 'removed']);
});

test('another mode is installed only when the old one is gone, also for syncs asked for meanwhile', async (t) => {
  const told: string[] = [];
  const node = new NodeProxy({ mode: 'old' }, ({ mode }) => {
    const applier: ProxyApplier<string, string> = {
      apply: async (change) => void told.push(`${mode}: ${change}`),
      remove: async () => void told.push(`${mode}: removed`),
    };
    return createKubeProxy(engine, {}, applier);
  });
  await node.sync(traffic('a'));
  const [, during] = [node.restart({ mode: 'new' }), node.sync(traffic('b'))];
  await during;
  t.deepEqual(told, ['old: nothing to a', 'old: removed', 'new: nothing to b']);
  t.deepEqual(node.setting, { mode: 'new' });
});

test('another setting of the same mode starts from what is there, once the old one has let go', async (t) => {
  const told: string[] = [];
  const node = new NodeProxy({ mode: 'ipvs', scheduler: 'rr' }, ({ scheduler }) => {
    const applier: ProxyApplier<string, string> = {
      apply: async (change) => void told.push(`${scheduler}: ${change}`),
      observe: async () => 'what is there',
      stop: () => void told.push(`${scheduler}: stopped`),
      remove: async () => void told.push(`${scheduler}: removed`),
    };
    return createKubeProxy(engine, {}, applier);
  });
  await node.sync(traffic('a'));
  await node.restart({ mode: 'ipvs', scheduler: 'lc' });
  await node.sync(traffic('a'));
  t.deepEqual(told, ['rr: nothing to a', 'rr: stopped', 'lc: what is there to a']);
});

test('a restart with the same setting removes nothing', async (t) => {
  const { recorder, applier } = createRecorder();
  const node = new NodeProxy({ mode: 'a' }, () => createKubeProxy(engine, {}, applier));
  await node.sync(traffic('a'));
  await node.restart({ mode: 'a' });
  await node.sync(traffic('a'));
  t.deepEqual(recorder.told, ['nothing to a', 'what is there to a']);
});

test('rules are lost when a sync failed, or when the applier misses them; nobody looks before the first sync', async (t) => {
  const { recorder, applier } = createRecorder();
  let taken = false;
  const proxy = createKubeProxy(engine, {}, { ...applier, isLost: async () => taken });
  t.false(await proxy.isLost());
  recorder.fail = true;
  await t.throwsAsync(proxy.sync(traffic('a')));
  t.true(await proxy.isLost());
  await proxy.sync(traffic('a'));
  t.false(await proxy.isLost());
  taken = true;
  t.true(await proxy.isLost());
});

test('what a sync changes while somebody looks is not lost', async (t) => {
  const { applier } = createRecorder();
  const proxy = createKubeProxy(
    engine,
    {},
    {
      ...applier,
      async isLost() {
        await proxy.sync(traffic('b'));
        return true;
      },
    },
  );
  await proxy.sync(traffic('a'));
  t.false(await proxy.isLost());
});

test('a node that misses rules writes everything with the next sync', async (t) => {
  const { recorder, applier } = createRecorder();
  const node = new NodeProxy({ mode: 'mode' }, () =>
    createKubeProxy(engine, {}, { ...applier, isLost: async () => true }),
  );
  await node.sync(traffic('a'));
  t.true(await node.missesRules());
  await node.sync(traffic('a'));
  t.deepEqual(recorder.told, ['nothing to a', 'what is there to a']);
});
