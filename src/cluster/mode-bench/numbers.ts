/**
 * Figures for people: three digits are enough, and the unit says the rest.
 */

function threeDigits(value: number): string {
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** `85 µs`, `1.25 ms`. */
export function microseconds(value: number): string {
  return value < 1000 ? `${threeDigits(value)} µs` : `${threeDigits(value / 1000)} ms`;
}

/** `12.5 ms`, `1.02 s`. */
export function milliseconds(value: number): string {
  return value < 1000 ? `${threeDigits(value)} ms` : `${threeDigits(value / 1000)} s`;
}

/** `640 kB`, `35.2 MB`. */
export function kilobytes(value: number): string {
  return value < 1000 ? `${Math.round(value)} kB` : `${threeDigits(value / 1000)} MB`;
}
