/**
 * The target of a request line: its query through the standard parser, its path as it was sent.
 */

/** Undefined when the target is no path. */
export function parseTarget(target: string | undefined): URL | undefined {
  if (!target?.startsWith('/')) return undefined;
  const url = `https://localhost${target}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

/** The path as sent: URL would resolve `..` and let one path pass for another. */
export function rawPath(target: string): string {
  const end = target.search(/[?#]/);
  return end < 0 ? target : target.slice(0, end);
}
