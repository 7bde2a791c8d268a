/**
 * How Kubernetes divides an allocatable range: a low band for values chosen by hand, the rest for automatic ones.
 * Source: KEP-3070 (ClusterIP), KEP-3668 (NodePort); `registry/core/service/ipallocator`, `portallocator`.
 */

/** The low band of a range with `size` values: min(max(least, size/step), most), none when the range is tiny. */
export function bandOffset(size: number, step: number, least: number, most: number): number {
  if (size <= least) return 0;
  return Math.min(Math.max(least, Math.floor(size / step)), most);
}

/**
 * The first free value, looking from `start` through [offset, size) first and then through the low band [0, offset).
 * `start` counts inside the dynamic band. undefined = range is full.
 */
export function probe(
  size: number,
  offset: number,
  start: number,
  free: (index: number) => boolean,
): number | undefined {
  const dynamic = size - offset;
  for (let step = 0; step < dynamic; step += 1) {
    const index = offset + ((start + step) % dynamic);
    if (free(index)) return index;
  }
  for (let index = 0; index < offset; index += 1) if (free(index)) return index;
  return undefined;
}
