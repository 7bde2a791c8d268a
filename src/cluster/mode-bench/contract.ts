/**
 * What `lab bench modes` asks of its process and hears from it, and what comes out of it.
 */
import type { ProxyMode } from '../../proxy/contract.js';

export interface ModeBenchRequest {
  readonly modes: readonly ProxyMode[];
  /** How many Services there are, ascending. */
  readonly services: readonly number[];
  /** Whether an ordinary user asks. */
  readonly rootless: boolean;
}

/** The values that 10, 50 and 99 of 100 do not exceed. What else a machine does makes things longer, never shorter. */
export interface Spread {
  readonly p10: number;
  readonly p50: number;
  readonly p99: number;
}

/** One mode with so many Services. */
export interface ModePoint {
  readonly mode: ProxyMode;
  readonly services: number;
  /** Microseconds from the first packet of a new connection to the last Service until it is established. */
  readonly connect: Spread;
  /** Microseconds until the first byte of the answer is there. */
  readonly answer: Spread;
  /** Whole connections a second, by one client, one after the other; the best of a few counts. */
  readonly connectionsPerSecond: number;
  /** Milliseconds from the objects to the kernel, on a node without rules. */
  readonly fullSync: number;
  /** Milliseconds when one endpoint of one Service comes or goes; the quickest of a few. */
  readonly change: number;
  /** Kilobytes by which the kernel's own memory grew: Slab, VmallocUsed and Percpu of /proc/meminfo. */
  readonly kernelMemory: number;
}

/** A mode that cannot be measured here, or not with so many Services, and the one line that says why. */
export interface ModeFailure {
  readonly mode: ProxyMode;
  readonly services?: number;
  readonly why: string;
}

export interface ModeReport {
  readonly machine: { readonly kernel: string; readonly node: string; readonly processors: number };
  readonly endpointsPerService: number;
  readonly points: readonly ModePoint[];
  readonly failures: readonly ModeFailure[];
}

/** What the process says. */
export type ModeBenchMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'point'; readonly point: ModePoint }
  | { readonly kind: 'failure'; readonly failure: ModeFailure }
  | { readonly kind: 'done' };
