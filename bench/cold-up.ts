/**
 * From nothing to the first answered curl: four nodes, the first workshop's pods and Service, one request through a NodePort.
 *
 * Floor: what nobody can leave out. Node.js starts for the command, the daemon, the pods' servers and `lab exec`; `ip -batch`
 * makes as many namespaces and links (four nodes, the host, two pods); a bare restore loads each node's rules.
 */
import { execa } from 'execa';
import type { BenchContext, Benchmark, Figure } from './contract.js';
import { ipBatchTime } from './ip-batch.js';
import { benchName, lab } from './lab.js';
import { repeat, timed } from './measure.js';
import { privately } from './private-namespace.js';
import { firstCurl, firstManifest, nodes, rulesOf } from './workshop.js';

const NODE_STARTS = 4;
const NAMESPACES = 7;

async function coldUp(): Promise<number> {
  const name = benchName('cold');
  try {
    return await timed(async () => {
      await lab(name, ['up', '-f', firstManifest, '--no-shell']);
      await firstCurl(name);
    });
  } finally {
    await lab(name, ['down']);
  }
}

/** Inside the namespace and without its making: only the restore is of interest. */
const RESTORE = 'start=$(date +%s%N); iptables-legacy-restore --noflush; echo $(($(date +%s%N) - start))';

const restoreTime = async (text: string) => Number(await privately(['sh', '-c', RESTORE], { input: text })) / 1e6;

async function floor(texts: readonly string[]): Promise<number> {
  let total = await ipBatchTime(NAMESPACES);
  for (let start = 0; start < NODE_STARTS; start += 1) {
    total += await timed(() => execa(process.execPath, ['--eval', '0']));
  }
  for (const text of texts) total += await restoreTime(text);
  return total;
}

async function run({ runs }: BenchContext): Promise<Figure[]> {
  const texts = await Promise.all(nodes.map(rulesOf));
  return [
    {
      title: 'cold lab up to the first answered curl',
      unit: 'ms',
      measured: await repeat(runs, coldUp),
      floor: {
        title: `${NODE_STARTS} Node.js starts, ip -batch, 4 bare restores`,
        values: await repeat(runs, () => floor(texts)),
      },
      budget: { kind: 'absolute', limit: 1000 },
    },
  ];
}

export const benchmark: Benchmark = { name: 'cold-up', run };
