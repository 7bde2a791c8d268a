/**
 * watch: newline-delimited events of one kind from a resourceVersion on.
 *
 * Source: apiserver `pkg/endpoints/handlers/watch.go`; starting points as in "Semantics for watch"
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/). KEP-3157 for `sendInitialEvents`.
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import type { ChangeEvent, WatchEventType } from '../registry/contract.js';
import { shaper } from './answer.js';
import type { Api } from './contract.js';
import { negotiate } from './negotiate.js';
import { selection } from './read.js';
import type { StreamReply } from './reply.js';
import type { ResourceRequest } from './request.js';
import { WatchFeed } from './watch-feed.js';

/** How often a client that asked for bookmarks gets one, in milliseconds (apiserver: about once a minute). */
const bookmarkEvery = 60_000;

interface Watch {
  feed: WatchFeed;
  shape: (object: KubeObject) => unknown;
  matches: (object: KubeObject) => boolean;
}

/** An event as this watcher sees it: an object that starts to match its selector appears, one that stops disappears. */
function seenAs({ type, object, previous }: ChangeEvent, matches: Watch['matches']): WatchEventType | undefined {
  const now = type !== 'DELETED' && matches(object);
  const before = type !== 'ADDED' && matches(previous ?? object);
  if (now) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}

function startOf(query: URLSearchParams): number | undefined {
  const text = query.get('resourceVersion') ?? '';
  if (text === '' || text === '0') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new StatusError(
    'BadRequest',
    `Invalid value: "${text}": resourceVersion must be a number that a list returned`,
  );
}

/** Query integers: undefined when absent. @throws StatusError BadRequest. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new StatusError('BadRequest', `Invalid value: "${text}": ${name} must be a whole number, zero or more`);
}

function eventLine(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function bookmark(request: ResourceRequest, resourceVersion: number, annotations?: Record<string, string>): string {
  const metadata = {
    resourceVersion: `${resourceVersion}`,
    creationTimestamp: null,
    ...(annotations && { annotations }),
  };
  return eventLine('BOOKMARK', { kind: request.kind.kind, apiVersion: request.apiVersion, metadata });
}

/** The present state as ADDED events, closed by a marked bookmark for clients that stream their lists. */
function replayPresent(api: Api, request: ResourceRequest, watch: Watch): number {
  const { namespace } = request.path;
  const options = { where: watch.matches, ...(namespace === '' ? {} : { namespace }) };
  const { items, resourceVersion } = api.registry.listWithVersion(request.kind, options);
  for (const object of items) watch.feed.push(() => eventLine('ADDED', watch.shape(object)));
  const streamed = request.query.get('sendInitialEvents') === 'true' && wantsBookmarks(request);
  if (streamed) {
    const end = bookmark(request, Number(resourceVersion), { 'k8s.io/initial-events-end': 'true' });
    watch.feed.push(() => end);
  }
  return Number(resourceVersion);
}

function wantsBookmarks({ query }: ResourceRequest): boolean {
  const value = query.get('allowWatchBookmarks');
  return value === 'true' || value === '1';
}

/** Subscribes; throws Expired before anything is sent. */
function subscribe(api: Api, request: ResourceRequest, watch: Watch): () => void {
  const { kind, path } = request;
  const asked = startOf(request.query);
  const initial = asked === undefined || request.query.get('sendInitialEvents') === 'true';
  const from = initial ? replayPresent(api, request, watch) : asked;
  return api.registry.watch(from, (event) => {
    if (event.key.kind !== kind.kind || event.key.group !== kind.group) return;
    if (path.namespace !== '' && event.key.namespace !== path.namespace) return;
    const type = seenAs(event, watch.matches);
    if (type === undefined) return;
    watch.feed.push(() => eventLine(type, watch.shape(event.object)));
  });
}

/** Sends bookmarks until cancelled. */
function keepBookmarking(api: Api, request: ResourceRequest, feed: WatchFeed): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = api.clock.after(bookmarkEvery, () => {
      const line = bookmark(request, api.registry.resourceVersion);
      feed.push(() => line);
      next();
    });
  };
  next();
  return () => cancel();
}

/** @throws StatusError Expired (410) when the start is older than the event log. */
export function watchObjects(api: Api, request: ResourceRequest): StreamReply {
  const { shape: form } = negotiate(request.headers.accept);
  const seconds = wholeNumber(request.query, 'timeoutSeconds');
  const watch = {
    feed: new WatchFeed(),
    shape: shaper(api, request),
    matches: selection(request) ?? (() => true),
  };
  const unsubscribe = subscribe(api, request, watch);
  return {
    contentType: 'application/json',
    async run(response, signal) {
      const stop = seconds === undefined ? undefined : api.clock.after(seconds * 1000, () => watch.feed.end());
      const unmark =
        wantsBookmarks(request) && form === 'Object' ? keepBookmarking(api, request, watch.feed) : undefined;
      try {
        await watch.feed.pump(response, api.clock, signal);
      } finally {
        unsubscribe();
        stop?.();
        unmark?.();
      }
    },
  };
}
