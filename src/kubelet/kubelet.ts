/**
 * The kubelets of all nodes: sees pods bound, runs them, writes their status, confirms their deletion.
 *
 * Models: `cmd/kubelet` and `pkg/kubelet`. Differs: one kubelet serves all nodes of the lab, in the daemon.
 */
import type { PodStatus } from 'kubernetes-types/core/v1.js';
import { type KubeObject, keyOf } from '../api/object.js';
import { StatusError } from '../api/status.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import type { ChangeEvent, Registry } from '../registry/contract.js';
import type { Clock } from '../world/contract.js';
import type {
  ContainerPlace,
  ContainerRef,
  EventRequest,
  ExecOptions,
  ExecStreams,
  LogOptions,
  NodePlace,
  PodNetwork,
  StoredPod,
} from './contract.js';
import { attachTo, enterContainer, execIn } from './conversation.js';
import type { Resolver } from './environment/resolv-conf.js';
import { createHooks } from './hooks.js';
import { readLogs } from './log-reader.js';
import { nodeHostsFile, type PodStartParts } from './pod-start.js';
import { type ContainerHooks, PodWorker, type PodWriter } from './pod-worker.js';
import { createHandlerRunner, type RunHandler } from './probes/handler.js';
import { Containers, followsServices, type ProcessContainers, type StartAgent } from './runtime/containers.js';
import { createProcessContainers } from './runtime/process-container.js';
import type { PodServers } from './servers/client.js';
import { ServicesView } from './services-view.js';
import { VolumeStore } from './volume-store.js';

export interface KubeletOptions {
  registry: Registry;
  clock: Clock;
  network: PodNetwork;
  servers: PodServers;
  config: ClusterConfig;
  /** A directory on a tmpfs of the daemon's own mount namespace (`mountScratch`): containers' files and volumes. */
  scratch: string;
  /** The nodes' own resolver; default: the LAN's gateway, which answers nothing. */
  nodeResolver?: Resolver;
  /** Real processes; default: sandboxes under `scratch`. */
  processes?: ProcessContainers;
  /** Programs that the lab brings along; default: none, such a container fails to start. */
  agents?: StartAgent;
  /** Carries out probes and hooks; default: for real, from the pod's node. */
  runHandler?: RunHandler;
  /** The node a pod is bound to, undefined when the lab has no such node. */
  node(name: string): NodePlace | undefined;
  recordEvent(event: EventRequest): void;
  /** Told of what should not happen: a worker that failed. */
  onError(error: Error): void;
}

export interface Kubelet {
  /** Starts every pod that is bound and not finished, and follows the registry from there. */
  start(): void;
  /** Stops following. Pods keep running; they end with the lab. */
  stop(): void;
  /** Resolves when every pod seen so far has been started once, or is kept from starting. */
  settled(): Promise<void>;
  /** @throws StatusError when there is no such pod or container, or when it does not run */
  exec(ref: ContainerRef, options: ExecOptions): Promise<ExecStreams>;
  /** @throws StatusError as exec */
  attach(ref: ContainerRef, options: { stdin?: boolean; tty?: boolean }): Promise<ExecStreams>;
  /** The inside of a container, made if need be: what `lab exec pod/NAME` enters. @throws StatusError as exec */
  enter(ref: ContainerRef): Promise<ContainerPlace>;
  /** Whole lines, each with its newline. @throws StatusError before the first line */
  logs(ref: ContainerRef, options?: LogOptions): AsyncIterable<string>;
  /** The worker of a pod that runs: its `attachment.namespace` is what port-forward needs. */
  worker(namespace: string, name: string): PodWorker | undefined;
}

export function createKubelet(options: KubeletOptions): Kubelet {
  return new LabKubelet(options);
}

