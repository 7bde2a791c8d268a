/**
 * Scenarios of kubernetes `test/e2e/network/{service,endpointslice}.go` that only exercise the API, each by its name.
 */
import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import type { Untyped } from '../../src/apiserver/contract.js';
import { startLab } from './harness.js';

const services = '/api/v1/namespaces/default/services';
const endpoints = '/api/v1/namespaces/default/endpoints';
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const merge = { 'Content-Type': 'application/merge-patch+json' };
const strategic = { 'Content-Type': 'application/strategic-merge-patch+json' };

const service = (name: string, labels: Record<string, string>, spec: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default', labels },
  spec: { ports: [{ port: 80, protocol: 'TCP' }], ...spec },
});

const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name).sort();

test('Services should find a service from listing all namespaces', async (t) => {
  const { call, put } = await startLab(t);
  put(service('kubernetes', {}));
  put({ ...service('other', {}), metadata: { name: 'other', namespace: 'kube-system' } });
  const { items } = (await call('GET', '/api/v1/services')).json();
  t.deepEqual(names(items), ['kubernetes', 'other']);
});

test('Services should test the lifecycle of an Endpoint', async (t) => {
  const { call } = await startLab(t);
  const labels = { 'test-endpoint-static': 'true' };
  const subsets = [{ addresses: [{ ip: '10.0.0.24' }], ports: [{ name: 'http', port: 80, protocol: 'TCP' }] }];
  const object = { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'testservice', labels }, subsets };
  t.is((await call('POST', endpoints, object)).code, 201);
  t.deepEqual(names((await call('GET', '/api/v1/endpoints?labelSelector=test-endpoint-static%3Dtrue')).json().items), [
    'testservice',
  ]);
  const updated = { ...object, metadata: { name: 'testservice', labels: { ...labels, 'test-service': 'updated' } } };
  t.is((await call('PUT', `${endpoints}/testservice`, updated)).code, 200);
  const change = { subsets: [{ addresses: [{ ip: '10.0.0.25' }], ports: [{ name: 'http-test', port: 8080 }] }] };
  const patched = (await call('PATCH', `${endpoints}/testservice`, change, strategic)).json();
  t.like(patched, {
    metadata: { labels: { 'test-service': 'updated' } },
    subsets: [{ addresses: [{ ip: '10.0.0.25' }] }],
  });
  t.is((await call('DELETE', `${endpoints}?labelSelector=test-endpoint-static%3Dtrue`)).code, 200);
  t.is((await call('GET', `${endpoints}/testservice`)).code, 404);
});

test('Services should complete a service status lifecycle', async (t) => {
  const { call, put } = await startLab(t);
  put(service('test-service', { 'test-service-static': 'true' }, { type: 'LoadBalancer' }));
  const status = `${services}/test-service/status`;
  t.deepEqual((await call('GET', status)).json().status, { loadBalancer: {} });
  const ingress = {
    metadata: { annotations: { patchedstatus: 'true' } },
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }] } },
  };
  const patched = (await call('PATCH', status, ingress, merge)).json();
  t.like(patched, {
    metadata: { annotations: { patchedstatus: 'true' } },
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.1', ipMode: 'VIP' }] } },
  });
  const condition = {
    type: 'StatusUpdate',
    status: 'True',
    reason: 'E2E',
    message: 'Set from e2e test',
    lastTransitionTime: '2024-01-01T00:00:00Z',
  };
  const next = { ...patched, status: { ...(patched.status as object), conditions: [condition] } };
  const updated = (await call('PUT', status, next)).json();
  t.like(updated.status as Untyped, { conditions: [{ type: 'StatusUpdate', status: 'True' }] });
  const labelled = (
    await call('PATCH', `${services}/test-service`, { metadata: { labels: { 'test-service': 'patched' } } }, strategic)
  ).json();
  t.like(labelled, {
    metadata: { labels: { 'test-service': 'patched' } },
    status: { conditions: [{ type: 'StatusUpdate' }] },
  });
  t.is((await call('DELETE', `${services}/test-service`)).code, 200);
});

test('Services should delete a collection of services', async (t) => {
  const { call, put } = await startLab(t);
  for (const [name, kept] of [
    ['svc-1', 'no'],
    ['svc-2', 'no'],
    ['svc-3', 'yes'],
  ] as const)
    put(service(`e2e-${name}`, { kept }));
  t.is((await call('DELETE', `${services}?labelSelector=kept%3Dno`)).code, 200);
  t.deepEqual(names((await call('GET', services)).json().items), ['e2e-svc-3']);
});

test('EndpointSlice should support creating EndpointSlice API operations', async (t) => {
  const { call } = await startLab(t);
  const labels = { 'special-label': 'e2e' };
  const object = (generateName: string) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { generateName, labels },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['1.2.3.4', '5.6.7.8'] }],
  });
  const made = [];
  for (const prefix of ['a-', 'b-', 'c-']) made.push((await call('POST', slices, object(prefix))).json());
  const [first] = made;
  const path = `${slices}/${first?.metadata.name}`;
  t.is((await call('GET', path)).json().metadata.uid, first?.metadata.uid);
  t.is((await call('GET', `${slices}?labelSelector=special-label%3De2e`)).json().items.length, 3);
  const patched = (await call('PATCH', path, { metadata: { annotations: { patched: 'true' } } }, merge)).json();
  t.like(patched, { metadata: { annotations: { patched: 'true' } } });
  const updated = { ...patched, metadata: { ...patched.metadata, annotations: { updated: 'true' } } };
  t.like((await call('PUT', path, updated)).json(), { metadata: { annotations: { updated: 'true' } } });
  t.is((await call('PUT', path, updated)).code, 409, 'written from an old version');
  t.is((await call('DELETE', path)).code, 200);
  t.is((await call('GET', path)).code, 404);
  t.is((await call('DELETE', `${slices}?labelSelector=special-label%3De2e`)).code, 200);
  t.is((await call('GET', `${slices}?labelSelector=special-label%3De2e`)).json().items.length, 0);
});
