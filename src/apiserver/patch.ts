/**
 * patch: strategic, merge and JSON patches, and server-side apply.
 *
 * Source: apiserver `pkg/endpoints/handlers/patch.go`. Everything between reading the live object and writing the patched
 * one is synchronous, so no other write comes between and no retry is needed.
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { decodePatched } from '../patch/decode-patched.js';
import { applyJsonPatch } from '../patch/json-patch.js';
import { applyMergePatch } from '../patch/merge-patch.js';
import { applyStrategicPatch } from '../patch/strategic.js';
import { notFound } from '../registry/refusal.js';
import { decodeRequest } from '../schema/decode.js';
import { duplicateFields } from '../schema/duplicate-fields.js';
import { kindOf } from '../schema/table.js';
import { answerObject } from './answer.js';
import { decodeText, type Parsed, parseJson, parseYaml, requireObject } from './body.js';
import type { Api, Untyped } from './contract.js';
import { inVersion } from './convert.js';
import { negotiate, parseMediaType } from './negotiate.js';
import { type WriteQuery, writeQuery } from './options.js';
import type { Reply } from './reply.js';
import { keyOfPath, type ResourceRequest, storedVersion } from './request.js';
import { fitToPath, managed, ownerOf, requireSameName, type Typed, updateOptionsOf } from './write.js';

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;

export type PatchType = (typeof patchTypes)[number];

export function patchTypeOf(contentType: string | undefined): PatchType {
  const { type } = parseMediaType(contentType ?? '');
  const found = patchTypes.find((one) => one === type);
  if (found !== undefined) return found;
  const message = `the body of the request was in an unknown format - accepted media types include: ${patchTypes.join(', ')}`;
  throw new StatusError('UnsupportedMediaType', message);
}

/** The patch as data. Apply patches may be YAML; kubectl sends JSON text, which is YAML too. */
export function parsePatch(type: PatchType, body: Buffer): Parsed {
  const text = decodeText(body);
  if (type === 'application/apply-patch+yaml' && !text.trimStart().startsWith('{')) return { value: parseYaml(text) };
  return { value: parseJson(text), json: text };
}

/** A patched copy of `live`; every form but apply. */
export function patched(type: PatchType, live: KubeObject, patch: unknown): KubeObject {
  if (type === 'application/json-patch+json') return applyJsonPatch(live, patch);
  if (type === 'application/merge-patch+json') return applyMergePatch(live, patch);
  return applyStrategicPatch(live, patch, kindOf(live));
}

interface PatchRequest {
  request: ResourceRequest;
  options: WriteQuery;
  type: PatchType;
  patch: unknown;
  /** Messages about fields that the patch names twice. */
  duplicates: readonly string[];
}

/** Live objects hold no unknown field, so whatever is unknown after the patch came with it. */
function patchLive(api: Api, all: PatchRequest, live: KubeObject): Reply {
  const { request, options, type, patch, duplicates } = all;
  const result = fitToPath(patched(type, inVersion(live, request.apiVersion), patch) as unknown as Untyped, request);
  requireSameName(result, request.path.name);
  const { object, warnings } = decodePatched(result, patch, options.validation, duplicates);
  const stored = inVersion(object, storedVersion(request.kind)) as unknown as KubeObject;
  const written = managed(api, request, stored, options, live);
  const updated = api.registry.update(written, updateOptionsOf(request, options));
  return { ...answerObject(api, request, updated), warnings };
}

/** The configuration must name what it applies to, unlike other patches. */
function configurationOf({ request, patch }: PatchRequest): Typed {
  const configuration = requireObject(patch);
  if (!configuration.apiVersion || !configuration.kind) {
    throw new StatusError('BadRequest', 'apiVersion and kind must be set in an apply patch');
  }
  const metadata = { name: request.path.name, ...(configuration.metadata as Untyped | undefined) };
  const fitted = fitToPath({ ...configuration, metadata }, request);
  requireSameName(fitted, request.path.name);
  return fitted;
}

function applyConfiguration(api: Api, all: PatchRequest, live: KubeObject | undefined): Reply {
  const { request, options } = all;
  if (!request.query.get('fieldManager')) {
    throw new StatusError(
      'BadRequest',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  }
  const { object, warnings } = decodeRequest(configurationOf(all), options.validation, all.duplicates);
  const { force, dryRun, fieldManager } = options;
  const shown = live && inVersion(live, request.apiVersion);
  const merged = api.fields.apply(shown, object, { ...ownerOf(api, request, options), force });
  const stored = inVersion(merged, storedVersion(request.kind));
  if (live === undefined) {
    const created = api.registry.create(stored, { dryRun, fieldManager });
    return { ...answerObject(api, request, created, 201), warnings };
  }
  const updated = api.registry.update(stored, updateOptionsOf(request, options));
  return { ...answerObject(api, request, updated), warnings };
}

/** PATCH on an object or its status. */
export async function patchObject(api: Api, request: ResourceRequest): Promise<Reply> {
  negotiate(request.headers.accept);
  const options = writeQuery(request.query, request.headers['user-agent'], 'PatchOptions');
  const type = patchTypeOf(request.headers['content-type']);
  const { value: patch, json } = parsePatch(type, await request.body());
  const duplicates = json === undefined || options.validation === 'Ignore' ? [] : duplicateFields(json);
  const all = { request, options, type, patch, duplicates };
  const live = api.registry.get(keyOfPath(request));
  if (type === 'application/apply-patch+yaml') return applyConfiguration(api, all, live);
  if (live === undefined) throw notFound(request.kind, request.path.name);
  return patchLive(api, all, live);
}
