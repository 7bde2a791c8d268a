/**
 * OpenAPI v2: the document as an object, and as the protobuf that kubectl asks for.
 *
 * Every kubectl measured wants `/openapi/v2` as gnostic `openapi.v2.Document` in protobuf, none accepts JSON. Field
 * numbers: google/gnostic openapiv2/OpenAPIv2.proto, only those that clients read. kubectl 1.20 validates against the
 * definitions.
 * Differs: one `patch` and one `post` operation per kind and no others.
 */
import type { KindInfo } from '../registry/contract.js';
import type { Descriptions } from './descriptions.js';
import { collectionPath, type SchemaObject, schemasFor, servedKinds, writeParameters } from './openapi-schema.js';
import { bytesField, type Chunk, joinChunks } from './protobuf-wire.js';

/** The media type to answer with. The client asks with `@v1.0`; Go refuses to parse an `@` in an answer. */
export const openApiV2ContentType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

export interface OpenApiV2 {
  swagger: '2.0';
  info: { title: string; version: string };
  paths: Record<string, Record<string, SchemaObject>>;
  definitions: Record<string, SchemaObject>;
}

function operation(action: 'post' | 'patch', kind: unknown): SchemaObject {
  return {
    parameters: writeParameters.map(({ name, type }) => ({ in: 'query', name, type })),
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': kind,
  };
}

/** The whole document for the served kinds. `version` is the server's gitVersion. */
export function buildOpenApiV2(kinds: readonly KindInfo[], descriptions: Descriptions, version: string): OpenApiV2 {
  const served = servedKinds(kinds);
  const paths = served.flatMap(({ gvk, info }): [string, Record<string, SchemaObject>][] => [
    [collectionPath(gvk, info), { post: operation('post', gvk) }],
    [`${collectionPath(gvk, info)}/{name}`, { patch: operation('patch', gvk) }],
  ]);
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version },
    paths: Object.fromEntries(paths),
    definitions: schemasFor(
      served.map(({ gvk }) => gvk),
      descriptions,
      'v2',
    ),
  };
}

/** NamedAny{1 name, 2 Any{2 yaml}}: JSON is YAML. */
function extensions(number: number, object: SchemaObject): Chunk[] {
  return Object.entries(object)
    .filter(([name]) => name.startsWith('x-'))
    .map(([name, value]) =>
      bytesField(number, [bytesField(1, name), bytesField(2, [bytesField(2, JSON.stringify(value))])]),
    );
}

/** A map of names: NamedSchema, NamedPathItem and NamedResponseValue are all {1 name, 2 value}. */
function namedEntries<T>(number: number, record: Record<string, T>, encode: (value: T) => Chunk[]): Chunk[] {
  return Object.entries(record).map(([name, value]) =>
    bytesField(number, [bytesField(1, name), bytesField(2, encode(value))]),
  );
}

/**
 * Schema{1 $ref, 2 format, 4 description, 19 required, 21 additionalProperties, 22 type, 23 items, 25 properties, 31
 * x-*}.
 */
function encodeSchema(schema: SchemaObject): Chunk[] {
  const text = (number: number, value: unknown) => (typeof value === 'string' ? [bytesField(number, value)] : []);
  const nested = (number: number, value: unknown) =>
    value === undefined ? [] : [bytesField(number, [bytesField(1, encodeSchema(value as SchemaObject))])];
  const required = (schema.required ?? []) as string[];
  const properties = schema.properties as Record<string, SchemaObject> | undefined;
  return [
    ...text(1, schema.$ref),
    ...text(2, schema.format),
    ...text(4, schema.description),
    ...required.map((name) => bytesField(19, name)),
    ...nested(21, schema.additionalProperties),
    ...(schema.type === undefined ? [] : [bytesField(22, text(1, schema.type))]),
    ...nested(23, schema.items),
    ...(properties ? [bytesField(25, namedEntries(1, properties, encodeSchema))] : []),
    ...extensions(31, schema),
  ];
}

/** ParametersItem.1 → Parameter.2 → NonBodyParameter.3 → QueryParameterSubSchema{2 in, 4 name, 6 type}. */
function encodeParameter(parameter: { in: string; name: string; type: string }): Chunk[] {
  const query = [bytesField(2, parameter.in), bytesField(4, parameter.name), bytesField(6, parameter.type)];
  return [bytesField(1, [bytesField(2, [bytesField(3, query)])])];
}

/**
 * Operation{8 parameters, 9 responses, 13 x-*}; Responses{1 NamedResponseValue}; ResponseValue{1 Response{1
 * description}}.
 */
function encodeOperation(operation: SchemaObject): Chunk[] {
  const parameters = operation.parameters as Parameters<typeof encodeParameter>[0][];
  const responses = operation.responses as Record<string, { description: string }>;
  return [
    ...parameters.map((parameter) => bytesField(8, encodeParameter(parameter))),
    bytesField(
      9,
      namedEntries(1, responses, ({ description }) => [bytesField(1, [bytesField(1, description)])]),
    ),
    ...extensions(13, operation),
  ];
}

/** PathItem's field numbers. */
const operationNumbers: Record<string, number> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 };

function encodePathItem(item: Record<string, SchemaObject>): Chunk[] {
  return Object.entries(item).map(([verb, operation]) =>
    bytesField(operationNumbers[verb] ?? 0, encodeOperation(operation)),
  );
}

/** gnostic's Document{1 swagger, 2 info{1 title, 2 version}, 8 paths{2}, 9 definitions{1}}. */
export function encodeOpenApiV2({ swagger, info, paths, definitions }: OpenApiV2): Uint8Array {
  return joinChunks([
    bytesField(1, swagger),
    bytesField(2, [bytesField(1, info.title), bytesField(2, info.version)]),
    bytesField(8, namedEntries(2, paths, encodePathItem)),
    bytesField(9, namedEntries(1, definitions, encodeSchema)),
  ]);
}
