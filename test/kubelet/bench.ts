/** A kubelet over a real registry and a clock that stands still, with fakes where the kernel would be. */
import type { LifecycleHandler, Pod, Probe, Service } from 'kubernetes-types/core/v1.js';
import type { KubeObject } from '../../src/api/object.js';
import type { EventRequest, NodePlace, PodNetwork, ProcessEnd, StoredPod } from '../../src/kubelet/contract.js';
import { createKubelet, type Kubelet } from '../../src/kubelet/kubelet.js';
import { LogRing } from '../../src/kubelet/log-ring.js';
import type { ContainerStart, ProcessContainers } from '../../src/kubelet/runtime/containers.js';
import type { RunningContainer } from '../../src/kubelet/runtime/contract.js';
import type { PodServers } from '../../src/kubelet/servers/client.js';
import type { LabRegistry } from '../../src/registry/registry.js';
import { createManualClock, type ManualClock } from '../../src/world/manual-clock.js';
import { courseConfig, openRegistry } from '../registry/lab.js';

/** A process that ends when the test says so; SIGTERM ends it with 143 unless it is deaf. */
export interface FakeProcess {
  start: ContainerStart;
  argv: readonly string[];
  end(end: ProcessEnd): void;
  stops: number[];
}

export interface Bench {
  kubelet: Kubelet;
  registry: LabRegistry;
  clock: ManualClock;
  events: EventRequest[];
  processes: FakeProcess[];
  /** `start pod: PROTOCOL/port …` and `stop pod/container grace`, in order. */
  servers: string[];
  attached: string[];
  /** What probes and hooks answer from now on, by the command, path or seconds they name; default success. */
  answers: Map<string, boolean>;
  /** Every probe and hook carried out, by the same names. */
  handled: string[];
  pod(name: string): StoredPod | undefined;
  /** Lets everything that is due happen. */
  rest(): Promise<void>;
}

export async function createBench(): Promise<Bench> {
  const registry = openRegistry();
  const clock = createManualClock();
  const bench: Omit<Bench, 'kubelet'> = {
    registry,
    clock,
    events: [],
    processes: [],
    servers: [],
    attached: [],
    answers: new Map(),
    handled: [],
    pod: (name) => registry.get<StoredPod & KubeObject>({ group: '', kind: 'Pod', namespace: 'default', name }),
    rest: async () => {
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const kubelet = createKubelet({
    registry,
    clock,
    network: fakeNetwork(bench.attached),
    servers: fakeServers(bench.servers),
    processes: fakeProcesses(bench.processes),
    config: courseConfig,
    scratch: '/nonexistent',
    runHandler: async (handler) => {
      const name = nameOfHandler(handler);
      bench.handled.push(name);
      const success = bench.answers.get(name) ?? true;
      return { success, output: success ? '' : `${name} failed` };
    },
    node: nodeOf,
    recordEvent: (event) => bench.events.push(event),
    onError: (error) => {
      throw error;
    },
  });
  kubelet.start();
  return { ...bench, kubelet };
}

function nameOfHandler({ exec, httpGet, ...rest }: Probe | LifecycleHandler): string {
  return exec?.command?.join(' ') ?? httpGet?.path ?? ('sleep' in rest ? `sleep ${rest.sleep?.seconds}` : 'tcp');
}

function nodeOf(name: string): NodePlace | undefined {
  return name === 'k8s-node1' ? { name, address: '192.168.56.101', namespace: { name, fd: -1 } } : undefined;
}

function fakeNetwork(attached: string[]): PodNetwork {
  return {
    awaitsAddress: (pod) => pod.metadata.annotations?.['test/awaits'] === 'address',
    async attach(pod) {
      attached.push(`+${pod.metadata.name}`);
      return {
        namespace: { name: pod.metadata.name, fd: -1 },
        namespacePath: `/ns/${pod.metadata.name}`,
        podIPs: ['10.1.0.1'],
      };
    },
    async detach(pod) {
      attached.push(`-${pod.metadata.name}`);
    },
  };
}

function fakeServers(log: string[]): PodServers {
  return {
    pid: 1,
    async start(pod, _path, plans) {
      log.push(`start ${pod.name}: ${plans.map(({ protocol, port }) => `${protocol}/${port}`).join(' ')}`);
      return plans
        .filter(({ port }) => port === 666)
        .map(({ container, protocol, port }) => ({ container, protocol, port, message: 'taken' }));
    },
    async stop(uid, { container, graceMilliseconds }) {
      log.push(`stop ${container ?? uid} ${graceMilliseconds}`);
    },
    forget: () => {},
    logs: async () => [],
    follow: () => () => {},
    onExit: () => {},
    close: async () => {},
  };
}

function fakeProcesses(processes: FakeProcess[]): ProcessContainers {
  return {
    async start(start, argv) {
      if (argv[0] === 'missing') throw new Error('exec: "missing": executable file not found in $PATH');
      const { process, running } = fakeProcess(start, argv);
      processes.push(process);
      return running;
    },
    pathOf: (_start, path) => path,
    shell: () => ({
      exec: () => Promise.reject(new Error('no shell')),
      enter: () => Promise.reject(new Error('no room')),
      remove: async () => {},
    }),
  };
}

function fakeProcess(
  start: ContainerStart,
  argv: readonly string[],
): { process: FakeProcess; running: RunningContainer } {
  const log = new LogRing();
  let end: (end: ProcessEnd) => void = () => {};
  const ended = new Promise<ProcessEnd>((resolve) => {
    end = resolve;
  });
  const process: FakeProcess = { start, argv, end, stops: [] };
  const running: RunningContainer = {
    ended,
    stop: async (graceMilliseconds) => {
      process.stops.push(graceMilliseconds);
      if (argv[0] !== 'deaf') end({ exitCode: 143 });
      await ended;
    },
    exec: () => Promise.reject(new Error('no exec')),
    enter: () => Promise.reject(new Error('no room')),
    logs: async () => log.lines(),
    follow: (listener, followEnded) => log.follow(listener, followEnded),
  };
  return { process, running };
}

export function podOf(
  name: string,
  spec: Partial<Pod['spec']> & object,
  metadata: Record<string, unknown> = {},
): KubeObject {
  const containers = [{ name: 'c', image: 'traefik/whoami' }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { nodeName: 'k8s-node1', containers, ...spec },
  };
}

export function serviceOf(name: string, spec: Service['spec']): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec };
}
