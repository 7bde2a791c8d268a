/**
 * Lists in pages: `limit`, `continue` tokens, and what is left to come.
 *
 * Source: apiserver `pkg/storage/etcd3/store.go` GetList, `pkg/storage/continue.go`. A page shows the cluster as it was at the
 * first one; upstream reads that from etcd's history, here the rest of a list is kept for a while.
 * Differs: a list is forgotten when sixteen others were begun after it, not after five minutes.
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import type { ListResult } from '../registry/contract.js';

/** A part of a list, with what its metadata says of the rest. */
export interface Page extends ListResult {
  continue?: string;
  /** Absent with selectors, which leave it open how many will match. */
  remainingItemCount?: number;
}

export interface PageRequest {
  /** 0: all at once. */
  limit: number;
  /** The token of the page before; '' for the first one. */
  token: string;
  /** What is listed: a token is good for the same question only. */
  scope: string;
  selected: boolean;
}

interface Position {
  /** Version of the list; -1: whatever is there now. */
  rv: number;
  /** `NAMESPACE/NAME` of the first object that is still to come. */
  start: string;
}

const tokenVersion = 'meta.k8s.io/v1';
/** Lists that are kept for those who go on reading them. */
const mostLists = 16;

const expired =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

function encode({ rv, start }: Position): string {
  return Buffer.from(JSON.stringify({ v: tokenVersion, rv, start })).toString('base64url');
}

/** @throws StatusError BadRequest */
function decode(token: string): Position {
  const wrong = (why: string) => new StatusError('BadRequest', `continue key is not valid: ${why}`);
  const text = Buffer.from(token, 'base64url').toString();
  let value: { v?: unknown; rv?: unknown; start?: unknown } | null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw wrong((error as Error).message);
  }
  const { v, rv, start } = value ?? {};
  if (v !== tokenVersion) throw wrong('server does not recognize this encoded version');
  if (typeof rv !== 'number' || rv === 0)
    throw wrong('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof start !== 'string' || start === '') throw wrong('encoded start key empty (version meta.k8s.io/v1)');
  return { rv, start };
}

const keyOfItem = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

/** Lists are ordered by namespace, then by name. */
function isFrom(start: string, { metadata }: KubeObject): boolean {
  const slash = start.indexOf('/');
  const [namespace, name] = [start.slice(0, slash), start.slice(slash + 1)];
  const own = metadata.namespace ?? '';
  return own === namespace ? metadata.name >= name : own > namespace;
}

/** Number of objects asked for. @throws StatusError BadRequest */
export function limitOf(query: URLSearchParams): number {
  const text = query.get('limit') || '0';
  if (/^-?\d+$/.test(text)) return Math.max(0, Number(text));
  throw new StatusError('BadRequest', `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

export class ListPages {
  readonly #lists = new Map<string, ListResult>();

  /** @throws StatusError BadRequest for a token that is none, Expired for one whose list is gone, with another token */
  page(current: () => ListResult, request: PageRequest): Page {
    const { token, scope } = request;
    if (token === '') return this.#cut(current(), request);
    const { rv, start } = decode(token);
    const now = current();
    const known = rv < 0 || String(rv) === now.resourceVersion ? now : this.#lists.get(`${rv} ${scope}`);
    if (!known) throw new StatusError('Expired', expired, {}, { continue: encode({ rv: -1, start }) });
    return this.#cut(
      known,
      request,
      known.items.findIndex((item) => isFrom(start, item)),
    );
  }

  #cut(list: ListResult, { limit, scope, selected }: PageRequest, first = 0): Page {
    const { items, resourceVersion } = list;
    if (first < 0) return { items: [], resourceVersion };
    const end = limit === 0 ? items.length : first + limit;
    const next = items[end];
    const page = { items: items.slice(first, end), resourceVersion };
    if (!next) return page;
    this.#keep(`${resourceVersion} ${scope}`, list);
    const token = encode({ rv: Number(resourceVersion), start: keyOfItem(next) });
    return { ...page, continue: token, ...(selected ? {} : { remainingItemCount: items.length - end }) };
  }

  #keep(key: string, list: ListResult): void {
    this.#lists.delete(key);
    this.#lists.set(key, list);
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > mostLists && oldest !== undefined) this.#lists.delete(oldest);
  }
}
