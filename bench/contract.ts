/**
 * What a benchmark is: something measured, next to the floor under it, measured in the same run on the same machine.
 *
 * A ratio to a floor survives a slow laptop; a bare number of milliseconds does not. Budgets: docs/architecture.md,
 * "Budgets".
 */

export type Unit = 'ms' | 'MB';

/** One line of the table. */
export interface Figure {
  /** What was done, as a user would say it. */
  title: string;
  unit: Unit;
  /** One value a run. */
  measured: readonly number[];
  /** The least that the same thing could cost here. */
  floor: { title: string; values: readonly number[] };
  budget: Budget;
  /** What a reader must know to read the number rightly. */
  note?: string;
  /** What kept it from being measured to the end, or must not happen at all: it is not within any budget then. */
  failure?: string;
}

export type Budget =
  /** Median ≤ limit × the floor's median. */
  | { kind: 'ratio'; limit: number }
  /** Median ≤ limit, in the figure's unit. */
  | { kind: 'absolute'; limit: number }
  /** Each value ≤ limit, in the figure's unit. */
  | { kind: 'each'; limit: number };

export interface BenchContext {
  /** How often to repeat; the table shows medians. */
  runs: number;
  /** Path of a real kube-proxy v1.30 to measure beside ours. */
  kubeProxy?: string;
  /** Tells the terminal what is going on. */
  progress(text: string): void;
}

export interface Benchmark {
  /** For `--only`. */
  name: string;
  run(context: BenchContext): Promise<Figure[]>;
}
