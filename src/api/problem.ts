/**
 * What is wrong with an input file, and where: file, line, column, field, Kubernetes' words, and what to try next.
 *
 * Everything that refuses a manifest or a cluster configuration speaks in problems, so the CLI prints them in one way.
 */
import { type FieldError, groupKindText, renderFieldError } from './field-error.js';
import { goQuote } from './go-value.js';
import { groupOf, type KubeObject } from './object.js';

/** Line and column count from 1. */
export interface Position {
  line: number;
  column: number;
}

export interface Problem extends Position {
  file: string;
  /** `Service "web"`, when it is known which object it is. */
  object?: string;
  /** Kubernetes field path, when one field is to blame. */
  field?: string;
  /** Machine-readable: a cause reason (`FieldValueInvalid`), a status reason (`BadRequest`), `SyntaxError` or `NoKindMatch`. */
  reason: string;
  /** In Kubernetes' or kubectl's words. */
  message: string;
  /** What to try. */
  hint?: string;
}

/** One line: `web.yaml:12:5: Service "web" is invalid: spec.ports[0].port: Invalid value: 0: must be …`. */
export function renderProblem({ file, line, column, message, hint }: Problem): string {
  const place = `${file}:${line}:${column}`;
  return `${place}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
}

/** `Service "web"`, `Deployment.apps "web"`. */
export function objectText({ apiVersion, kind, metadata }: KubeObject): string {
  return `${groupKindText({ group: groupOf(apiVersion), kind })} ${goQuote(metadata.name ?? '')}`;
}

/** Whatever can say where in a file a field stands: a manifest document, a cluster configuration. */
export interface Located {
  file: string;
  position(path: string): Position | undefined;
}

/** The start of a file, for what has no place of its own. */
export const fileStart: Position = { line: 1, column: 1 };

/** One wrong field of a valid document, at its place. */
export function fieldProblem(source: Located, object: string, error: FieldError): Problem {
  const place = source.position(error.field) ?? fileStart;
  const message = `${object} is invalid: ${renderFieldError(error)}`;
  return { file: source.file, ...place, object, field: error.field, reason: error.reason, message };
}
