import test from 'ava';
import { parsePath } from '../../src/apiserver/request-info.js';

const resource = (group: string, version: string, rest: Record<string, string>) => ({
  is: 'resource',
  path: { group, version, namespace: '', resource: '', name: '', subresource: '', ...rest },
});

/** Rows after apiserver `requestinfo_test.go`. */
const rows: [string, unknown][] = [
  ['/', { is: 'other', segments: [] }],
  ['/version', { is: 'other', segments: ['version'] }],
  ['/openapi/v3/apis/apps/v1', { is: 'other', segments: ['openapi', 'v3', 'apis', 'apps', 'v1'] }],
  ['/api', { is: 'groups', legacy: true }],
  ['/apis/', { is: 'groups', legacy: false }],
  ['/apis/apps', { is: 'group', group: 'apps' }],
  ['/api/v1', { is: 'version', group: '', version: 'v1' }],
  ['/apis/apps/v1/', { is: 'version', group: 'apps', version: 'v1' }],
  ['/api/v1/nodes', resource('', 'v1', { resource: 'nodes' })],
  ['/api/v1/nodes/n1/status', resource('', 'v1', { resource: 'nodes', name: 'n1', subresource: 'status' })],
  ['/api/v1/pods', resource('', 'v1', { resource: 'pods' })],
  ['/api/v1/namespaces', resource('', 'v1', { resource: 'namespaces' })],
  ['/api/v1/namespaces/a', resource('', 'v1', { resource: 'namespaces', name: 'a' })],
  ['/api/v1/namespaces/a/status', resource('', 'v1', { resource: 'namespaces', name: 'a', subresource: 'status' })],
  ['/api/v1/namespaces/a/finalize', resource('', 'v1', { resource: 'namespaces', name: 'a', subresource: 'finalize' })],
  ['/api/v1/namespaces/a/pods', resource('', 'v1', { namespace: 'a', resource: 'pods' })],
  [
    '/api/v1/namespaces/a/pods/p/log',
    resource('', 'v1', { namespace: 'a', resource: 'pods', name: 'p', subresource: 'log' }),
  ],
  [
    '/apis/apps/v1/namespaces/a/deployments/d/scale',
    resource('apps', 'v1', { namespace: 'a', resource: 'deployments', name: 'd', subresource: 'scale' }),
  ],
  ['/api/v1/namespaces/a/pods/a%2eb', resource('', 'v1', { namespace: 'a', resource: 'pods', name: 'a.b' })],
];

for (const [path, meaning] of rows) {
  test(`${path} is understood`, (t) => {
    t.deepEqual(parsePath(path) as unknown, meaning);
  });
}

for (const path of [
  '/api/v1/%',
  '/api/v1/namespaces/a/pods/b%2Fc',
  '/api/v1/pods/%00',
  '/api/v1/nodes/n/proxy/metrics',
  '/api/v1/namespaces/a/services/s/proxy/x',
]) {
  test(`${path} means nothing`, (t) => {
    t.is(parsePath(path), undefined);
  });
}
