/**
 * Durations as Go writes them, which is how Kubernetes' configuration files have them: `30s`, `1m30s`, `250ms`.
 *
 * Source: Go `time.ParseDuration`. Units below a millisecond are read and round to what milliseconds can hold.
 */

const milliseconds: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

const whole = /^([-+]?)((?:\d+(?:\.\d*)?(?:h|ms|us|µs|ns|m|s))+|0)$/;
const part = /(\d+(?:\.\d*)?)(h|ms|us|µs|ns|m|s)/g;

/** Milliseconds; undefined when it is no duration. */
export function goDurationMs(text: string): number | undefined {
  const [, sign, parts] = whole.exec(text) ?? [];
  if (parts === undefined) return undefined;
  const sum = [...parts.matchAll(part)].reduce(
    (ms, [, count, unit = '']) => ms + Number(count) * (milliseconds[unit] ?? 0),
    0,
  );
  return sign === '-' ? -sum : sum;
}
