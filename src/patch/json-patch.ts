/**
 * JSON patch, RFC 6902, by the library fast-json-patch, with the words of the library that Kubernetes uses.
 *
 * Models apiserver handlers/patch.go jsonPatcher and evanphx/json-patch v4: operations run one by one, any failure
 * refuses all.
 * Differs: a real server hides the cause of a 422 behind "the server rejected our request due to an error in our
 * request"; here it is added.
 */
import jsonpatch from 'fast-json-patch';
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { isJsonObject } from './json.js';

/** Source: apiserver handlers/patch.go `maxJSONPatchOperations`. */
const maxOperations = 10_000;

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** evanphx/json-patch's sentence per operation, for a place that is not there. */
function missing({ op, path, from = '' }: Operation): string {
  const key = path.slice(path.lastIndexOf('/') + 1);
  switch (op) {
    case 'add':
      return `add operation does not apply: doc is missing path: "${path}": missing value`;
    case 'remove':
      return `error in remove for path: '${path}': Unable to remove nonexistent key: ${key}: missing value`;
    case 'replace':
      return `replace operation does not apply: doc is missing key: ${path}: missing value`;
    case 'test':
      return `testing value ${path} failed: test failed`;
    default:
      return `error in ${op} for path: '${from}': missing value`;
  }
}

const rejected = (cause: string) =>
  new StatusError('Invalid', `the server rejected our request due to an error in our request: ${cause}`);

function checkForm(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) {
    const kind = isJsonObject(patch) ? 'object' : typeof patch;
    throw new StatusError(
      'BadRequest',
      `error decoding patch: json: cannot unmarshal ${kind} into Go value of type jsonpatch.Patch`,
    );
  }
  if (patch.length > maxOperations) {
    const text = `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`;
    throw new StatusError('RequestEntityTooLarge', `Request entity too large: ${text}`);
  }
  return patch.map((operation) => {
    if (isJsonObject(operation) && typeof operation.op === 'string' && typeof operation.path === 'string') {
      return operation as unknown as Operation;
    }
    throw rejected(`Unexpected kind: ${isJsonObject(operation) ? String(operation.op ?? 'unknown') : 'unknown'}`);
  });
}

/**
 * A chain of copies doubles the document each time. Source: apiserver config.go sets AccumulatedCopySizeLimit to
 * MaxRequestBodyBytes.
 */
const copyLimit = 3 * 1024 * 1024;

function checkCopies(document: unknown, { op, from = '' }: Operation, copied: number): number {
  if (op !== 'copy') return copied;
  let value: unknown;
  try {
    value = jsonpatch.getValueByPointer(document, from);
  } catch {
    return copied;
  }
  const size = copied + (JSON.stringify(value)?.length ?? 0);
  if (size <= copyLimit) return size;
  throw rejected(`Unable to copy, the accumulated size increase of copy is ${size}, exceeding the limit ${copyLimit}`);
}

const known = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

function step(document: unknown, operation: Operation): unknown {
  if (!known.has(operation.op)) throw rejected(`Unexpected kind: ${operation.op}`);
  try {
    return jsonpatch.applyOperation(document, operation as jsonpatch.Operation, true, true).newDocument;
  } catch (error) {
    const name = error instanceof jsonpatch.JsonPatchError ? error.name : '';
    if (name === 'OPERATION_VALUE_REQUIRED')
      throw rejected(`${operation.op} operation does not apply: value is missing`);
    throw rejected(missing(operation));
  }
}

/**
 * The object after a JSON patch. Neither argument is changed.
 * @throws StatusError BadRequest when the patch is no list, RequestEntityTooLarge, Invalid when an operation does not
 * apply
 */
export function applyJsonPatch(current: KubeObject, patch: unknown): KubeObject {
  // The library puts the patch's own values into the document, so both are cloned.
  const operations = structuredClone(checkForm(patch));
  let document: unknown = structuredClone(current);
  let copied = 0;
  for (const operation of operations) {
    copied = checkCopies(document, operation, copied);
    document = step(document, operation);
  }
  return document as KubeObject;
}
