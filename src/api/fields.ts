/**
 * Strict decoding: fields that a kind does not have, and values of the wrong type, in the API server's words.
 *
 * Models what `sigs.k8s.io/json` says when it decodes into Go structs with field validation `Strict`, the default of
 * kubectl since 1.25. Differs: every wrong field is told at once; the server stops at the first wrong type.
 */
import { checkedKinds, fieldTypes } from './field-types.js';
import { goQuote } from './go-value.js';
import { nearest } from './nearest.js';
import { groupOf, type KubeObject } from './object.js';

/** One field that cannot be decoded. */
export interface FieldProblem {
  /** Kubernetes field path. */
  field: string;
  /** `json: cannot unmarshal …` or `strict decoding error: unknown field "…"`. */
  message: string;
  hint?: string;
}

/** Whoever knows the schema of kinds: returns what cannot be decoded, nothing for kinds it does not know. */
export type FieldChecker = (object: KubeObject) => FieldProblem[];

/** Where the walk is. `goField` is the path as Go prints it: without indices and map keys. */
interface Place {
  path: string;
  struct: string;
  goField: string;
}

type Fields = ReadonlyMap<string, string>;

const structs: ReadonlyMap<string, Fields> = new Map(
  Object.entries(fieldTypes).map(([name, text]) => [name, new Map(text.split(' ').map(splitField))]),
);

function splitField(row: string): [string, string] {
  const colon = row.indexOf(':');
  return [row.slice(0, colon), row.slice(colon + 1)];
}

/** The checker for the kinds in `fieldTypes`. */
export const checkFields: FieldChecker = (object) => {
  const { apiVersion, kind, ...fields } = object;
  if (!checkedKinds.has(`${groupOf(apiVersion)}/${kind}`)) return [];
  return checkStruct(fields, kind, { path: '', struct: kind, goField: '' });
};

function checkStruct(value: object, struct: string, place: Place): FieldProblem[] {
  const fields = structs.get(struct) ?? new Map<string, string>();
  return Object.entries(value).flatMap(([name, item]) => {
    const path = join(place.path, name);
    const type = fields.get(name);
    if (type === undefined) return [unknownField(path, name, fields)];
    const problems = checkValue(item, type, { path, struct, goField: join(place.goField, name) });
    return problems.map((problem) => withSiblingHint(problem, path, name, fields));
  });
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function checkValue(value: unknown, type: string, place: Place): FieldProblem[] {
  if (value === null || value === undefined || type === 'any') return [];
  if (type.startsWith('[]')) return checkList(value, type, place);
  if (type === 'map[string]string') return checkMap(value, type, place);
  const struct = type.startsWith('v1.') ? type.slice(3) : '';
  if (structs.has(struct)) {
    return jsonType(value) === 'object' ? checkStruct(value as object, struct, place) : [wrongType(value, type, place)];
  }
  return fits(value, type) ? [] : [wrongType(value, type === 'intstr' ? 'int32' : type, place)];
}

function checkList(value: unknown, type: string, place: Place): FieldProblem[] {
  if (!Array.isArray(value)) return [wrongType(value, type, place)];
  return value.flatMap((item, index) => checkValue(item, type.slice(2), { ...place, path: `${place.path}[${index}]` }));
}

function checkMap(value: unknown, type: string, place: Place): FieldProblem[] {
  if (jsonType(value) !== 'object') return [wrongType(value, type, place)];
  return Object.entries(value as object).flatMap(([key, item]) =>
    checkValue(item, 'string', { ...place, path: `${place.path}[${key}]` }),
  );
}

function fits(value: unknown, type: string): boolean {
  if (type === 'bool') return typeof value === 'boolean';
  if (type === 'int32' || type === 'int64') return isInteger(value, type);
  if (type === 'intstr') return typeof value === 'string' || isInteger(value, 'int32');
  return typeof value === 'string';
}

function isInteger(value: unknown, type: 'int32' | 'int64'): boolean {
  const limit = type === 'int32' ? 2 ** 31 : Number.MAX_SAFE_INTEGER;
  return Number.isInteger(value) && Number(value) < limit && Number(value) >= -limit;
}

/** JSON's name for a value as Go's decoder prints it. */
function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

function wrongType(value: unknown, type: string, { path, struct, goField }: Place): FieldProblem {
  const numeric = type === 'int32' || type === 'int64';
  const shown = numeric && typeof value === 'number' ? `number ${value}` : jsonType(value);
  const message = `json: cannot unmarshal ${shown} into Go struct field ${struct}.${goField} of type ${type}`;
  const quoted = type === 'string' && (typeof value === 'number' || typeof value === 'boolean');
  const unquoted = numeric && typeof value === 'string' && /^\d+$/.test(value);
  if (quoted) return { field: path, message, hint: `write it in quotes: ${goQuote(String(value))}` };
  return unquoted ? { field: path, message, hint: `write it without quotes: ${value}` } : { field: path, message };
}

function unknownField(path: string, name: string, fields: Fields): FieldProblem {
  const message = `strict decoding error: unknown field "${path}"`;
  const similar = nearest(name, [...fields.keys()]);
  return similar === undefined
    ? { field: path, message }
    : { field: path, message, hint: `did you mean "${similar}"?` };
}

/** A list inside a map of labels that carries the name of a field beside the map was indented too far. */
function withSiblingHint(problem: FieldProblem, mapPath: string, mapName: string, fields: Fields): FieldProblem {
  if (problem.hint !== undefined || !problem.field.startsWith(`${mapPath}[`)) return problem;
  const key = problem.field.slice(mapPath.length + 1, -1);
  if (!fields.has(key) || fields.get(mapName) !== 'map[string]string') return problem;
  return { ...problem, hint: `"${key}" belongs beside "${mapName}", not inside it: indent it less` };
}
