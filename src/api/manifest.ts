/**
 * Manifest text to objects that know their place: many documents, JSON or YAML, `List`s taken apart.
 *
 * Models what kubectl's resource builder and the API server's strict decoding do before validation, and says what is
 * wrong in their words. Defaults and validation come after (`default/`, `validate/`).
 * Differs: a manifest is refused as a whole, with all its problems; kubectl applies the documents that are well.
 */
import { type FieldError, required } from './field-error.js';
import { type PathStep, parseFieldPath } from './field-path.js';
import { checkFields, type FieldChecker, type FieldProblem } from './fields.js';
import { kindOf } from './kinds.js';
import { isEmulated } from './not-emulated.js';
import type { KubeObject } from './object.js';
import { fieldProblem, fileStart, type Located, objectText, type Position, type Problem } from './problem.js';
import { noMatchMessage, unknownKindHint } from './unknown-kind.js';
import { readYaml, type SourceDocument } from './yaml-source.js';

export interface ManifestDocument extends Located {
  /** As written, nulls left out, the namespace filled in; not yet defaulted. */
  object: KubeObject;
  /** Place among the file's objects, counted from 0, items of a `List` each by itself. */
  index: number;
  /**
   * Where a Kubernetes field path stands in the file; for a field that is not there the nearest one above it.
   * `undefined` only when nothing of the document has a place.
   */
  position(path: string): Position | undefined;
}

export interface ParsedManifests {
  /** Those without problems, in the order of the file. */
  documents: ManifestDocument[];
  problems: Problem[];
}

/** One object of the file before it is known to be one: a document, or an item of a `List`. */
interface Candidate {
  value: unknown;
  source: SourceDocument;
  /** Steps from the document to the candidate. */
  base: PathStep[];
}

/**
 * The objects of a manifest file.
 * @param file name for messages; nothing is read from it
 * @param check finds unknown fields and wrong types; by default against the schema of all built-in kinds
 */
export function parseManifests(text: string, file: string, check: FieldChecker = checkFields): ParsedManifests {
  const documents: ManifestDocument[] = [];
  const problems: Problem[] = [];
  for (const candidate of readYaml(text).flatMap(candidates)) {
    const result = readCandidate(candidate, file, documents.length, check);
    if (Array.isArray(result)) problems.push(...result);
    else if (result !== undefined) documents.push(result);
  }
  return { documents, problems };
}

/** `metadata.name` of kinds `List` and `XList` is not looked at: only their items count. */
function candidates(source: SourceDocument): Candidate[] {
  const { value } = source;
  if (!isRecord(value) || !isList(value)) return [{ value, source, base: [] }];
  return value.items.map((item, index) => ({ value: item, source, base: ['items', index] }));
}

function isList(value: Record<string, unknown>): value is Record<string, unknown> & { items: unknown[] } {
  return typeof value.kind === 'string' && value.kind.endsWith('List') && Array.isArray(value.items);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readCandidate(
  { value, source, base }: Candidate,
  file: string,
  index: number,
  check: FieldChecker,
): ManifestDocument | Problem[] | undefined {
  if (source.error !== undefined) {
    const { line, column, message } = source.error;
    return [{ file, line, column, reason: 'SyntaxError', message, hint: syntaxHint(message) }];
  }
  if (value === null || value === undefined) return undefined;
  const position = (path: string) => source.locate([...base, ...parseFieldPath(path)]);
  const typed = typeProblem(value);
  if (typed !== undefined) {
    const place = position(typed.reason === 'NoKindMatch' ? 'kind' : '');
    return [{ file, ...(place ?? fileStart), ...typed }];
  }
  const object = withNamespace(withoutNulls(value) as KubeObject);
  const located = { file, position };
  const problems = [
    ...check(object).map((problem) => decodeProblem(problem, object, located)),
    ...nameErrors(object).map((error) => fieldProblem(located, objectText(object), error)),
  ];
  return problems.length > 0 ? problems.sort(byPlace) : { object, file, index, position };
}

function byPlace(a: Position, b: Position): number {
  return a.line - b.line || a.column - b.column;
}

function syntaxHint(message: string): string | undefined {
  if (message.includes('tab character') || message.includes('cannot start any token'))
    return 'indent with spaces; a tab is not allowed';
  return message.includes('did not find expected key') ? 'lines of one level start in the same column' : undefined;
}

/** Not an object, or not one of a kind that is served. */
function typeProblem(value: unknown): Pick<Problem, 'reason' | 'message' | 'hint'> | undefined {
  if (!isRecord(value)) {
    const type = Array.isArray(value) ? 'array' : typeof value;
    const message = `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`;
    return { reason: 'BadRequest', message, hint: 'a manifest starts with "apiVersion:" and "kind:"' };
  }
  const { apiVersion, kind } = value;
  for (const [field, content] of [
    ['Kind', kind],
    ['apiVersion', apiVersion],
  ] as const) {
    if (typeof content !== 'string' || content === '') {
      return { reason: 'BadRequest', message: `Object '${field}' is missing in '${shortJson(value)}'` };
    }
  }
  const info = kindOf(String(apiVersion), String(kind));
  if (info !== undefined && isEmulated(info)) return undefined;
  const message = noMatchMessage(String(apiVersion), String(kind));
  return { reason: 'NoKindMatch', message, hint: unknownKindHint(String(apiVersion), String(kind)) };
}

/** Enough of an object to recognise it in one line. */
function shortJson(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Go's decoder takes `field:` without a value as not given. */
export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutNulls(item)]));
}

/** kubectl's default namespace for namespaced kinds; the server drops a namespace from the others. */
function withNamespace(object: KubeObject): KubeObject {
  const metadata: unknown = object.metadata ?? {};
  if (!isRecord(metadata)) return object;
  const { namespace, ...others } = metadata;
  const namespaced = kindOf(object.apiVersion, object.kind)?.namespaced ?? false;
  const kept = namespaced ? { ...others, namespace: namespace ?? 'default' } : others;
  return { ...object, metadata: kept as unknown as KubeObject['metadata'] };
}

function nameErrors({ metadata }: KubeObject): FieldError[] {
  if (!isRecord(metadata) || metadata.name || metadata.generateName) return [];
  return [required('metadata.name', 'name or generateName is required')];
}

function decodeProblem({ field, message, hint }: FieldProblem, object: KubeObject, source: Located): Problem {
  return {
    file: source.file,
    ...(source.position(field) ?? fileStart),
    object: objectText(object),
    field,
    reason: 'BadRequest',
    message: `${decodeText(object)}: ${message}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** `Service in version "v1" cannot be handled as a Service`. */
function decodeText({ apiVersion, kind }: KubeObject): string {
  const version = apiVersion.slice(apiVersion.lastIndexOf('/') + 1);
  return `${kind} in version "${version}" cannot be handled as a ${kind}`;
}
