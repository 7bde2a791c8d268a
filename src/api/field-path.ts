/**
 * Kubernetes field paths as text: `spec.ports[0].nodePort`, `metadata.annotations[example.com/key]`.
 *
 * Source: apimachinery `pkg/util/validation/field/path.go`.
 */

/** One step down: a field name or map key (text), or a list index (number). */
export type PathStep = string | number;

/** The steps of a path. A key in brackets may hold dots and slashes; digits alone in brackets are an index. */
export function parseFieldPath(path: string): PathStep[] {
  const parts = path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? [];
  return parts.map((part) => {
    if (!part.startsWith('[')) return part;
    const inner = part.slice(1, -1);
    return /^\d+$/.test(inner) ? Number(inner) : inner;
  });
}

/**
 * Follows a path as far as it goes. A map key with dots (`labels.app.kubernetes.io/name`) is found by joining names.
 * @param child what is one step below, `undefined` when nothing is
 * @returns the deepest thing reached, and whether that is the end of the path
 */
export function follow<T>(
  root: T,
  steps: readonly PathStep[],
  child: (parent: T, step: PathStep) => T | undefined,
): { reached: T; complete: boolean } {
  if (steps.length === 0) return { reached: root, complete: true };
  for (let count = 1; count <= steps.length; count += 1) {
    const step = steps[0] as PathStep;
    const found = child(root, count === 1 ? step : steps.slice(0, count).join('.'));
    if (found !== undefined) return follow(found, steps.slice(count), child);
    if (typeof step === 'number') break;
  }
  return { reached: root, complete: false };
}
