import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:tls';
import test from 'ava';
import type { KubeObject } from '../../src/api/object.js';
import { maxPending, WatchFeed } from '../../src/apiserver/watch-feed.js';
import { createManualClock } from '../../src/world/manual-clock.js';
import { startLab, token } from './harness.js';

interface Event {
  type: string;
  object: KubeObject & { code?: number; rows?: { cells: unknown[] }[]; columnDefinitions?: unknown[] };
}

const path = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', labels },
});
const key = (name: string) => ({ group: '', kind: 'ConfigMap', namespace: 'default', name });

/** Reads events one at a time. */
function events(response: IncomingMessage): () => Promise<Event | undefined> {
  let text = '';
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return async () => {
    for (;;) {
      const end = text.indexOf('\n');
      if (end >= 0) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        return JSON.parse(line) as Event;
      }
      const next = await chunks.next();
      if (next.done === true) return undefined;
      text += next.value.toString();
    }
  };
}

const brief = (event: Event | undefined) => event && `${event.type} ${event.object.metadata.name}`;

test('a watch from a list version gets only what came later, a DELETED with a newer version', async (t) => {
  const { registry, call, open } = await startLab(t);
  registry.create(configMap('a'));
  const { resourceVersion } = (await call('GET', path)).json().metadata;
  registry.create(configMap('b'));
  const response = await open(`${path}?watch=true&resourceVersion=${resourceVersion}`);
  const next = events(response);
  t.is(brief(await next()), 'ADDED b');
  const live = registry.update({ ...configMap('a'), data: { x: '1' } });
  t.is(brief(await next()), 'MODIFIED a');
  registry.delete(key('a'));
  const gone = await next();
  t.is(brief(gone), 'DELETED a');
  t.true(Number(gone?.object.metadata.resourceVersion) > Number(live.metadata.resourceVersion));
  response.destroy();
});

test('a watch without a version, or from 0, starts with what is there', async (t) => {
  const { registry, open } = await startLab(t);
  registry.create(configMap('a'));
  for (const query of ['watch=true', 'watch=1&resourceVersion=0']) {
    const response = await open(`${path}?${query}&fieldSelector=metadata.name%3Da`);
    t.is(brief(await events(response)()), 'ADDED a', query);
    response.destroy();
  }
});

test('an object that starts or stops to match a selector appears and disappears', async (t) => {
  const { registry, open } = await startLab(t);
  registry.create(configMap('a'));
  const response = await open(`${path}?watch=true&labelSelector=app%3Dweb`);
  const next = events(response);
  registry.update(configMap('a', { app: 'web' }));
  t.is(brief(await next()), 'ADDED a');
  registry.update(configMap('a', { app: 'web', x: 'y' }));
  t.is(brief(await next()), 'MODIFIED a');
  registry.update(configMap('a'));
  t.is(brief(await next()), 'DELETED a');
  registry.delete(key('a'));
  registry.create(configMap('b', { app: 'web' }));
  t.is(brief(await next()), 'ADDED b');
  response.destroy();
});

test('events come as Tables of one row to a client that asks for Tables', async (t) => {
  const { registry, open } = await startLab(t);
  const accept = { Accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
  const response = await open(`${path}?watch=true&fieldSelector=metadata.name%3Da`, accept);
  registry.create(configMap('a'));
  const event = await events(response)();
  t.is(event?.type, 'ADDED');
  t.deepEqual(event?.object.rows?.[0]?.cells.slice(0, 2), ['a', 0]);
  t.is(event?.object.columnDefinitions?.length, 3);
  response.destroy();
});

test('a version older than the event log is answered with 410 Expired', async (t) => {
  const { registry, call } = await startLab(t, { logSize: 5 });
  for (let index = 0; index < 20; index += 1) registry.create(configMap(`c${index}`));
  const expired = await call('GET', `${path}?watch=true&resourceVersion=1`);
  t.deepEqual([expired.code, expired.json().reason], [410, 'Expired']);
  t.is((await call('GET', `${path}?watch=true&resourceVersion=abc`)).code, 400);
});

test('timeoutSeconds ends a watch in good order', async (t) => {
  const { open, registry } = await startLab(t);
  registry.create(configMap('a'));
  const response = await open(`${path}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Da`);
  const next = events(response);
  t.is(brief(await next()), 'ADDED a');
  t.is(await next(), undefined);
  t.true(response.complete);
});

test('a streamed list ends with a bookmark that says so', async (t) => {
  const { registry, open } = await startLab(t);
  registry.create(configMap('a'));
  const query = 'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
  const response = await open(`${path}?${query}&fieldSelector=metadata.name%3Da`);
  const next = events(response);
  t.is(brief(await next()), 'ADDED a');
  const end = await next();
  t.is(end?.type, 'BOOKMARK');
  t.is(end?.object.metadata.annotations?.['k8s.io/initial-events-end'], 'true');
  t.is(end?.object.metadata.resourceVersion, `${registry.resourceVersion}`);
  response.destroy();
});

test('a client that never reads is cut off, and the others go on', async (t) => {
  const { registry, server, certificates, open } = await startLab(t);
  const stuck = connect({ port: server.port, host: '127.0.0.1', ca: certificates.ca, servername: 'localhost' });
  await once(stuck, 'secureConnect');
  stuck.write(`GET ${path}?watch=true HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  stuck.pause();
  const response = await open(`${path}?watch=true&labelSelector=last%3Dyes`);
  const big = 'x'.repeat(4000);
  // Written in one go: the stuck client's queue has no chance to drain.
  for (let index = 0; index <= maxPending + 100; index += 1) {
    registry.update({
      ...(index === 0 ? registry.create(configMap('a')) : configMap('a')),
      data: { n: `${index}`, big },
    });
  }
  stuck.on('error', () => undefined);
  stuck.resume();
  await once(stuck, 'close');
  registry.create(configMap('z', { last: 'yes' }));
  t.is(brief(await events(response)()), 'ADDED z');
  response.destroy();
});

test('a feed renders lines only when their turn comes, and none after its end', async (t) => {
  const feed = new WatchFeed();
  const written: string[] = [];
  const response = { write: (text: string) => written.push(text) > 0, destroy: () => undefined };
  let rendered = 0;
  for (let index = 0; index < 3; index += 1) {
    feed.push(() => {
      rendered += 1;
      return `${index}\n`;
    });
  }
  t.is(rendered, 0);
  feed.end();
  feed.push(() => 'late\n');
  await feed.pump(response as never, createManualClock(), new AbortController().signal);
  t.is(written.join(''), '0\n1\n2\n');
});
