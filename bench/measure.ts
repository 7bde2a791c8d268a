/** Timing and medians. */
import { readFileSync } from 'node:fs';

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Source: proc_pid_stat(5); user and system time, its own and that of children waited for, in ticks of 10 ms. */
function ticksOf(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0);
}

/** This process', and that of the shells it keeps to run programs for it. */
function processorTicks(): number {
  const children = readFileSync('/proc/thread-self/children', 'utf8').trim().split(' ').filter(Boolean);
  return ['self', ...children].reduce((sum, pid) => sum + ticksOf(pid), 0);
}

/** Milliseconds by the watch and of processors' time. */
export interface Times {
  elapsed: number;
  /** With all programs that were run to their end: what else runs on the machine does not count. */
  processor: number;
}

/** What `work` took. */
export async function bothTimed(work: () => Promise<unknown> | unknown): Promise<Times> {
  const [start, ticks] = [performance.now(), processorTicks()];
  await work();
  return { elapsed: performance.now() - start, processor: (processorTicks() - ticks) * 10 };
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
