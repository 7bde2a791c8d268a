/**
 * The cluster DNS: 5,000 queries a second with answers in time, through the ClusterIP, and answers among 10,000 Services.
 *
 * Measured on a node of a lab, against kube-dns. Floor: a pod's server that only echoes, behind a Service as well, asked by the same
 * program. The process that answers has one thread, so what it does, one core does.
 */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import dnsPacket from 'dns-packet';
import { syntheticName, syntheticTraffic } from '../src/cluster/mode-bench/synthetic-traffic.js';
import { dnsChange } from '../src/dns/facts.js';
import { DnsRecords } from '../src/dns/records.js';
import { respond } from '../src/dns/respond.js';
import type { BenchContext, Benchmark, Figure } from './contract.js';
import type { LoadResult } from './dns-load.js';
import { benchName, lab, withLab } from './lab.js';
import { repeat, timed } from './measure.js';

const RATE = 5000;
const SECONDS = 4;
const SERVICES = 10_000;

const echoAddress = '10.100.1.1';
const echoPort = 8081;
const echoPod = `apiVersion: v1
kind: Pod
metadata: { name: echo, labels: { app: echo } }
spec:
  containers: [{ name: echo, image: "registry.k8s.io/e2e-test-images/agnhost:2.47", args: [netexec] }]
---
apiVersion: v1
kind: Service
metadata: { name: echo }
spec: { clusterIP: ${echoAddress}, selector: { app: echo }, ports: [{ port: ${echoPort}, protocol: UDP }] }
`;

const targets = { dns: ['10.96.0.10', 53], echo: [echoAddress, echoPort] } as const;
const loader = new URL('./dns-load.js', import.meta.url).pathname;

async function ask(name: string, kind: 'dns' | 'echo', count: number, perSecond: number): Promise<LoadResult> {
  const words = [loader, kind, ...targets[kind], count, perSecond].map(String);
  return JSON.parse(await lab(name, ['exec', 'k8s-node1', '--', process.execPath, ...words])) as LoadResult;
}

async function inLab({ runs, progress }: BenchContext): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kubewire-bench-'));
  const file = join(folder, 'echo.yaml');
  writeFileSync(file, echoPod);
  const name = benchName('dns');
  const steady = { dns: [] as LoadResult[], echo: [] as LoadResult[] };
  const burst = { dns: [] as LoadResult[], echo: [] as LoadResult[] };
  try {
    await withLab(name, ['-f', file], async () => {
      for (const kind of ['dns', 'echo'] as const) await ask(name, kind, RATE, 0);
      for (let run = 0; run < runs; run += 1) {
        progress(`dns: run ${run + 1} of ${runs}`);
        for (const kind of ['dns', 'echo'] as const) {
          steady[kind].push(await ask(name, kind, RATE * SECONDS, RATE));
          burst[kind].push(await ask(name, kind, RATE, 0));
        }
      }
    });
  } finally {
    await rm(folder, { recursive: true });
  }
  return [
    {
      title: `99 of 100 DNS answers, at ${RATE} queries a second`,
      unit: 'ms',
      measured: steady.dns.map(({ p99 }) => p99),
      floor: { title: 'the same from a server that echoes', values: steady.echo.map(({ p99 }) => p99) },
      budget: { kind: 'absolute', limit: 5 },
    },
    {
      title: `${RATE} DNS queries, 64 at a time`,
      unit: 'ms',
      measured: burst.dns.map(({ total }) => total),
      floor: { title: 'the same with a server that echoes', values: burst.echo.map(({ total }) => total) },
      budget: { kind: 'absolute', limit: 1000 },
    },
  ];
}

/** All names of Services and of endpoints by address, in turn. */
function questionsAmong(services: number): Buffer[] {
  return Array.from({ length: RATE }, (_, index) => {
    const name = `${syntheticName((index * 7919) % services)}.default.svc.cluster.local`;
    return dnsPacket.encode({ type: 'query', id: index, questions: [{ name, type: 'A' }] });
  });
}

function recordsOf(services: number): DnsRecords {
  const { services: objects, endpointSlices } = syntheticTraffic(services, 3);
  const records = new DnsRecords();
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } };
  const changes = [namespace, ...objects, ...endpointSlices].flatMap((object) => {
    const { name = '', namespace: space = '' } = object.metadata as { name?: string; namespace?: string };
    const group = object.kind === 'EndpointSlice' ? 'discovery.k8s.io' : '';
    const key = { group, kind: object.kind as string, namespace: space, name };
    return dnsChange(key, object as unknown as Parameters<typeof dnsChange>[1]) ?? [];
  });
  records.apply(changes, 0);
  return records;
}

async function answerAll(services: number): Promise<number> {
  const records = recordsOf(services);
  const questions = questionsAmong(services);
  const settings = { zone: 'cluster.local', ttl: 30, localAddress: '10.244.0.2' };
  const all = () => questions.map((packet) => respond(packet, 'udp', records, settings, (same) => same));
  all();
  return timed(all);
}

async function run(context: BenchContext): Promise<Figure[]> {
  return [
    ...(await inLab(context)),
    {
      title: `${RATE} DNS answers among ${SERVICES} Services, without sockets`,
      unit: 'ms',
      measured: await repeat(context.runs, () => answerAll(SERVICES)),
      floor: { title: 'among 10 Services', values: await repeat(context.runs, () => answerAll(10)) },
      budget: { kind: 'ratio', limit: 2 },
      note: 'the index costs the same whatever it holds; the rest is memory that is not in the caches',
    },
  ];
}

export const benchmark: Benchmark = { name: 'dns', run };
