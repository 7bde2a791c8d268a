import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { startLab } from './harness.js';

const services = '/api/v1/namespaces/default/services';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const pods = '/api/v1/namespaces/default/pods';

const web = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: { ports: [{ port: 80 }], selector: { app: 'web' } },
};

const deployment: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'dep', namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'dep' } },
    template: { metadata: { labels: { app: 'dep' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
};

const pod: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
};

const type = (name: string) => ({ 'Content-Type': `application/${name}` });
const merge = type('merge-patch+json');
const strategic = type('strategic-merge-patch+json');

test('a strategic patch merges ports by number, a merge patch replaces the list', async (t) => {
  const { call, put } = await startLab(t);
  put(web);
  const patch = {
    spec: {
      ports: [
        { port: 443, name: 'https' },
        { port: 80, name: 'http' },
      ],
    },
  };
  const merged = await call('PATCH', `${services}/web`, patch, strategic);
  t.is(merged.code, 200);
  t.deepEqual((merged.json().spec as { ports: { name: string }[] }).ports.map(({ name }) => name).sort(), [
    'http',
    'https',
  ]);
  const replaced = await call('PATCH', `${services}/web`, { spec: { ports: [{ port: 8080 }] } }, merge);
  t.is((replaced.json().spec as { ports: unknown[] }).ports.length, 1);
});

test('a patch of nothing answers 200 with the old resourceVersion', async (t) => {
  const { call, put } = await startLab(t);
  put(web);
  const { resourceVersion } = (await call('GET', `${services}/web`)).json().metadata;
  for (const header of [merge, strategic]) {
    const same = await call('PATCH', `${services}/web`, {}, header);
    t.deepEqual([same.code, same.json().metadata.resourceVersion], [200, resourceVersion]);
  }
});

test('a patch from a stale version is a Conflict, one that breaks the object is Invalid', async (t) => {
  const { call, put } = await startLab(t);
  put(web);
  const stale = await call(
    'PATCH',
    `${services}/web`,
    { metadata: { resourceVersion: '1', labels: { a: 'b' } } },
    merge,
  );
  t.deepEqual([stale.code, stale.json().reason], [409, 'Conflict']);
  const broken = await call('PATCH', `${services}/web`, { spec: { ports: [{ port: 99999 }] } }, merge);
  t.deepEqual([broken.code, broken.json().reason], [422, 'Invalid']);
  t.regex(
    `${broken.json().message}`,
    /spec\.ports\[0\]\.port: Invalid value: 99999: must be between 1 and 65535, inclusive/,
  );
  const odd = await call('PATCH', `${services}/web?fieldValidation=Strict`, { spec: { portz: 1 } }, merge);
  t.is(odd.code, 422);
  t.regex(`${odd.json().message}`, /unknown field "spec\.portz"/);
  t.is((await call('PATCH', `${services}/nope`, {}, merge)).code, 404);
  t.is((await call('PATCH', `${services}/web`, { metadata: { name: 'other' } }, merge)).code, 400);
});

test('a patch in a format that the kind does not take is 415 and names those it takes', async (t) => {
  const { call, put } = await startLab(t);
  put(web);
  const unknown = await call('PATCH', `${services}/web`, {}, type('json'));
  t.is(unknown.code, 415);
  t.regex(`${unknown.json().message}`, /application\/strategic-merge-patch\+json/);
  const pools = '/apis/metallb.io/v1beta1/namespaces/default/ipaddresspools';
  await call('POST', pools, { metadata: { name: 'pool' }, spec: { addresses: ['10.0.0.0/24'] } });
  t.is((await call('PATCH', `${pools}/pool`, {}, strategic)).code, 415);
  t.is((await call('PATCH', `${pools}/pool`, { spec: { autoAssign: false } }, merge)).code, 200);
});

test('a JSON patch applies its operations or is refused as a whole', async (t) => {
  const { call, put } = await startLab(t);
  put(web);
  const json = type('json-patch+json');
  const patched = await call(
    'PATCH',
    `${services}/web`,
    [{ op: 'replace', path: '/spec/selector', value: { app: 'x' } }],
    json,
  );
  t.deepEqual((patched.json().spec as { selector: unknown }).selector, { app: 'x' });
  const failed = await call('PATCH', `${services}/web`, [{ op: 'test', path: '/spec/type', value: 'NodePort' }], json);
  t.is(failed.code, 422);
});

test('server-side apply creates, keeps what others own and gives way to force only', async (t) => {
  const { call } = await startLab(t);
  const apply = (manager: string, ports: unknown[], more = '') =>
    call(
      'PATCH',
      `${services}/web?fieldManager=${manager}${more}`,
      { ...web, spec: { ...web.spec, ports } },
      type('apply-patch+yaml'),
    );
  t.is((await apply('one', [{ port: 80, protocol: 'TCP', name: 'a' }])).code, 201);
  t.is((await apply('one', [{ port: 80, protocol: 'TCP', name: 'a' }])).code, 200);
  const numbers = (answer: Awaited<ReturnType<typeof apply>>) =>
    (answer.json().spec as { ports: { port: number }[] }).ports.map(({ port }) => port);
  t.deepEqual(numbers(await apply('two', [{ port: 8080, protocol: 'TCP', name: 'b' }])), [80, 8080]);
  t.deepEqual(numbers(await apply('two', [{ port: 9090, protocol: 'TCP', name: 'b' }])), [80, 9090]);
  const theirs = [{ port: 80, protocol: 'TCP', name: 'mine' }];
  const conflict = await apply('two', theirs);
  t.deepEqual([conflict.code, conflict.json().reason], [409, 'Conflict']);
  t.deepEqual(numbers(await apply('two', theirs, '&force=true')), [80]);
  const nobody = await call('PATCH', `${services}/web`, web, type('apply-patch+yaml'));
  t.is(nobody.code, 400);
});

test('scale reads and writes replicas; a body without a type is JSON', async (t) => {
  const { call, put } = await startLab(t);
  put({ ...deployment, status: { replicas: 2 } });
  const scale = (await call('GET', `${deployments}/dep/scale`)).json();
  t.like(scale, {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    spec: { replicas: 2 },
    status: { selector: 'app=dep' },
  });
  const patched = await call('PATCH', `${deployments}/dep/scale`, { spec: { replicas: 5 } }, merge);
  t.deepEqual(patched.json().spec, { replicas: 5 });
  const current = (await call('GET', `${deployments}/dep/scale`)).text;
  const put3 = await call('PUT', `${deployments}/dep/scale`, current.replace('"replicas":5', '"replicas":3'));
  t.deepEqual([put3.code, put3.json().spec], [200, { replicas: 3 }]);
  t.is((await call('PUT', `${deployments}/dep/scale`, current)).code, 409, 'a stale Scale is a conflict');
  for (const replicas of [-1, 1.5, '3', 2 ** 31]) {
    const refused = await call('PATCH', `${deployments}/dep/scale`, { spec: { replicas } }, merge);
    t.deepEqual([refused.code, refused.json().reason], [422, 'Invalid'], `${replicas}`);
  }
  t.is((await call('GET', `${deployments}/dep`)).json().metadata.generation, 3);
});

test('status is written through its subresource only', async (t) => {
  const { call, put } = await startLab(t);
  put(deployment);
  const through = await call('PATCH', `${deployments}/dep/status`, { status: { replicas: 7 } }, merge);
  t.like(through.json(), { status: { replicas: 7 }, spec: { replicas: 2 } });
  const past = await call('PATCH', `${deployments}/dep`, { status: { replicas: 9 } }, merge);
  t.like(past.json(), { status: { replicas: 7 } });
});

test('a dry run answers with the defaulted object and stores nothing', async (t) => {
  const { call, put } = await startLab(t);
  const dry = await call('POST', `${services}?dryRun=All`, web);
  t.is(dry.code, 201);
  t.like(dry.json(), { spec: { type: 'ClusterIP', sessionAffinity: 'None' } });
  t.is((await call('GET', `${services}/web`)).code, 404);
  put(web);
  await call('PATCH', `${services}/web?dryRun=All`, { metadata: { labels: { a: 'b' } } }, merge);
  await call('DELETE', `${services}/web`, { dryRun: ['All'] });
  t.is((await call('GET', `${services}/web`)).json().metadata.labels, undefined);
});

test('a pod is kept for its grace period and answered as the object; without one it is gone', async (t) => {
  const { call, put } = await startLab(t);
  const scheduled = { ...pod, spec: { ...(pod.spec as object), nodeName: 'k8s-node1' } };
  put(scheduled);
  const marked = await call('DELETE', `${pods}/p`);
  t.truthy(marked.json().metadata.deletionTimestamp);
  t.is((await call('GET', `${pods}/p`)).code, 200);
  await call('DELETE', `${pods}/p`, { gracePeriodSeconds: 0 });
  t.is((await call('GET', `${pods}/p`)).code, 404);
});

test('preconditions of a delete are kept', async (t) => {
  const { call, put } = await startLab(t);
  const { uid } = put(web).metadata;
  const refused = await call('DELETE', `${services}/web`, { preconditions: { uid: 'other' } });
  t.is(refused.code, 409);
  t.is((await call('DELETE', `${services}/web`, { preconditions: { uid } })).code, 200);
  for (const body of [{ propagationPolicy: 'Maybe' }, { dryRun: ['Some'] }]) {
    t.is((await call('DELETE', `${services}/web`, body)).code, 422);
  }
  t.is((await call('DELETE', `${services}/web`, { gracePeriodSeconds: 'x' })).code, 400);
});

test('a collection is deleted by selector', async (t) => {
  const { call, put } = await startLab(t);
  for (const [name, app] of [
    ['a', 'x'],
    ['b', 'x'],
    ['c', 'y'],
  ]) {
    put({ ...web, metadata: { name: `${name}`, namespace: 'default', labels: { app: `${app}` } } });
  }
  const found = await call('DELETE', `${services}?labelSelector=app%3Dx`);
  t.deepEqual(
    found.json().items.map(({ metadata }) => metadata.name),
    ['a', 'b'],
  );
  const left = (await call('GET', services)).json().items.map(({ metadata }) => metadata.name);
  t.deepEqual(left, ['c']);
});

test('an eviction deletes the pod as drain expects', async (t) => {
  const { call, put } = await startLab(t);
  put(pod);
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'p', namespace: 'default' },
    deleteOptions: { gracePeriodSeconds: 0 },
  };
  const answer = await call('POST', `${pods}/p/eviction`, eviction);
  t.deepEqual([answer.code, answer.json().status], [201, 'Success']);
  t.is((await call('GET', `${pods}/p`)).code, 404);
  t.is((await call('POST', `${pods}/p/eviction`, eviction)).code, 404);
});

