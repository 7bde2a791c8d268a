/**
 * Rules for 10,000 Services × 3 endpoints on one node, and one endpoint that changes among them.
 *
 * Measured: objects → traffic plan → rule set → text, and that text into the kernel. Floor: `iptables-restore` of the very
 * same text. Both in network namespaces of their own (bench/rules-in-namespace.ts runs inside). Rules are compiled while
 * `iptables-restore` reads, so the processors' time in the notes says more on a busy machine.
 */
import type { BenchContext, Benchmark, Figure } from './contract.js';
import type { KubeProxyTimes } from './kube-proxy-in-namespace.js';
import { median } from './measure.js';
import { privately } from './private-namespace.js';
import type { RuleTimes } from './rules-in-namespace.js';

const SERVICES = 10_000;
const ENDPOINTS = 3;

async function once(): Promise<RuleTimes> {
  const script = new URL('./rules-in-namespace.js', import.meta.url).pathname;
  return JSON.parse(await privately([process.execPath, script, String(SERVICES), String(ENDPOINTS)])) as RuleTimes;
}

/** What a real kube-proxy needs for the same, by its own account. */
async function realOne(binary: string): Promise<KubeProxyTimes> {
  const script = new URL('./kube-proxy-in-namespace.js', import.meta.url).pathname;
  const command = [process.execPath, script, binary, String(SERVICES), String(ENDPOINTS)];
  return JSON.parse(await privately(command)) as KubeProxyTimes;
}

async function run({ runs, progress, kubeProxy }: BenchContext): Promise<Figure[]> {
  const times: RuleTimes[] = [];
  for (let run = 0; run < runs; run += 1) {
    progress(`rules: run ${run + 1} of ${runs}`);
    times.push(await once());
  }
  if (kubeProxy !== undefined) progress('rules: a real kube-proxy');
  const real = kubeProxy === undefined ? undefined : await realOne(kubeProxy);
  const beside = (key: 'full' | 'change') => {
    if (real === undefined) return '';
    const ratio = median(of(key)) / real[key];
    return `; a real kube-proxy ${Math.round(real[key])} ms (sync_proxy_rules_duration): ${ratio.toFixed(2)} ×`;
  };
  const of = (key: keyof RuleTimes) => times.map((it) => it[key].elapsed);
  const processors = (key: keyof RuleTimes) => median(times.map((it) => it[key].processor));
  const inProcessors = (key: 'full' | 'change') => {
    const [ours, bare] = [processors(key), processors(`${key}Floor`)];
    return `${Math.round(ours)} ms of processors' time, bare ${Math.round(bare)} ms: ${(ours / bare).toFixed(2)} ×`;
  };
  const budget = { kind: 'ratio', limit: 1.3 } as const;
  return [
    {
      title: `rules for ${SERVICES} Services × ${ENDPOINTS}, objects to kernel`,
      unit: 'ms',
      measured: of('full'),
      floor: { title: 'bare iptables-legacy-restore of the text', values: of('fullFloor') },
      budget,
      note: inProcessors('full') + beside('full'),
    },
    {
      title: `one endpoint changes among ${SERVICES} Services`,
      unit: 'ms',
      measured: of('change'),
      floor: { title: 'bare restore of the change', values: of('changeFloor') },
      budget,
      note: `${inProcessors('change')}${beside('change')}; the kernel replaces whole tables, so even a bare restore of one line costs what it does here`,
    },
  ];
}

export const benchmark: Benchmark = { name: 'rules', run };
