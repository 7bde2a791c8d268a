/**
 * create, update, delete and deletecollection.
 *
 * Source: apiserver `pkg/endpoints/handlers/create.go`, `update.go`, `delete.go`.
 */
import { applyDefaults } from '../api/default/apply.js';
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import type { UpdateOptions } from '../registry/contract.js';
import { isCustomGroup } from '../schema/custom/table.js';
import { decodeRequest } from '../schema/decode.js';
import { duplicateFields } from '../schema/duplicate-fields.js';
import { answerList, answerObject } from './answer.js';
import { parseObject, requireObject } from './body.js';
import type { Api, Untyped, WriteOwner } from './contract.js';
import { inVersion } from './convert.js';
import { negotiate } from './negotiate.js';
import { deleteOptions, type WriteQuery, writeQuery } from './options.js';
import { listOptions } from './read.js';
import { objectReply, type Reply } from './reply.js';
import { keyOfPath, type ResourceRequest, requireObjectAt, storedVersion } from './request.js';

function metadataOf(object: Untyped): Untyped {
  const { metadata = {} } = object;
  if (typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)) return metadata as Untyped;
  throw new StatusError('BadRequest', 'metadata: the body carries no object there');
}

/** An object of which the type is known. */
export type Typed = Untyped & { apiVersion: string; kind: string };

/** Type, namespace and name must be the path's; what the body leaves out is taken from the path. */
export function fitToPath(object: Untyped, request: ResourceRequest): Typed {
  const { kind, path, apiVersion } = request;
  const given = { apiVersion: `${object.apiVersion || apiVersion}`, kind: `${object.kind || kind.kind}` };
  if (given.kind !== kind.kind) {
    const version = given.apiVersion.slice(given.apiVersion.indexOf('/') + 1);
    const message = `${given.kind} in version "${version}" cannot be handled as a ${kind.kind}: the path is for ${kind.plural}`;
    throw new StatusError('BadRequest', message);
  }
  if (given.apiVersion !== apiVersion) {
    const message = `the API version in the data (${given.apiVersion}) does not match the expected API version (${apiVersion})`;
    throw new StatusError('BadRequest', message);
  }
  const metadata = metadataOf(object);
  return { ...object, ...given, metadata: { ...metadata, ...placeOf(metadata, path.namespace) } };
}

function placeOf(metadata: Untyped, namespace: string): Untyped {
  if (metadata.namespace && metadata.namespace !== namespace) {
    const message = 'the namespace of the provided object does not match the namespace sent on the request';
    throw new StatusError('BadRequest', message);
  }
  return namespace === '' ? {} : { namespace };
}

export function requireSameName(object: Untyped, name: string): void {
  const given = metadataOf(object).name;
  if (given === name) return;
  if (given === undefined || given === '') throw new StatusError('BadRequest', 'name must be provided');
  const message = `the name of the object (${String(given)}) does not match the name on the URL (${name})`;
  throw new StatusError('BadRequest', message);
}

interface DecodedBody {
  object: KubeObject;
  warnings: string[];
}

/** A body to an object of the path's kind, pruned, in the version that is stored. */
async function decodedBody(request: ResourceRequest, options: WriteQuery): Promise<DecodedBody> {
  const { value, json } = parseObject(await request.body(), request.headers['content-type']);
  const duplicates = json === undefined || options.validation === 'Ignore' ? [] : duplicateFields(json);
  return decodeFitted(request, fitToPath(requireObject(value), request), options, duplicates);
}

/** Judges an object whose type already is the path's. */
function decodeFitted(
  request: ResourceRequest,
  fitted: Typed,
  { validation }: WriteQuery,
  duplicates: readonly string[] = [],
): DecodedBody {
  const { object, warnings } = decodeRequest(fitted, validation, duplicates);
  return { object: inVersion(object, storedVersion(request.kind)) as unknown as KubeObject, warnings };
}

