/** Memory of a lab with four nodes and ten pods, all processes. Floor: one Node.js that does nothing. */
import type { BenchContext, Benchmark, Figure } from './contract.js';
import { benchName, lab, statusOf, withLab } from './lab.js';
import { manyPods } from './many-pods.js';
import { repeat } from './measure.js';
import { idleNodeMemory, memoryOf, processesOf } from './processes.js';

const PODS = 10;

async function measure(): Promise<number> {
  const name = benchName('memory');
  return withLab(name, [], async () => {
    await lab(name, ['up', '--no-shell', '-f', '-'], manyPods(PODS));
    return memoryOf(processesOf((await statusOf(name)).pid));
  });
}

async function run({ runs }: BenchContext): Promise<Figure[]> {
  return [
    {
      title: `memory of 4 nodes and ${PODS} pods (PSS)`,
      unit: 'MB',
      measured: await repeat(runs, measure),
      floor: { title: 'one idle Node.js', values: await repeat(runs, idleNodeMemory) },
      budget: { kind: 'absolute', limit: 200 },
    },
  ];
}

export const benchmark: Benchmark = { name: 'memory', run };
