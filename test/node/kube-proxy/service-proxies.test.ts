/** What a node's edge is told of: changes of what its rules carry, never of what they failed to carry. */
import test from 'ava';
import { createDesiredState } from '../../../src/cluster/desired.js';
import type { NodeTraffic } from '../../../src/model/traffic.js';
import { createServiceProxies } from '../../../src/node/kube-proxy/service-proxies.js';
import { createManualWorld } from '../../../src/world/manual-clock.js';

const names = ({ ports = [] }: Partial<NodeTraffic> = {}) => ports.map(({ traffic }) => traffic.name);

function cluster() {
  const desired = createDesiredState({ world: createManualWorld(1) });
  const told: [before: string[] | undefined, now: string[]][] = [];
  const kernel = { refuses: false };
  const node = {
    proxy: {
      async sync() {
        if (kernel.refuses) throw new Error('the kernel refused');
        return { changed: true };
      },
    },
    edge: {
      changed: async (traffic: NodeTraffic, previous: NodeTraffic | undefined) =>
        void told.push([previous && names(previous), names(traffic)]),
    },
  };
  const proxies = createServiceProxies(desired.registry, new Map([['k8s-node1', node]]));
  const add = (name: string) =>
    desired.apply([
      { file: name, text: `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {ports: [{port: 53}]}}` },
    ]);
  return { told, kernel, proxies, add };
}

test('a change of what the rules carry is told of with what they carried before', async (t) => {
  const { told, proxies, add } = cluster();
  await proxies.sync();
  add('a');
  await proxies.sync();
  const [[nothing, first = []] = [undefined, []], second] = told;
  t.is(nothing, undefined);
  t.deepEqual(second, [first, ['default/a', ...first].sort()]);
});

test('after a sync that failed, the next one that works still knows what was there before', async (t) => {
  const { told, kernel, proxies, add } = cluster();
  await proxies.sync();
  const before = told[0]?.[1] ?? [];
  kernel.refuses = true;
  add('a');
  await t.throwsAsync(proxies.sync(), { message: 'the kernel refused' });
  t.is(told.length, 1, 'nothing is told of rules that are not there');
  kernel.refuses = false;
  await proxies.sync();
  t.deepEqual(told[1], [before, ['default/a', ...before].sort()]);
});
