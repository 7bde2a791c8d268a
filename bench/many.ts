/**
 * Many pods, each with a Service: from nothing until every Service has answered a request from a node.
 *
 * Floor: as many namespaces and links by `ip -batch`, without a pod or a rule.
 */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchContext, Benchmark, Figure } from './contract.js';
import { ipBatchTime } from './ip-batch.js';
import { benchName, lab, statusOf } from './lab.js';
import { curlEach, manyPods, roomyCluster } from './many-pods.js';
import { timed } from './measure.js';
import { idleNodeMemory, memoryOf, processesOf } from './processes.js';

interface Size {
  pods: number;
  /** Milliseconds and megabytes; the design names them for 1,000. */
  time: number;
  memory: number;
}

const sizes: readonly Size[] = [
  { pods: 200, time: 8000, memory: 400 },
  { pods: 1000, time: 8000, memory: 400 },
];

const PARALLEL_REQUESTS = '50';

async function askEach(name: string, count: number): Promise<void> {
  const curl = ['curl', '--silent', '--fail', '--parallel', '--parallel-max', PARALLEL_REQUESTS, '--config', '-'];
  const answers = await lab(name, ['exec', 'k8s-node1', '--', ...curl], curlEach(count));
  const hostnames = new Set(answers.split('\n').filter((line) => line.startsWith('Hostname : ')));
  if (hostnames.size !== count) throw new Error(`${hostnames.size} of ${count} Services answered`);
}

async function measure({ pods }: Size, folder: string): Promise<{ time: number; memory: number }> {
  const name = benchName(`many-${pods}`);
  const [file, config] = [join(folder, 'pods.yaml'), join(folder, 'cluster.yaml')];
  writeFileSync(file, manyPods(pods));
  writeFileSync(config, roomyCluster);
  try {
    const time = await timed(async () => {
      await lab(name, ['up', '--no-shell', '-f', file, '--config', config]);
      await askEach(name, pods);
    });
    return { time, memory: memoryOf(processesOf((await statusOf(name)).pid)) };
  } finally {
    await lab(name, ['down']);
  }
}

async function measureSize(size: Size, folder: string, { runs, progress }: BenchContext): Promise<Figure[]> {
  const values: { time: number; memory: number }[] = [];
  const floors: number[] = [];
  const idle: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    progress(`many: ${size.pods} pods, run ${run + 1} of ${runs}`);
    values.push(await measure(size, folder));
    floors.push(await ipBatchTime(size.pods));
    idle.push(await idleNodeMemory());
  }
  const floor = { title: `ip -batch, ${size.pods} namespaces and links`, values: floors };
  return [
    {
      title: `${size.pods} pods and Services, up and each answering`,
      unit: 'ms',
      measured: values.map((it) => it.time),
      floor,
      budget: { kind: 'absolute', limit: size.time },
    },
    {
      title: `memory of a lab with ${size.pods} pods (PSS)`,
      unit: 'MB',
      measured: values.map((it) => it.memory),
      floor: { title: 'one idle Node.js', values: idle },
      budget: { kind: 'absolute', limit: size.memory },
    },
  ];
}

async function run(context: BenchContext): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kubewire-bench-'));
  try {
    const figures: Figure[] = [];
    for (const size of sizes) figures.push(...(await measureSize(size, folder, context)));
    return figures;
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const benchmark: Benchmark = { name: 'many', run };
