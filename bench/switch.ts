/**
 * One Service is patched to select another pod: from the request to the API until the first answer over the new path.
 *
 * Measured: JSON merge patch over HTTPS, controllers, four nodes' rules, and the answer to a client on a node that asks
 * without pause. Floor: that Service read over the same connection.
 */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { type ApiClient, apiClient } from './api.js';
import type { BenchContext, Benchmark, Figure } from './contract.js';
import { benchName, statusOf, withLab } from './lab.js';
import { manyPods, serviceAddress } from './many-pods.js';
import { median, timed } from './measure.js';

const CHANGES = 100;
const KUBECTL_CHANGES = 5;
const NANOSECONDS_A_MILLISECOND = 1e6;

const path = '/api/v1/namespaces/default/services/many-0000';
const selecting = (app: string) => ({ spec: { selector: { app } } });
const target = (change: number) => `many-000${1 - (change % 2)}`;

/** A client on a node, and what it says. */
interface Probe {
  /** When `pod` first answered, on the clock of `process.hrtime`. */
  answered(pod: string): Promise<bigint>;
  end(): Promise<void>;
}

function startProbe(name: string): Probe {
  const script = new URL('./probe-client.js', import.meta.url).pathname;
  const command = [process.execPath, script, `http://${serviceAddress(0)}/hostname`];
  const client = execa('scripts/lab', ['exec', '--name', name, 'k8s-node1', '--', ...command], {
    stdin: 'pipe',
    reject: false,
  });
  const lines = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
  return {
    async answered(pod) {
      for (let next = await lines.next(); !next.done; next = await lines.next()) {
        if (next.value.endsWith(pod)) return BigInt(next.value.split(' ')[0] as string);
      }
      throw new Error(`the client ended before ${pod} answered`);
    },
    async end() {
      client.stdin.end();
      await client;
    },
  };
}

/** Milliseconds from the call of `change` to the first answer of the pod it leads to. */
async function switched(probe: Probe, pod: string, change: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  const [end] = await Promise.all([probe.answered(pod), change()]);
  return Number(end - start) / NANOSECONDS_A_MILLISECOND;
}

interface Times {
  switches: number[];
  reads: number[];
  kubectl: number[];
}

async function measure(name: string, api: ApiClient, kubeconfig: string): Promise<Times> {
  const probe = startProbe(name);
  const times: Times = { switches: [], reads: [], kubectl: [] };
  try {
    await probe.answered('many-0000');
    for (let change = 0; change < CHANGES; change += 1) {
      const pod = target(change);
      times.reads.push(await timed(() => api.get(path)));
      times.switches.push(await switched(probe, pod, () => api.patch(path, selecting(pod))));
    }
    const kubectl = await execa('kubectl', ['version', '--client'], { reject: false });
    for (let change = 0; kubectl.exitCode === 0 && change < KUBECTL_CHANGES; change += 1) {
      const pod = target(change);
      const patch = ['patch', 'service', 'many-0000', '--type=merge', '--patch', JSON.stringify(selecting(pod))];
      const run = () => execa('kubectl', ['--kubeconfig', kubeconfig, ...patch]);
      times.kubectl.push(await switched(probe, pod, run));
    }
    return times;
  } finally {
    await probe.end();
  }
}

function note({ switches, kubectl }: Times): string {
  const p95 = [...switches].sort((a, b) => a - b)[Math.ceil(switches.length * 0.95) - 1] as number;
  const real = kubectl.length > 0 ? `; with kubectl itself ${Math.round(median(kubectl))} ms` : '';
  return `${switches.length} changes, 95 of 100 within ${Math.round(p95)} ms${real}`;
}

async function run({ progress }: BenchContext): Promise<Figure[]> {
  const name = benchName('switch');
  const folder = await mkdtemp(join(tmpdir(), 'kubewire-bench-'));
  try {
    const file = join(folder, 'pods.yaml');
    writeFileSync(file, manyPods(2));
    return await withLab(name, ['-f', file], async () => {
      const { kubeconfig } = await statusOf(name);
      const api = apiClient(kubeconfig);
      progress(`switch: ${CHANGES} changes`);
      const times = await measure(name, api, kubeconfig).finally(() => api.close());
      return [
        {
          title: 'patch of a Service until the first answer over the new path',
          unit: 'ms',
          measured: times.switches,
          floor: { title: 'the Service read over the same connection', values: times.reads },
          budget: { kind: 'absolute', limit: 50 },
          note: note(times),
        },
      ];
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

export const benchmark: Benchmark = { name: 'switch', run };
