import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { StatusError } from '../../src/api/status.js';
import { configMap, keys, pod, service } from '../registry/lab.js';
import { deployment, key, openLab, type TestLab } from './lab.js';

const count = (lab: TestLab, kind: string, group = ''): number =>
  lab.registry.list(group, kind, { namespace: 'default' }).length;
const deploymentKey = key('Deployment', 'web', 'apps');

test('deleting in the background takes the whole tree after the owner', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 2));
  lab.run();
  lab.registry.delete(deploymentKey, { propagationPolicy: 'Background' });
  t.is(lab.registry.get(deploymentKey), undefined);
  lab.run();
  t.deepEqual([count(lab, 'ReplicaSet', 'apps'), count(lab, 'Pod')], [0, 0]);
});

test('deleting in the foreground keeps the owner until its dependents are gone', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 2));
  lab.run();
  lab.registry.delete(deploymentKey, { propagationPolicy: 'Foreground' });
  lab.settle();
  t.deepEqual(lab.registry.get(deploymentKey)?.metadata.finalizers, ['foregroundDeletion']);
  t.true(lab.pods().every(({ metadata }) => metadata.deletionTimestamp !== undefined));
  lab.run();
  t.deepEqual([count(lab, 'Deployment', 'apps'), count(lab, 'ReplicaSet', 'apps'), count(lab, 'Pod')], [0, 0, 0]);
});

test('orphaning leaves the dependents without an owner', (t) => {
  const lab = openLab();
  lab.registry.create(deployment('web', 2));
  lab.run();
  lab.registry.delete(deploymentKey, { propagationPolicy: 'Orphan' });
  lab.run();
  t.is(lab.registry.get(deploymentKey), undefined);
  const [set] = lab.registry.list('apps', 'ReplicaSet', { namespace: 'default' });
  t.is(set?.metadata.ownerReferences, undefined);
  t.is(count(lab, 'Pod'), 2);
  lab.registry.create(deployment('web', 2));
  lab.run();
  t.is(count(lab, 'Pod'), 2);
});

test('an object with two owners only loses the one that goes', (t) => {
  const lab = openLab();
  const [a, b] = ['a', 'b'].map((name) => lab.registry.create(configMap(name)));
  const references = [a, b].map((owner) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: owner?.metadata.name,
    uid: owner?.metadata.uid,
  }));
  const child = configMap('child');
  lab.registry.create({ ...child, metadata: { ...child.metadata, ownerReferences: references } } as KubeObject);
  lab.registry.delete(keys.configMap('a'));
  lab.settle();
  t.deepEqual(
    lab.registry.get(keys.configMap('child'))?.metadata.ownerReferences?.map(({ name }) => name),
    ['b'],
  );
  lab.registry.delete(keys.configMap('b'));
  lab.settle();
  t.is(lab.registry.get(keys.configMap('child')), undefined);
});

test('an owner of a kind that is not stored is taken as alive', (t) => {
  const lab = openLab();
  const child = configMap('child');
  const ownerReferences = [{ apiVersion: 'example.com/v1', kind: 'Thing', name: 'x', uid: 'u' }];
  lab.registry.create({ ...child, metadata: { ...child.metadata, ownerReferences } });
  lab.settle();
  t.truthy(lab.registry.get(keys.configMap('child')));
});

test('an owner made again under the same name is another owner', (t) => {
  const lab = openLab();
  const owner = lab.registry.create(configMap('owner'));
  const child = configMap('child');
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid ?? '' }];
  lab.registry.create({ ...child, metadata: { ...child.metadata, ownerReferences } });
  lab.registry.delete(keys.configMap('owner'));
  lab.registry.create(configMap('owner'));
  lab.settle();
  t.is(lab.registry.get(keys.configMap('child')), undefined);
});

test('a namespace is emptied, then gone, and takes nothing new meanwhile', (t) => {
  const lab = openLab();
  lab.registry.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  const inShop = pod('a', {}, { namespace: 'shop' });
  lab.registry.create(inShop);
  lab.registry.create(service('web', {}, 'shop'));
  lab.run();
  t.truthy(lab.registry.get({ group: '', kind: 'ServiceAccount', namespace: 'shop', name: 'default' }));
  const answer = lab.registry.delete(keys.namespace('shop'));
  t.truthy(answer.metadata.deletionTimestamp);
  t.like(answer.status, { phase: 'Terminating' });
  const error = t.throws(() => lab.registry.create(configMap('late', {}, 'shop')), { instanceOf: StatusError });
  t.is(
    error?.message,
    'configmaps "late" is forbidden: unable to create new content in namespace shop because it is being terminated',
  );
  lab.run();
  t.is(lab.registry.get(keys.namespace('shop')), undefined);
  t.deepEqual(
    lab.registry.kinds().flatMap(({ group, kind }) => lab.registry.list(group, kind, { namespace: 'shop' })),
    [],
  );
});

test('the namespaces that the cluster needs stay', (t) => {
  const lab = openLab();
  const error = t.throws(() => lab.registry.delete(keys.namespace('default')), { instanceOf: StatusError });
  t.is(error?.message, 'namespaces "default" is forbidden: this namespace may not be deleted');
  lab.registry.delete({ group: '', kind: 'ServiceAccount', namespace: 'default', name: 'default' });
  lab.settle();
  t.truthy(lab.registry.get({ group: '', kind: 'ServiceAccount', namespace: 'default', name: 'default' }));
});