class LabKubelet implements Kubelet {
  readonly #workers = new Map<string, PodWorker>();
  /** Pods on their way out, by namespace/name: a successor of the same name waits for them. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #services: ServicesView;
  readonly #containers: Containers;
  readonly #writer: PodWriter;
  readonly #hooks: ContainerHooks;
  readonly #starts: PodStartParts;
  #queue: ChangeEvent[] = [];
  #unwatch: (() => void) | undefined;

  constructor(private readonly options: KubeletOptions) {
    const { registry, servers, clock, config, scratch } = options;
    const { nodeResolver = { nameservers: [config.lan.gateway], searches: [], options: [] } } = options;
    const { processes = createProcessContainers(scratch, clock) } = options;
    this.#services = new ServicesView(registry);
    this.#containers = new Containers({
      servers,
      processes,
      clock,
      agents: options.agents,
      services: (namespace) => this.#services.of(namespace).services,
    });
    this.#writer = createWriter(registry);
    this.#hooks = createHooks(
      clock,
      options.runHandler ?? createHandlerRunner(clock, minorVersion(config.kubernetesVersion)),
    );
    this.#starts = {
      services: this.#services,
      registry,
      config,
      volumes: new VolumeStore(scratch),
      nodeHosts: nodeHostsFile(config),
      nodeResolver,
    };
  }

  start(): void {
    const { registry } = this.options;
    this.#unwatch = registry.watch(undefined, (event) => this.#enqueue(event));
    for (const pod of registry.list<StoredPod & KubeObject>('', 'Pod')) this.#seen(pod);
  }

  stop(): void {
    this.#unwatch?.();
  }

  async settled(): Promise<void> {
    const known = new Set<PodWorker>();
    for (;;) {
      this.#drain();
      const fresh = [...this.#workers.values()].filter((worker) => !known.has(worker));
      if (fresh.length === 0) return;
      for (const worker of fresh) known.add(worker);
      await Promise.all(fresh.map(({ begun }) => begun));
    }
  }

  worker(namespace: string, name: string): PodWorker | undefined {
    const pod = this.options.registry.get({ group: '', kind: 'Pod', namespace, name });
    return pod?.metadata.uid === undefined ? undefined : this.#workers.get(pod.metadata.uid);
  }

  exec(ref: ContainerRef, options: ExecOptions): Promise<ExecStreams> {
    return execIn(this.#target(ref), ref, options);
  }

  attach(ref: ContainerRef, options: { stdin?: boolean; tty?: boolean }): Promise<ExecStreams> {
    return attachTo(this.#target(ref), ref, options);
  }

  enter(ref: ContainerRef): Promise<ContainerPlace> {
    return enterContainer(this.#target(ref), ref);
  }

  logs(ref: ContainerRef, options: LogOptions = {}): AsyncIterable<string> {
    return readLogs(this.#target(ref), ref, options, this.options.clock);
  }

  #target({ namespace, pod }: ContainerRef): PodWorker {
    const stored = this.options.registry.get({ group: '', kind: 'Pod', namespace, name: pod });
    if (!stored) throw new StatusError('NotFound', `pods "${pod}" not found`, { name: pod, kind: 'pods' });
    const worker = this.#workers.get(stored.metadata.uid ?? '');
    if (worker) return worker;
    const isBound = (stored as StoredPod).spec?.nodeName !== undefined;
    const why = isBound
      ? 'had ended before this lab was last started: nothing of it is left'
      : 'does not have a host assigned';
    throw new StatusError('BadRequest', `pod ${pod} ${why}`);
  }

  /** Changes are handled after the write that made them, so that the kubelet never writes inside another's write. */
  #enqueue(event: ChangeEvent): void {
    if (event.key.group !== '' || (event.key.kind !== 'Pod' && event.key.kind !== 'Service')) return;
    if (event.key.kind === 'Service') this.#services.forget(event.key.namespace);
    this.#queue.push(event);
    if (this.#queue.length === 1) queueMicrotask(() => this.#drain());
  }

  #drain(): void {
    const events = this.#queue;
    this.#queue = [];
    const namespaces = new Set<string>();
    for (const { type, key, object } of events) {
      if (key.kind === 'Service') namespaces.add(key.namespace);
      else if (type === 'DELETED') this.#gone(object as StoredPod);
      else this.#seen(object as StoredPod);
    }
    if (namespaces.size > 0) this.#servicesChanged(namespaces);
  }

  #seen(pod: StoredPod): void {
    const worker = this.#workers.get(pod.metadata.uid ?? '');
    if (worker) worker.update(pod);
    else if (pod.spec?.nodeName && pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed')
      this.#bring(pod);
  }

  #bring(pod: StoredPod): void {
    const node = this.options.node(pod.spec?.nodeName ?? '');
    if (!node) return;
    const { clock, network, recordEvent, onError } = this.options;
    const worker = new PodWorker(pod, {
      node,
      clock,
      network,
      recordEvent,
      onError,
      hooks: this.#hooks,
      starts: this.#starts,
      containers: this.#containers,
      writer: this.#writer,
    });
    this.#workers.set(pod.metadata.uid ?? '', worker);
    const predecessor = this.#leaving.get(nameOf(pod)) ?? Promise.resolve();
    predecessor.then(() => worker.start()).catch(this.options.onError);
    if (pod.metadata.deletionTimestamp) worker.update(pod);
  }

  /** Deleted without waiting for the kubelet, or confirmed by it: whatever is left is stopped. */
  #gone(pod: StoredPod): void {
    const uid = pod.metadata.uid ?? '';
    const worker = this.#workers.get(uid);
    if (!worker) return;
    const leaving = worker.terminate(0);
    this.#leaving.set(nameOf(pod), leaving);
    void leaving.then(() => {
      this.#workers.delete(uid);
      if (this.#leaving.get(nameOf(pod)) === leaving) this.#leaving.delete(nameOf(pod));
    });
  }

  #servicesChanged(namespaces: ReadonlySet<string>): void {
    for (const worker of this.#workers.values()) {
      if (namespaces.has(worker.pod.metadata.namespace ?? '') && followsServices(worker.pod)) worker.servicesChanged();
    }
  }
}

/** `v1.30.4` gives `1.30`. */
function minorVersion(version: string): string {
  return version.replace(/^v/, '').split('.').slice(0, 2).join('.');
}

function nameOf({ metadata }: StoredPod): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function createWriter(registry: Registry): PodWriter {
  const stored = (pod: StoredPod): StoredPod | undefined => {
    const current = registry.get<StoredPod & KubeObject>(keyOf(pod as KubeObject));
    return current?.metadata.uid === pod.metadata.uid ? current : undefined;
  };
  return {
    writeStatus(pod, compute) {
      const current = stored(pod);
      if (!current) return;
      const status: PodStatus = { ...current.status, ...compute(current) };
      registry.update({ ...current, status } as KubeObject, { subresource: 'status', trusted: true });
    },
    confirmDeletion(pod) {
      const current = stored(pod);
      if (!current?.metadata.deletionTimestamp) return;
      const { uid = '' } = pod.metadata;
      registry.delete(keyOf(current as KubeObject), { gracePeriodSeconds: 0, preconditions: { uid } });
    },
  };
}