/** Records who owns the written fields, defaults included, for server-side apply later on. */
export function managed(
  api: Api,
  request: ResourceRequest,
  written: KubeObject,
  options: WriteQuery,
  live?: KubeObject,
): KubeObject {
  return api.fields.manage(live, applyDefaults(written), ownerOf(api, request, options));
}

/** In whose name a request writes. */
export function ownerOf(api: Api, { apiVersion, path }: ResourceRequest, { fieldManager }: WriteQuery): WriteOwner {
  const owner = { manager: fieldManager, time: api.clock.timestamp(), apiVersion };
  return path.subresource === '' ? owner : { ...owner, subresource: path.subresource };
}

export async function createObject(api: Api, request: ResourceRequest): Promise<Reply> {
  negotiate(request.headers.accept);
  const options = writeQuery(request.query, request.headers['user-agent'], 'CreateOptions');
  if (request.kind.namespaced && request.path.namespace === '') {
    throw new StatusError('BadRequest', 'an empty namespace may not be set during creation');
  }
  const { object, warnings } = await decodedBody(request, options);
  const { dryRun, fieldManager } = options;
  const created = api.registry.create(managed(api, request, object, options), { dryRun, fieldManager });
  return { ...answerObject(api, request, created, 201), warnings };
}

export function updateOptionsOf(request: ResourceRequest, { dryRun, fieldManager }: WriteQuery): UpdateOptions {
  const { subresource } = request.path;
  const plain = { dryRun, fieldManager };
  if (subresource === 'status') return { ...plain, subresource, metadata: !isCustomGroup(request.kind.group) };
  return subresource === 'finalize' ? { ...plain, subresource } : plain;
}

/** PUT on an object or its status. */
export async function updateObject(api: Api, request: ResourceRequest): Promise<Reply> {
  negotiate(request.headers.accept);
  const options = writeQuery(request.query, request.headers['user-agent'], 'UpdateOptions');
  const { object, warnings } = await decodedBody(request, options);
  requireSameName(object as unknown as Untyped, request.path.name);
  const live = requireObjectAt(api, request);
  const written = managed(api, request, object, options, live);
  const updated = api.registry.update(written, updateOptionsOf(request, options));
  return { ...answerObject(api, request, updated), warnings };
}

/** DeleteOptions from a body that may be missing. */
async function deleteBody(request: ResourceRequest): Promise<Untyped> {
  const body = await request.body();
  return body.length === 0 ? {} : requireObject(parseObject(body, request.headers['content-type']).value);
}

/** Still there (grace period, finalizers): the object. Gone: a Status that names it. */
export async function deleteObject(api: Api, request: ResourceRequest): Promise<Reply> {
  const { encoding } = negotiate(request.headers.accept);
  const options = deleteOptions(await deleteBody(request), request.query);
  requireObjectAt(api, request);
  const object = api.registry.delete(keyOfPath(request), options);
  if (object.metadata.deletionTimestamp !== undefined) return answerObject(api, request, object);
  return objectReply(deletedStatus(request, object), 200, encoding);
}

function deletedStatus({ kind }: ResourceRequest, { metadata }: KubeObject): Record<string, unknown> {
  const group = kind.group === '' ? {} : { group: kind.group };
  const details = { name: metadata.name, ...group, kind: kind.plural, uid: metadata.uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

/** Deletes what the selectors find; answers with the objects as they were found. */
export async function deleteCollection(api: Api, request: ResourceRequest): Promise<Reply> {
  negotiate(request.headers.accept);
  const options = deleteOptions(await deleteBody(request), request.query);
  const found = api.registry.listWithVersion(request.kind, listOptions(request));
  for (const { metadata } of found.items) {
    const { group, kind } = request.kind;
    const key = { group, kind, namespace: metadata.namespace ?? '', name: metadata.name };
    if (api.registry.get(key) !== undefined) api.registry.delete(key, options);
  }
  return answerList(api, request, found);
}