test('a binding sends a pod to its node once', async (t) => {
  const { call, put } = await startLab(t);
  put(pod);
  const binding = {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'p' },
    target: { kind: 'Node', name: 'k8s-node1' },
  };
  t.is((await call('POST', `${pods}/p/binding`, binding)).code, 201);
  t.like((await call('GET', `${pods}/p`)).json(), { spec: { nodeName: 'k8s-node1' } });
  const again = await call('POST', '/api/v1/namespaces/default/bindings', binding);
  t.deepEqual([again.code, again.json().reason], [409, 'Conflict']);
  t.is((await call('POST', `${pods}/p/binding`, {})).code, 400);
});

test('whoever has the token is the administrator and may do everything', async (t) => {
  const { call } = await startLab(t);
  const may = await call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    spec: { resourceAttributes: { verb: 'create' } },
  });
  t.deepEqual([may.code, may.json().status], [201, { allowed: true }]);
  const who = await call('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
  t.like(who.json(), { status: { userInfo: { username: 'kubernetes-admin' } } });
  const refused = await call('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', {});
  t.deepEqual([refused.code, refused.json().reason], [400, 'BadRequest']);
});

test('OpenAPI v2 is protobuf without an @ in its type; v3 documents may be kept under their hash', async (t) => {
  const { call } = await startLab(t);
  const v2 = await call('GET', '/openapi/v2', undefined, {
    Accept: 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf',
  });
  t.is(v2.headers['content-type'], 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf');
  const index = (await call('GET', '/openapi/v3')).json() as never as {
    paths: Record<string, { serverRelativeURL: string }>;
  };
  const url = index.paths['api/v1']?.serverRelativeURL ?? '';
  const document = await call('GET', url);
  t.is(document.headers['cache-control'], 'public, immutable');
  t.truthy(document.headers.etag);
  t.not((await call('GET', '/openapi/v3/api/v1')).headers['cache-control'], 'public, immutable');
  t.is((await call('GET', '/openapi/v3/apis/nope/v1')).code, 404);
});
