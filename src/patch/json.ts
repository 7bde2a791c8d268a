/** JSON values as patches see them: plain data, null included. */

export type JsonObject = { [name: string]: unknown };

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const sameList = (left: readonly unknown[], right: readonly unknown[]) =>
  left.length === right.length && left.every((item, index) => jsonEqual(item, right[index]));

function sameObject(left: JsonObject, right: JsonObject): boolean {
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && jsonEqual(left[name], right[name]))
  );
}

/** Deep equality; the order of members does not matter, that of list elements does. */
export function jsonEqual(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) return Array.isArray(right) && sameList(left, right);
  return isJsonObject(left) && isJsonObject(right) && sameObject(left, right);
}
