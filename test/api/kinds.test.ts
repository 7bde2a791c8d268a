import test from 'ava';
import { apiVersionOf, builtinKinds, kindIn, kindOf, resourceOf, versionOf } from '../../src/api/kinds.js';

test('every kind, plural and short name names one thing', (t) => {
  for (const name of [
    builtinKinds.map(({ group, kind }) => `${group}/${kind}`),
    builtinKinds.map(({ group, plural }) => `${group}/${plural}`),
    builtinKinds.flatMap(({ shortNames }) => shortNames),
  ]) {
    t.deepEqual(
      name.filter((one, i) => name.indexOf(one) < i),
      [],
    );
  }
});

test('a kind is found in the versions that are served, and in no other', (t) => {
  t.is(kindOf('v1', 'Service')?.plural, 'services');
  t.is(kindOf('apps/v1', 'Deployment')?.plural, 'deployments');
  t.is(kindOf('metallb.io/v1beta1', 'BGPPeer')?.plural, 'bgppeers');
  t.is(kindOf('metallb.io/v1beta2', 'BGPPeer')?.plural, 'bgppeers');
  t.is(kindOf('gateway.networking.k8s.io/v1beta1', 'Gateway'), kindOf('gateway.networking.k8s.io/v1', 'Gateway'));
  for (const version of ['v2', 'apps/v1beta1', 'extensions/v1beta1', 'networking.k8s.io/v1beta1']) {
    t.is(kindOf(version, 'Ingress'), undefined);
    t.is(kindOf(version, 'Deployment'), undefined);
  }
});

test('a resource is found by group and plural', (t) => {
  t.is(resourceOf('', 'services')?.kind, 'Service');
  t.is(resourceOf('apps', 'deployments')?.kind, 'Deployment');
  t.is(resourceOf('apps', 'services'), undefined);
  t.is(kindIn('networking.k8s.io', 'Ingress')?.shortNames[0], 'ing');
});

test('what kubectl get all shows', (t) => {
  const shown = builtinKinds.filter(({ categories }) => categories.includes('all')).map(({ kind }) => kind);
  t.deepEqual(shown.sort(), [
    'CronJob',
    'DaemonSet',
    'Deployment',
    'HorizontalPodAutoscaler',
    'Job',
    'Pod',
    'ReplicaSet',
    'ReplicationController',
    'Service',
    'StatefulSet',
  ]);
});

test('apiVersion and its parts', (t) => {
  const service = kindIn('', 'Service');
  const deployment = kindIn('apps', 'Deployment');
  t.deepEqual([service && apiVersionOf(service), deployment && apiVersionOf(deployment)], ['v1', 'apps/v1']);
  t.deepEqual([versionOf('v1'), versionOf('apps/v1')], ['v1', 'v1']);
});
