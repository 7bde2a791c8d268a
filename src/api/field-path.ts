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
