/**
 * `npm run bench -- [--json] [--runs N] [--only NAME,…] [--kube-proxy PATH]`: runs the benchmarks and prints each next to its floor.
 * A number over its budget is shown, not an error: the machine's load is not the program's fault.
 */
import { cpus, release } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchContext, Benchmark } from './contract.js';
import { judge, type Result, renderJson, renderTable } from './report.js';

/** In the order of what they cost. Each is imported when its turn comes, so that `--only` pays for nothing else. */
const benchmarks: Record<string, () => Promise<{ benchmark: Benchmark }>> = {
  fabric: () => import('./fabric.js'),
  rules: () => import('./rules.js'),
  'cold-up': () => import('./cold-up.js'),
  dns: () => import('./dns.js'),
  switch: () => import('./switch.js'),
  failover: () => import('./failover.js'),
  bgp: () => import('./bgp.js'),
  memory: () => import('./memory.js'),
  many: () => import('./many.js'),
};

const progress = (text: string) => process.stderr.write(`bench: ${text}\n`);

async function runOne(name: string, context: Omit<BenchContext, 'progress'>): Promise<Result[]> {
  const { benchmark } = await (benchmarks[name] as (typeof benchmarks)[string])();
  progress(`${name} ...`);
  const figures = await benchmark.run({ ...context, progress });
  return figures.map((figure) => judge(name, figure));
}

/** A failed command's message carries all that it printed; execa has a short one as well. */
function inOneLine(error: unknown): string {
  const { shortMessage, message } = error as { shortMessage?: string; message?: string };
  return shortMessage ?? message ?? String(error);
}

/** What the numbers were measured on. */
const machine = () => ({
  kernel: release(),
  node: process.versions.node,
  cpus: cpus().length,
  model: cpus()[0]?.model,
});

function readArguments() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      runs: { type: 'string', default: '5' },
      only: { type: 'string', default: Object.keys(benchmarks).join(',') },
      'kube-proxy': { type: 'string' },
    },
  });
  const names = values.only.split(',');
  const unknown = names.filter((name) => !(name in benchmarks));
  const runs = Number(values.runs);
  if (unknown.length > 0) throw new Error(`no benchmark called ${unknown}; there are ${Object.keys(benchmarks)}`);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs wants a whole number from 1, not ${values.runs}`);
  const kubeProxy = values['kube-proxy'];
  return { names, context: { runs, ...(kubeProxy !== undefined && { kubeProxy }) }, json: values.json };
}

async function main(): Promise<void> {
  const { names, context, json } = readArguments();
  const results: Result[] = [];
  for (const name of names) {
    try {
      results.push(...(await runOne(name, context)));
      if (results.some(({ failure }) => failure !== undefined)) process.exitCode = 1;
    } catch (error) {
      progress(`${name} failed: ${inOneLine(error)}`);
      process.exitCode = 1;
    }
  }
  console.log(json ? renderJson(results, machine()) : renderTable(results));
}

try {
  await main();
} catch (error) {
  progress(inOneLine(error));
  process.exitCode = 2;
}
