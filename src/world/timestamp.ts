/**
 * RFC 3339 texts from milliseconds, shared by the real and the manual clock.
 * Source: apimachinery `metav1.Time` (seconds) and `metav1.MicroTime` (microseconds).
 */

/** `2024-05-01T09:30:00Z`. */
export function rfc3339(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** `2024-05-01T09:30:00.123000Z`; the lab's clock has milliseconds, so the last three digits are zero. */
export function rfc3339Micro(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}
