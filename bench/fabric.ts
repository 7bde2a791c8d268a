/**
 * Namespaces and links: the same star of hosts on one bridge, made by our runner and by `ip -batch`.
 */
import type { BenchContext, Benchmark, Figure } from './contract.js';
import { ipBatchTime } from './ip-batch.js';
import { repeat } from './measure.js';
import { privately } from './private-namespace.js';

const SIZES = [10, 100, 1000];

async function runnerTime(hosts: number): Promise<number> {
  const script = new URL('./fabric-in-namespace.js', import.meta.url).pathname;
  return Number(await privately([process.execPath, script, String(hosts)]));
}

async function figure(hosts: number, runs: number): Promise<Figure> {
  return {
    title: `${hosts} namespaces with a link each`,
    unit: 'ms',
    measured: await repeat(runs, () => runnerTime(hosts)),
    floor: { title: 'ip -batch', values: await repeat(runs, () => ipBatchTime(hosts)) },
    budget: { kind: 'ratio', limit: 1.2 },
  };
}

async function run({ runs }: BenchContext): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const hosts of SIZES) figures.push(await figure(hosts, runs));
  return figures;
}

export const benchmark: Benchmark = { name: 'fabric', run };
