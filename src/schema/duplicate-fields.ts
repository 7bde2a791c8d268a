/**
 * Finds members that occur twice in one JSON object: JSON.parse silently keeps the last, a strict API server refuses
 * them. Also the place where bodies that nest too deeply are refused.
 *
 * Models sigs.k8s.io/json strict mode: `duplicate field "spec.ports[0].port"`, once per path.
 */
import { StatusError } from '../api/status.js';

interface Level {
  path: string;
  /** Members seen; undefined inside an array. */
  names?: Set<string>;
  /** Member or element that the next value belongs to. */
  at: string;
  index: number;
  expectsName: boolean;
}

const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g;

const joined = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);

function placeOf(level: Level | undefined): string {
  if (!level) return '';
  return level.names ? joined(level.path, level.at) : `${level.path}[${level.index}]`;
}

function nameToken(level: Level, token: string, found: Set<string>): void {
  level.at = JSON.parse(token) as string;
  level.expectsName = false;
  if (level.names?.has(level.at)) found.add(`duplicate field "${joined(level.path, level.at)}"`);
  level.names?.add(level.at);
}

/**
 * Differs: Go's limit is 10,000 levels; recursion over objects would run out of stack here before that.
 */
const maxDepth = 1000;

/**
 * Messages for a text that is known to be valid JSON.
 * @throws StatusError BadRequest when it nests deeper than any walk over it could bear
 */
export function duplicateFields(json: string): string[] {
  const found = new Set<string>();
  const stack: Level[] = [];
  for (const [token] of json.matchAll(tokens)) {
    if (stack.length > maxDepth) throw new StatusError('BadRequest', 'exceeded max depth');
    const level = stack.at(-1);
    if (token === '{') stack.push({ path: placeOf(level), names: new Set(), at: '', index: 0, expectsName: true });
    else if (token === '[') stack.push({ path: placeOf(level), at: '', index: 0, expectsName: false });
    else if (token === '}' || token === ']') stack.pop();
    else if (token === ',' && level) {
      level.index += 1;
      level.expectsName = level.names !== undefined;
    } else if (token !== ':' && level?.expectsName) nameToken(level, token, found);
  }
  return [...found];
}
