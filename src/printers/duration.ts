/**
 * Ages as kubectl shows them: `8s`, `3m34s`, `5h12m`, `2d`.
 *
 * Source: apimachinery `pkg/util/duration/duration.go`, `HumanDuration`; printers' `translateTimestampSince`.
 */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

/** What upstream prints for a time that is not set. */
export const unknownTime = '<unknown>';

/** Two units, the second left out when it is zero: `3m34s`, `3m`. */
function pair(ms: number, [big, bigName]: [number, string], [small, smallName]: [number, string]): string {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)}${bigName}${rest === 0 ? '' : `${rest}${smallName}`}`;
}

/** `ms` milliseconds in two to three significant figures. Clock skew of up to a second counts as `0s`. */
export function humanDuration(ms: number): string {
  if (ms <= -2 * second) return '<invalid>';
  if (ms < 0) return '0s';
  if (ms < 2 * minute) return `${Math.floor(ms / second)}s`;
  if (ms < 10 * minute) return pair(ms, [minute, 'm'], [second, 's']);
  if (ms < 3 * hour) return `${Math.floor(ms / minute)}m`;
  if (ms < 8 * hour) return pair(ms, [hour, 'h'], [minute, 'm']);
  if (ms < 2 * day) return `${Math.floor(ms / hour)}h`;
  if (ms < 8 * day) return pair(ms, [day, 'd'], [hour, 'h']);
  if (ms < 2 * year) return `${Math.floor(ms / day)}d`;
  if (ms < 8 * year) return pair(ms, [year, 'y'], [day, 'd']);
  return `${Math.floor(ms / year)}y`;
}

/** Time since an RFC 3339 timestamp, `<unknown>` when there is none. `now` in milliseconds since the epoch. */
export function since(timestamp: string | undefined, now: number): string {
  const then = timestamp === undefined ? Number.NaN : Date.parse(timestamp);
  return Number.isNaN(then) ? unknownTime : humanDuration(now - then);
}
