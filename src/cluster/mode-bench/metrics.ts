/**
 * What is compared between the modes: each figure of a point, under the name that table and plot show.
 */
import type { ModePoint } from './contract.js';
import { kilobytes, microseconds, milliseconds } from './numbers.js';

export interface Metric {
  readonly title: string;
  readonly of: (point: ModePoint) => number;
  readonly text: (value: number) => string;
}

const perSecond = (value: number) => String(Math.round(value));

export const metrics: readonly Metric[] = [
  { title: 'first packet', of: ({ connect }) => connect.p10, text: microseconds },
  { title: 'first byte', of: ({ answer }) => answer.p10, text: microseconds },
  { title: 'connections/s', of: ({ connectionsPerSecond }) => connectionsPerSecond, text: perSecond },
  { title: 'full sync', of: ({ fullSync }) => fullSync, text: milliseconds },
  { title: 'one change', of: ({ change }) => change, text: milliseconds },
  { title: 'kernel memory', of: ({ kernelMemory }) => kernelMemory, text: kilobytes },
];
