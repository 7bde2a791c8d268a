/**
 * From method and path to a handler. Every way out is an answer or a StatusError.
 */
import { StatusError } from '../api/status.js';
import type { KindInfo } from '../registry/contract.js';
import { parseObject, requireObject } from './body.js';
import type { Api } from './contract.js';
import { aggregated, groupList, groupOnly, legacyVersions, resourceList } from './discovery.js';
import { readLogs } from './logs.js';
import { negotiateDiscovery } from './negotiate.js';
import { patchObject } from './patch.js';
import { plainPath } from './plain-paths.js';
import { bindPod, evictPod, refuseToken } from './pod-actions.js';
import { getObject, listObjects } from './read.js';
import { objectReply, type Reply, type StreamReply } from './reply.js';
import type { ApiRequest, Handler, ResourceRequest } from './request.js';
import { parsePath, type RequestPath, type ResourcePath } from './request-info.js';
import { subresourceOf, virtualResources } from './resources.js';
import { answerReview } from './reviews.js';
import { getScale, patchScale, updateScale } from './scale.js';
import { watchObjects } from './watch.js';
import { createObject, deleteCollection, deleteObject, updateObject } from './write.js';

/** What an unknown path gets; kubectl knows these words. */
export function unknownPath(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource');
}

function wrongMethod(): StatusError {
  return new StatusError('MethodNotAllowed', 'the server does not allow this method on the requested resource');
}

type Methods = Readonly<Record<string, Handler>>;

function isTrue(text: string | null): boolean {
  return text === 'true' || text === '1';
}

const collectionMethods: Methods = {
  GET: (api, request) => (isTrue(request.query.get('watch')) ? watchObjects(api, request) : listObjects(api, request)),
  POST: createObject,
  DELETE: deleteCollection,
};

const objectMethods: Methods = { GET: getObject, PUT: updateObject, PATCH: patchObject, DELETE: deleteObject };

/** exec, attach and portforward are served only to clients that upgrade the connection. */
const needsUpgrade: Handler = () => {
  throw new StatusError('BadRequest', 'Upgrade request required');
};

const subresourceMethods: Readonly<Record<string, Methods>> = {
  attach: { GET: needsUpgrade, POST: needsUpgrade },
  binding: { POST: bindPod },
  eviction: { POST: evictPod },
  exec: { GET: needsUpgrade, POST: needsUpgrade },
  finalize: { PUT: updateObject },
  log: { GET: readLogs },
  portforward: { GET: needsUpgrade, POST: needsUpgrade },
  scale: { GET: getScale, PUT: updateScale, PATCH: patchScale },
  status: { GET: getObject, PUT: updateObject, PATCH: patchObject },
  token: { POST: refuseToken },
};

function methodsOf(kind: KindInfo, { name, subresource }: ResourcePath): Methods {
  if (name === '') return collectionMethods;
  if (subresource === '') return objectMethods;
  const methods = subresourceOf(kind, subresource) && subresourceMethods[subresource];
  if (methods === undefined) throw unknownPath();
  return methods;
}

/** Cluster-scoped kinds live in no namespace; objects of the others have one in their path. */
function checkScope({ namespaced }: KindInfo, { namespace, name }: ResourcePath): void {
  if (namespaced ? namespace === '' && name !== '' : namespace !== '') throw unknownPath();
}

/** The kind and path of a resource request. @throws StatusError NotFound. */
export function resourceRequest(api: Api, request: ApiRequest, path: ResourcePath): ResourceRequest {
  const kind = api.resource(path.group, path.version, path.resource);
  if (kind === undefined) throw unknownPath();
  checkScope(kind, path);
  const apiVersion = path.group === '' ? path.version : `${path.group}/${path.version}`;
  return { ...request, kind, path, apiVersion };
}

/** `POST /api/v1/namespaces/N/bindings` means the binding of the pod that the body names. */
async function postBinding(api: Api, request: ApiRequest, path: ResourcePath): Promise<Reply> {
  const body = await request.body();
  const { value } = parseObject(body, request.headers['content-type']);
  const { name = '' } = (requireObject(value).metadata ?? {}) as { name?: string };
  const pod = { ...path, resource: 'pods', name, subresource: 'binding' };
  return bindPod(api, resourceRequest(api, { ...request, body: async () => body }, pod));
}

function virtualRequest(api: Api, request: ApiRequest, path: ResourcePath): Promise<Reply> | undefined {
  const found = virtualResources.find(
    ({ group, version, plural }) => group === path.group && version === path.version && plural === path.resource,
  );
  if (found === undefined || path.name !== '') return undefined;
  if (request.method !== 'POST') throw wrongMethod();
  return found.kind === 'Binding' ? postBinding(api, request, path) : answerReview(request, found);
}

function routeResource(api: Api, request: ApiRequest, path: ResourcePath): ReturnType<Handler> {
  const virtual = virtualRequest(api, request, path);
  if (virtual !== undefined) return virtual;
  const resource = resourceRequest(api, request, path);
  const methods = methodsOf(resource.kind, path);
  const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
  if (handler === undefined) throw wrongMethod();
  return handler(api, resource);
}

function discovery(api: Api, request: ApiRequest, path: RequestPath & { is: 'groups' }): Reply {
  const kinds = api.registry.kinds();
  const form = negotiateDiscovery(request.headers.accept);
  if (form === undefined) return objectReply(path.legacy ? legacyVersions() : groupList(kinds));
  const contentType = `application/json;g=apidiscovery.k8s.io;v=${form};as=APIGroupDiscoveryList`;
  return { ...objectReply(aggregated(kinds, path.legacy, form)), contentType, headers: { Vary: 'Accept' } };
}

async function routeRead(
  api: Api,
  request: ApiRequest,
  path: Exclude<RequestPath, { is: 'resource' }>,
): Promise<Reply | undefined> {
  if (path.is === 'other') return plainPath(api, request, path.segments);
  if (path.is === 'groups') return discovery(api, request, path);
  const kinds = api.registry.kinds();
  const document = path.is === 'group' ? groupOnly(kinds, path.group) : resourceList(kinds, path.group, path.version);
  return document && objectReply(document);
}

/** @throws StatusError for everything that is no success. */
export async function route(api: Api, request: ApiRequest, pathname: string): Promise<Reply | StreamReply> {
  const path = parsePath(pathname);
  if (path === undefined) throw unknownPath();
  if (path.is === 'resource') return routeResource(api, request, path.path);
  const reply = await routeRead(api, request, path);
  if (reply === undefined) throw unknownPath();
  if (request.method !== 'GET') throw wrongMethod();
  return reply;
}
