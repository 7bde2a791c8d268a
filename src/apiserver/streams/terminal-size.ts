/**
 * Terminal sizes as clients send them: `{"Width":80,"Height":24}`.
 *
 * Source: client-go `tools/remotecommand.TerminalSize`.
 */

/** Largest value of Go's uint16. */
const maxCells = 65_535;

function cells(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= maxCells ? value : undefined;
}

/** Undefined when the bytes are no size. */
export function parseSize(bytes: Buffer): { width: number; height: number } | undefined {
  try {
    const { Width, Height } = JSON.parse(bytes.toString('utf8')) as { Width?: unknown; Height?: unknown };
    const [width, height] = [cells(Width), cells(Height)];
    return width === undefined || height === undefined ? undefined : { width, height };
  } catch {
    return undefined;
  }
}
