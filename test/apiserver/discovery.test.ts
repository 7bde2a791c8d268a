import test from 'ava';
import { builtinKinds } from '../../src/api/kinds.js';
import { aggregated, groupList, groupOnly, resourceList } from '../../src/apiserver/discovery.js';

interface Entry {
  name: string;
  kind: string;
  verbs: string[];
  group?: string;
  version?: string;
  shortNames?: string[];
  categories?: string[];
  namespaced: boolean;
}

const entries = (group: string, version: string) =>
  (resourceList(builtinKinds, group, version)?.resources ?? []) as Entry[];
const entry = (group: string, version: string, name: string) =>
  entries(group, version).find((one) => one.name === name);

test('the core version lists resources with short names, categories and every verb', (t) => {
  t.deepEqual(entry('', 'v1', 'pods') as unknown, {
    name: 'pods',
    singularName: 'pod',
    namespaced: true,
    kind: 'Pod',
    verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    shortNames: ['po'],
    categories: ['all'],
  });
});

test('subresources of other kinds carry their group and version, as drain and scale need', (t) => {
  t.like(entry('', 'v1', 'pods/eviction'), { kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] });
  t.like(entry('apps', 'v1', 'deployments/scale'), { kind: 'Scale', group: 'autoscaling', version: 'v1' });
  t.like(entry('', 'v1', 'nodes/status'), { kind: 'Node', namespaced: false });
});

test('what the server does not serve is not listed', (t) => {
  t.is(entry('', 'v1', 'pods/proxy'), undefined);
  t.is(entry('', 'v1', 'services/proxy'), undefined);
  t.is(resourceList(builtinKinds, 'apps', 'v1beta1'), undefined);
  t.is(groupOnly(builtinKinds, 'metrics.k8s.io'), undefined);
});

test('reviews are listed although nothing of them is stored', (t) => {
  t.deepEqual(entry('authorization.k8s.io', 'v1', 'selfsubjectaccessreviews')?.verbs, ['create']);
  t.truthy(entry('authentication.k8s.io', 'v1', 'selfsubjectreviews'));
});

test('a group prefers its most stable, newest version', (t) => {
  t.like(groupOnly(builtinKinds, 'gateway.networking.k8s.io'), { preferredVersion: { version: 'v1' } });
  t.like(groupOnly(builtinKinds, 'autoscaling'), { preferredVersion: { groupVersion: 'autoscaling/v2' } });
  const names = (groupList(builtinKinds).groups as { name: string }[]).map(({ name }) => name);
  t.deepEqual(names, [...new Set(names)]);
  t.false(names.includes(''));
});

test('the aggregated form holds the same resources as the legacy one', (t) => {
  for (const form of ['v2', 'v2beta1'] as const) {
    const list = aggregated(builtinKinds, false, form) as {
      apiVersion: string;
      items: {
        metadata: { name: string };
        versions: { version: string; resources: { resource: string; subresources?: { subresource: string }[] }[] }[];
      }[];
    };
    t.is(list.apiVersion, `apidiscovery.k8s.io/${form}`);
    for (const { metadata, versions } of list.items) {
      for (const { version, resources } of versions) {
        const names = resources.flatMap(({ resource, subresources = [] }) => [
          resource,
          ...subresources.map(({ subresource }) => `${resource}/${subresource}`),
        ]);
        t.deepEqual(
          names.sort(),
          entries(metadata.name, version)
            .map(({ name }) => name)
            .sort(),
        );
      }
    }
  }
});
