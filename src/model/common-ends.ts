/**
 * What two lists have in common at their ends. Plans of ten thousand Services differ in a few places from one change to
 * the next; whoever compares them looks at what lies between.
 */

/** Lengths of the equal start and, of the rest, of the equal end. */
export interface CommonEnds {
  readonly start: number;
  readonly end: number;
}

/** What lies between the equal ends, in both lists. */
export interface Middles<A, B> {
  readonly before: readonly A[];
  readonly after: readonly B[];
}

/** Default: items are equal when they are the same. */
function commonEnds<A, B>(
  before: readonly A[],
  after: readonly B[],
  equal: (a: A, b: B) => boolean = (a, b) => (a as unknown) === b,
): CommonEnds {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && equal(before[start] as A, after[start] as B)) start += 1;
  const left = most - start;
  let end = 0;
  while (end < left && equal(before[before.length - 1 - end] as A, after[after.length - 1 - end] as B)) end += 1;
  return { start, end };
}

/** The parts of two lists of objects that are not the same objects at both ends. */
export function middles<A, B>(
  before: readonly A[],
  after: readonly B[],
  equal?: (a: A, b: B) => boolean,
): Middles<A, B> {
  const { start, end } = commonEnds(before, after, equal);
  return { before: before.slice(start, before.length - end), after: after.slice(start, after.length - end) };
}

/** `make` for each of `after`, with what was made before for the items at the equal ends. */
export function mapKept<A, B>(
  made: readonly B[],
  after: readonly A[],
  isOf: (made: B, item: A) => boolean,
  make: (items: readonly A[], before: readonly B[]) => readonly B[],
): readonly B[] {
  const { start, end } = commonEnds(made, after, isOf);
  const [keptUntil, keptFrom] = [made.length - end, after.length - end];
  if (start === after.length && start === made.length) return made;
  const fresh = make(after.slice(start, keptFrom), made.slice(start, keptUntil));
  return [...made.slice(0, start), ...fresh, ...made.slice(keptUntil)];
}
