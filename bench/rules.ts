/**
 * Rules for 10,000 Services × 3 endpoints on one node, and one endpoint that changes among them.
 *
 * Measured: objects → traffic plan → rule set → text, and that text into the kernel. Floor: `iptables-restore` of the very
 * same text. Both in network namespaces of their own (bench/rules-in-namespace.ts runs inside).
 */
import type { BenchContext, Benchmark, Figure } from './contract.js';
import { privately } from './private-namespace.js';
import type { RuleTimes } from './rules-in-namespace.js';

const SERVICES = 10_000;
const ENDPOINTS = 3;

async function once(): Promise<RuleTimes> {
  const script = new URL('./rules-in-namespace.js', import.meta.url).pathname;
  return JSON.parse(await privately([process.execPath, script, String(SERVICES), String(ENDPOINTS)])) as RuleTimes;
}

async function run({ runs, progress }: BenchContext): Promise<Figure[]> {
  const times: RuleTimes[] = [];
  for (let run = 0; run < runs; run += 1) {
    progress(`rules: run ${run + 1} of ${runs}`);
    times.push(await once());
  }
  const of = (key: keyof RuleTimes) => times.map((it) => it[key]);
  const budget = { kind: 'ratio', limit: 1.3 } as const;
  return [
    {
      title: `rules for ${SERVICES} Services × ${ENDPOINTS}, objects to kernel`,
      unit: 'ms',
      measured: of('full'),
      floor: { title: 'bare iptables-legacy-restore of the text', values: of('fullFloor') },
      budget,
    },
    {
      title: `one endpoint changes among ${SERVICES} Services`,
      unit: 'ms',
      measured: of('change'),
      floor: { title: 'bare restore of the change', values: of('changeFloor') },
      budget,
      note: 'the kernel replaces whole tables, so even a bare restore of one line costs what it does here',
    },
  ];
}

export const benchmark: Benchmark = { name: 'rules', run };
