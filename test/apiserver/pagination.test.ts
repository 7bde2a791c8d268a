import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { type Answer, startLab } from './harness.js';

const path = '/api/v1/namespaces/default/configmaps';
const map = (name: string, namespace = 'default'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels: { set: name < 'c' ? 'low' : 'high' } },
});
const names = (answer: Answer): string[] => answer.json().items.map(({ metadata }) => metadata.name);
const rest = (answer: Answer) => {
  const { continue: token = '', remainingItemCount } = answer.json().metadata as {
    continue?: string;
    remainingItemCount?: number;
  };
  return { token: encodeURIComponent(token), remainingItemCount };
};

test('a list comes in pages that belong together, whatever is written meanwhile', async (t) => {
  const { call, put, registry } = await startLab(t);
  for (const name of ['a', 'b', 'c', 'd', 'e']) put(map(name));
  const first = await call('GET', `${path}?limit=2`);
  t.deepEqual(names(first), ['a', 'b']);
  t.is(rest(first).remainingItemCount, 3);
  put(map('bb'));
  registry.delete({ group: '', kind: 'ConfigMap', namespace: 'default', name: 'c' });
  const second = await call('GET', `${path}?limit=2&continue=${rest(first).token}`);
  t.deepEqual(names(second), ['c', 'd'], 'as it was');
  t.is(second.json().metadata.resourceVersion, first.json().metadata.resourceVersion);
  const last = await call('GET', `${path}?limit=2&continue=${rest(second).token}`);
  t.deepEqual(names(last), ['e']);
  t.deepEqual(rest(last), { token: '', remainingItemCount: undefined });
});

test('with selectors nobody says how many are left; across namespaces the order is theirs', async (t) => {
  const { call, put } = await startLab(t);
  for (const name of ['a', 'b', 'c']) put(map(name));
  put(map('a', 'kube-system'));
  const chosen = await call('GET', `${path}?limit=1&labelSelector=set%3Dlow`);
  t.deepEqual(names(chosen), ['a']);
  t.true(rest(chosen).token.length > 0);
  t.is(rest(chosen).remainingItemCount, undefined);
  const all = await call('GET', '/api/v1/configmaps?limit=3');
  const more = await call('GET', `/api/v1/configmaps?limit=3&continue=${rest(all).token}`);
  t.deepEqual(
    more.json().items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ['kube-system/a'],
  );
});

test('a Table says what is left too', async (t) => {
  const { call, put } = await startLab(t);
  for (const name of ['a', 'b', 'c']) put(map(name));
  const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' };
  const table = await call('GET', `${path}?limit=1`, undefined, accept);
  t.is((table.json() as { rows?: unknown[] }).rows?.length, 1);
  t.is(rest(table).remainingItemCount, 2);
});

test('a list that is forgotten is expired, and its answer says how to go on all the same', async (t) => {
  const { call, put } = await startLab(t);
  for (const name of ['a', 'b', 'c']) put(map(name));
  const first = await call('GET', `${path}?limit=1`);
  for (let index = 0; index < 20; index++) {
    put(map(`z${index}`));
    await call('GET', `${path}?limit=1`);
  }
  const late = await call('GET', `${path}?limit=1&continue=${rest(first).token}`);
  t.is(late.code, 410);
  t.is(late.json().reason, 'Expired');
  t.regex(late.json().message as string, /^The provided continue parameter is too old to display a consistent list/);
  const again = await call('GET', `${path}?limit=2&continue=${rest(late).token}`);
  t.deepEqual(names(again), ['b', 'c']);
});

test('what is no token, no number, or a token with a version, is refused', async (t) => {
  const { call, put } = await startLab(t);
  for (const name of ['a', 'b']) put(map(name));
  const { token } = rest(await call('GET', `${path}?limit=1`));
  for (const [query, words] of [
    ['continue=xx', /^continue key is not valid: /],
    [`continue=${Buffer.from('{"v":"v0","rv":1,"start":"a"}').toString('base64url')}`, /does not recognize/],
    ['limit=many', /^strconv\.ParseInt: parsing "many": invalid syntax$/],
    [`continue=${token}&resourceVersion=5`, /^specifying resource version is not allowed when using continue$/],
  ] as const) {
    const answer = await call('GET', `${path}?${query}`);
    t.is(answer.code, 400, query);
    t.regex(answer.json().message as string, words);
  }
});
