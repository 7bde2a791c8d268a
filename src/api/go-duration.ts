/**
 * Durations as Go reads and writes them, which are those of `metav1.Duration`: `30s`, `1m30s`, `500ms`.
 *
 * Source: Go's `time.ParseDuration` and `Duration.String`.
 * Differs: parts of a millisecond count, but are not printed.
 */
const milliseconds: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001,
};
const part = /(\d+\.?\d*|\.\d+)(h|ms|m|s|us|µs|ns)/g;

/** Milliseconds; undefined for what is no duration. */
export function parseGoDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const unsigned = text.replace(/^[+-]/, '');
  if (unsigned === '' || unsigned.replace(part, '') !== '') return undefined;
  const sum = [...unsigned.matchAll(part)].reduce(
    (total, [, value, unit = 's']) => total + Number(value) * (milliseconds[unit] ?? 1),
    0,
  );
  return text.startsWith('-') ? -sum : sum;
}

/** `1h0m0s`, `30s`, `1.5s`, `500ms`. @param ms not negative */
export function goDuration(ms: number): string {
  if (ms > 0 && ms < 1000) return `${ms}ms`;
  const [hours, minutes] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000)];
  const seconds = `${(ms % 60_000) / 1000}s`;
  if (minutes === 0) return seconds;
  return hours === 0 ? `${minutes}m${seconds}` : `${hours}h${minutes % 60}m${seconds}`;
}
