/**
 * One request as handlers see it, and the kind it is about.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { KubeObject, ObjectKey } from '../api/object.js';
import type { KindInfo } from '../registry/contract.js';
import { notFound } from '../registry/refusal.js';
import type { Api } from './contract.js';
import type { Reply, StreamReply } from './reply.js';
import type { ResourcePath } from './request-info.js';

export interface ApiRequest {
  method: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Reads the body once. @throws StatusError RequestEntityTooLarge. */
  body(): Promise<Buffer>;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

/** A request for a stored kind. */
export interface ResourceRequest extends ApiRequest {
  kind: KindInfo;
  path: ResourcePath;
  /** `apps/v1`: the version in which the client speaks. */
  apiVersion: string;
}

export type Handler<R extends ApiRequest = ResourceRequest> = (
  api: Api,
  request: R,
) => Reply | StreamReply | Promise<Reply | StreamReply>;

export function keyOfPath({ kind, path }: ResourceRequest): ObjectKey {
  return { group: kind.group, kind: kind.kind, namespace: path.namespace, name: path.name };
}

/** The object that the path names. @throws StatusError NotFound. */
export function requireObjectAt(api: Api, request: ResourceRequest): KubeObject {
  const object = api.registry.get(keyOfPath(request));
  if (object === undefined) throw notFound(request.kind, request.path.name);
  return object;
}

/** `apps/v1` of the version in which the registry stores a kind. */
export function storedVersion({ group, versions: [version = ''] }: KindInfo): string {
  return group === '' ? version : `${group}/${version}`;
}
