/** Timing and medians. */
import { readFileSync } from 'node:fs';

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Source: proc_pid_stat(5); user and system time, its own and that of children waited for, in ticks of 10 ms. */
function processorTicks(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** Milliseconds of processor time that `work` took, with all programs it ran to their end: what else runs here does not count. */
export async function processorTimed(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = processorTicks();
  await work();
  return (processorTicks() - start) * 10;
}

/** The middle value; of an even number, the mean of the middle two. @throws RangeError without values */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values to take the median of');
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  const lower = (sorted.length - 1) >> 1;
  return ((sorted[lower] as number) + (sorted[upper] as number)) / 2;
}

/** The values of n runs, one after the other. */
export async function repeat(runs: number, measure: (run: number) => Promise<number>): Promise<number[]> {
  const values: number[] = [];
  for (let run = 0; run < runs; run += 1) values.push(await measure(run));
  return values;
}
