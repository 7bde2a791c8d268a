/**
 * Comparing and freezing plain JSON data: stored objects are values that nobody may change behind the store's back.
 */

/** Freeze all the way down. Parts that are frozen already are taken as done, so shared structure costs nothing. */
export function deepFreeze<T>(value: T): T {
  if (value === null || typeof value !== 'object' || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}

/** Equal as JSON: key order does not matter, an undefined field is an absent one. */
export function deepEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') return false;
  if (Array.isArray(left) || Array.isArray(right)) return equalLists(left, right);
  return equalRecords(left as Record<string, unknown>, right as Record<string, unknown>);
}

function equalLists(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
  return left.every((item, index) => deepEqual(item, right[index]));
}

function equalRecords(left: Record<string, unknown>, right: Record<string, unknown>): boolean {
  for (const key of Object.keys(left)) if (!deepEqual(left[key], right[key])) return false;
  for (const key of Object.keys(right)) if (right[key] !== undefined && left[key] === undefined) return false;
  return true;
}
