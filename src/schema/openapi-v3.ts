/**
 * OpenAPI v3: an index with content hashes and one document per group version, as `/openapi/v3` serves them.
 *
 * What kubectl reads in them: per kind a `patch` operation with x-kubernetes-group-version-kind and the query parameter
 * `fieldValidation` (then it leaves validation to the server) and `dryRun`; for `explain` the schemas and the kind of
 * a path.
 * Differs: operations carry no request and response bodies, and only the query parameters of writes.
 */
import { createHash } from 'node:crypto';
import type { KindInfo } from '../registry/contract.js';
import type { Descriptions } from './descriptions.js';
import { collectionPath, type SchemaObject, schemasFor, servedKinds, writeParameters } from './openapi-schema.js';
import type { GroupVersionKind } from './table.js';

export interface OpenApiV3Document {
  /** JSON text to serve. */
  body: string;
  /** Changes exactly when the text does; for the URL's `hash` and the ETag. */
  hash: string;
}

export interface OpenApiV3 {
  /** JSON text of `/openapi/v3`. */
  index: string;
  /** By the part of the path after `/openapi/v3/`: `api/v1`, `apis/apps/v1`. */
  documents: ReadonlyMap<string, OpenApiV3Document>;
}

type Action = 'list' | 'post' | 'get' | 'put' | 'patch' | 'delete';

function operation(action: Action, kind: GroupVersionKind): SchemaObject {
  const parameters = writeParameters.map(({ name, type }) => ({ name, in: 'query', schema: { type } }));
  const force = { name: 'force', in: 'query', schema: { type: 'boolean' } };
  const writes = action === 'post' || action === 'put' || action === 'patch';
  return {
    ...(writes && { parameters: action === 'patch' ? [...parameters, force] : parameters }),
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
  };
}

function pathsOf(kind: GroupVersionKind, info: KindInfo): [string, SchemaObject][] {
  const collection = collectionPath(kind, info);
  const actions = (names: Action[]) => Object.fromEntries(names.map((name) => [name, operation(name, kind)]));
  return [
    [collection, { get: operation('list', kind), post: operation('post', kind) }],
    [`${collection}/{name}`, actions(['get', 'put', 'patch', 'delete'])],
  ];
}

type Served = ReturnType<typeof servedKinds>[number];

function document(served: readonly Served[], version: string, descriptions: Descriptions): OpenApiV3Document {
  const kinds = served.map(({ gvk }) => gvk);
  const body = JSON.stringify({
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries(served.flatMap(({ gvk, info }) => pathsOf(gvk, info))),
    components: { schemas: schemasFor(kinds, descriptions, 'v3') },
  });
  return { body, hash: createHash('sha256').update(body).digest('hex').toUpperCase() };
}

const documentPath = ({ group, version }: GroupVersionKind) =>
  group === '' ? `api/${version}` : `apis/${group}/${version}`;

/**
 * Builds the index and all documents. `version` is the server's gitVersion. Cost: some 20 ms for the built-in kinds,
 * so build once per set of kinds.
 */
export function buildOpenApiV3(kinds: readonly KindInfo[], descriptions: Descriptions, version: string): OpenApiV3 {
  const groups = new Map<string, Served[]>();
  for (const served of servedKinds(kinds)) {
    const path = documentPath(served.gvk);
    groups.set(path, [...(groups.get(path) ?? []), served]);
  }
  const entries = [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  const documents = new Map(entries.map(([path, served]) => [path, document(served, version, descriptions)]));
  const paths = [...documents].map(([path, { hash }]) => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` },
  ]);
  return { index: JSON.stringify({ paths: Object.fromEntries(paths) }), documents };
}
