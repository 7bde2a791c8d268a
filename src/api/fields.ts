/**
 * Strict decoding of manifests: fields that a kind does not have and values of the wrong type, in the API server's
 * words, each with what was probably meant.
 *
 * The words come from `schema/decode.ts`; kinds without a schema have their metadata checked only.
 * Differs: every wrong field is told at once; the server stops at the first wrong type.
 */
import { decodeStrict } from '../schema/decode.js';
import { type Definition, definitionOf, fieldAt, kindOf, structOf } from '../schema/table.js';
import { follow, type PathStep, parseFieldPath } from './field-path.js';
import { goQuote } from './go-value.js';
import { nearest } from './nearest.js';
import type { KubeObject } from './object.js';

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

/** The checker that knows every built-in kind. */
export const checkFields: FieldChecker = (object) => {
  const { unknownFields, typeErrors } = decodeStrict(object);
  const definition = definitionOf(kindOf(object));
  return [
    ...unknownFields.map(({ field, message }) => {
      return { field, message: `strict decoding error: ${message}`, hint: similarField(definition, field) };
    }),
    ...typeErrors.map(({ field, message }) => ({ field, message, hint: typeHint(object, definition, field, message) })),
  ];
};

/** Field names from the top, list indices left out. */
function namesOf(field: string): string[] {
  return parseFieldPath(field).filter((step) => typeof step === 'string');
}

/** The struct that the last name of a path belongs to. */
function ownerOf(definition: Definition | undefined, names: readonly string[]): Definition | undefined {
  if (names.length <= 1) return definition;
  const field = fieldAt(definition, names.slice(0, -1));
  return field && structOf(field.type);
}

function similarField(definition: Definition | undefined, field: string): string | undefined {
  const names = namesOf(field);
  const owner = ownerOf(definition, names);
  const similar = owner && nearest(names.at(-1) ?? '', [...owner.fields.keys()]);
  return similar && `did you mean "${similar}"?`;
}

function typeHint(
  object: KubeObject,
  definition: Definition | undefined,
  field: string,
  message: string,
): string | undefined {
  return quoteHint(valueAt(object, field), message) ?? siblingHint(definition, namesOf(field), message);
}

function valueAt(object: KubeObject, field: string): unknown {
  const { reached, complete } = follow<unknown>(object, parseFieldPath(field), (value, step) => {
    return typeof value === 'object' && value !== null ? (value as Record<PathStep, unknown>)[step] : undefined;
  });
  return complete ? reached : undefined;
}

/** YAML takes `80` for a number and `"80"` for text, whatever was meant. */
function quoteHint(value: unknown, message: string): string | undefined {
  const wantsText = message.endsWith('of type string');
  if (wantsText && (typeof value === 'number' || typeof value === 'boolean')) {
    return `write it in quotes: ${goQuote(String(value))}`;
  }
  const wantsNumber = /of type u?int(32|64)$/.test(message);
  return wantsNumber && typeof value === 'string' && /^\d+$/.test(value)
    ? `write it without quotes: ${value}`
    : undefined;
}

/** In a map of labels: a list or an object that carries the name of a field beside the map was indented too far. */
function siblingHint(
  definition: Definition | undefined,
  names: readonly string[],
  message: string,
): string | undefined {
  const [key = '', map = ''] = [names.at(-1), names.at(-2)];
  const outer = names.slice(0, -1);
  const inMap = fieldAt(definition, outer)?.type.is === 'map' && /unmarshal (array|object) /.test(message);
  if (!inMap || !ownerOf(definition, outer)?.fields.has(key)) return undefined;
  return `"${key}" belongs beside "${map}", not inside it: indent it less`;
}
