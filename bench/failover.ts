/**
 * How long nobody answers at a LoadBalancer address when its speaker is killed, its node's cable is pulled or its node is
 * off, and how long when it comes back: the longest gap between two answered requests.
 *
 * Each try begins when all speakers see each other and the host sends to the right one. A try that fails is told of beside the figure
 * of the others. Labs run side by side, as most of the time is waiting: one for `fast`, and one for each fault in `memberlist`.
 *
 * Floor: the same client with nothing wrong, whose gaps are what one request takes.
 */
import { execa } from 'execa';
import { type Answers, Asker } from './answers.js';
import type { BenchContext, Benchmark, Figure } from './contract.js';
import { address, attempt, type Fault, faults, makeReady, manifests, mendAll, whole } from './failover-try.js';
import { benchName, withLab } from './lab.js';

/** Budgets: a second in `fast`; MetalLB calls more than ten seconds a bug (docs, concepts/layer2). */
const modes = {
  fast: 1000,
  memberlist: 10_000,
} as const;
type Mode = keyof typeof modes;

/** What one lab does, one after the other. */
const groups: readonly { mode: Mode; faults: readonly Fault[] }[] = [
  { mode: 'fast', faults },
  ...faults.map((fault) => ({ mode: 'memberlist', faults: [fault] }) as const),
];

interface Place {
  name: string;
  asker: Asker;
}

interface Series {
  away: Answers[];
  back: Answers[];
  /** What went wrong, if anything. */
  problems: string[];
}

async function run(context: BenchContext): Promise<Figure[]> {
  const figures = await Promise.all(
    groups.map((group, index) => inLab(context, group, benchName(`failover-${index}`))),
  );
  return figures.flat();
}

async function inLab(context: BenchContext, group: (typeof groups)[number], name: string): Promise<Figure[]> {
  const figures: Figure[] = [];
  try {
    await withLab(name, manifests, async () => {
      await makeReady(name, group.mode);
      const asker = await Asker.start(name, address);
      await whole(name);
      const { longestGap: floor } = await asker.during(() => execa('sleep', ['2']));
      for (const fault of group.faults) {
        figures.push(...figuresOf(group.mode, fault, floor, await tries(context, { name, asker }, group.mode, fault)));
      }
      await asker.end();
    });
  } catch (error) {
    // The faults that it did not come to.
    const series = { away: [], back: [], problems: [messageOf(error)] };
    const missing = group.faults.slice(figures.length / 2);
    figures.push(...missing.flatMap((fault) => figuresOf(group.mode, fault, Number.NaN, series)));
  }
  return figures;
}

async function tries(
  { runs, progress }: BenchContext,
  { name, asker }: Place,
  mode: Mode,
  fault: Fault,
): Promise<Series> {
  const series: Series = { away: [], back: [], problems: [] };
  for (let number = 1; number <= runs; number += 1) {
    const what = `failover, ${mode}, ${fault.title}, ${number} of ${runs}`;
    try {
      const { away, back } = await attempt(name, asker, fault);
      series.away.push(away);
      series.back.push(back);
      progress(`${what}: ${inWords(away)}; back: ${inWords(back)}`);
    } catch (error) {
      series.problems.push(`try ${number}: ${messageOf(error)}`);
      progress(`${what}: ${messageOf(error)}`);
      await mendAll(name);
    }
  }
  return series;
}

function figuresOf(mode: Mode, { title }: Fault, floor: number, { away, back, problems }: Series): Figure[] {
  const figure = (what: string, answers: readonly Answers[], more: readonly string[]): Figure => ({
    title: `${mode}: ${what}`,
    unit: 'ms',
    measured: answers.map(({ longestGap }) => longestGap),
    floor: { title: 'nothing wrong', values: [floor] },
    budget: { kind: 'each', limit: modes[mode] },
    note: noteOf(answers),
    ...(more.length > 0 && { failure: more.join('; ') }),
  });
  // Away, requests are lost as long as nobody answers; on the way back none may be.
  const lost = back.flatMap((answers, index) => (lostOf(answers) > 0 ? [`try ${index + 1}: ${inWords(answers)}`] : []));
  return [figure(title, away, problems), figure('… and is mended', back, [...problems, ...lost])];
}

function noteOf(answers: readonly Answers[]): string {
  if (answers.length === 0) return 'no try succeeded';
  const gaps = answers.map(({ longestGap }) => longestGap);
  const sum = (of: (one: Answers) => number) => answers.reduce((total, one) => total + of(one), 0);
  const [asked, lost, reset, slow] = [sum((one) => one.asked), sum(lostOf), sum(resetOf), sum((one) => one.slow)];
  const fates = `${lost} lost, ${reset} reset as they were open when it moved, ${slow} took more than 0.9 s`;
  return `longest of ${gaps.length}: ${Math.max(...gaps).toFixed(0)} ms; of ${asked} requests ${fates}`;
}

/** The node that an address moves to knows nothing of the connections that are open, and resets them: in a real cluster too. */
const RESET = 'ECONNRESET';
const resetOf = ({ lost }: Answers): number => lost[RESET] ?? 0;
const lostOf = ({ lost }: Answers): number => sumOf(Object.values(lost)) - (lost[RESET] ?? 0);
const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

function inWords({ longestGap, asked, lost, slow }: Answers): string {
  const failed = Object.entries(lost).map(([problem, count]) => `, ${count} ${problem}`);
  return `${longestGap.toFixed(0)} ms (${asked} asked${failed.join('')}${slow > 0 ? `, ${slow} slow` : ''})`;
}

/** A failed command's message carries all that it printed; execa has a short one as well. */
function messageOf(error: unknown): string {
  const { shortMessage, message } = error as { shortMessage?: string; message?: string };
  return shortMessage ?? message ?? String(error);
}

export const benchmark: Benchmark = { name: 'failover', run };
