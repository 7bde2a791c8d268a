/**
 * All pods that one server process hosts: opens, drains and remembers their listeners and logs.
 */
import { closeNamespace, type NetworkNamespace, openNamespace } from '../../kernel/netns.js';
import type { Clock } from '../../world/contract.js';
import type { PodPlace, ServerPlan } from '../images/contract.js';
import { LogRing } from '../log-ring.js';
import { HttpFront } from './http-front.js';
import type { Listener } from './listeners.js';
import type { StartCommand, StartFailure, StopCommand } from './protocol.js';
import { createSite, type Site } from './site.js';

interface HostedContainer {
  listeners: Listener[];
  log: LogRing;
  previous: LogRing | undefined;
  running: boolean;
}

interface HostedPod {
  place: PodPlace;
  namespace: NetworkNamespace;
  containers: Map<string, HostedContainer>;
}

/** Opens what one plan asks for. */
export type OpenListener = (site: Site, namespace: NetworkNamespace, front: HttpFront) => Listener;

/** Told when a server ends its own process. */
export type ExitListener = (uid: string, container: string, exitCode: number) => void;

export class PodHost {
  readonly #pods = new Map<string, HostedPod>();
  readonly #front = new HttpFront();

  constructor(
    private readonly clock: Clock,
    private readonly openListener: OpenListener,
    private readonly onExit: ExitListener,
  ) {}

  /** Opens all listeners at once; a port that is taken fails alone. */
  async start({ pod: place, namespacePath, plans }: StartCommand): Promise<StartFailure[]> {
    const pod = this.#pod(place, namespacePath);
    const openings = plans.map((plan) => this.#open(pod, plan));
    const failures = await Promise.all(openings);
    return failures.filter((failure) => failure !== undefined);
  }

  /** Stops accepting, lets requests in flight finish, cuts what is left after the grace. */
  async stop({ uid, container, graceMilliseconds }: StopCommand): Promise<void> {
    const pod = this.#pods.get(uid);
    if (!pod) return;
    const stopping = [...pod.containers].filter(([name]) => container === undefined || name === container);
    await Promise.all(stopping.map(([, hosted]) => this.#stopContainer(hosted, graceMilliseconds)));
  }

  /** Drops a stopped pod, its logs and its hold on the namespace. */
  forget(uid: string): void {
    const pod = this.#pods.get(uid);
    if (!pod) return;
    for (const { listeners, log } of pod.containers.values()) {
      for (const listener of listeners) listener.cut();
      log.end();
    }
    closeNamespace(pod.namespace);
    this.#pods.delete(uid);
  }

  /** The log of a container's current run, or of the one before. */
  log(uid: string, container: string, previous = false): LogRing | undefined {
    const hosted = this.#pods.get(uid)?.containers.get(container);
    return previous ? hosted?.previous : hosted?.log;
  }

  #pod(place: PodPlace, namespacePath: string): HostedPod {
    const known = this.#pods.get(place.uid);
    if (known) return known;
    const namespace = openNamespace(`${place.namespace}/${place.name}`, namespacePath);
    const pod: HostedPod = { place, namespace, containers: new Map() };
    this.#pods.set(place.uid, pod);
    return pod;
  }

  async #open(pod: HostedPod, plan: ServerPlan): Promise<StartFailure | undefined> {
    const hosted = runningContainer(pod, plan.container);
    const exit = (exitCode: number): void => this.onExit(pod.place.uid, plan.container, exitCode);
    const site = createSite({
      place: pod.place,
      plan,
      namespace: pod.namespace,
      log: hosted.log,
      clock: this.clock,
      exit,
    });
    const listener = this.openListener(site, pod.namespace, this.#front);
    try {
      await listener.opened;
    } catch (error) {
      const message = bindError(plan, error as NodeJS.ErrnoException);
      site.log(message);
      return { container: plan.container, protocol: plan.protocol, port: plan.port, message };
    }
    hosted.listeners.push(listener);
    for (const line of site.answerer.banner?.(site.context) ?? []) site.log(line);
    return undefined;
  }

  /** A second call with less grace cuts sooner. */
  async #stopContainer(hosted: HostedContainer, graceMilliseconds: number): Promise<void> {
    hosted.running = false;
    const { listeners } = hosted;
    const cancel = this.clock.after(graceMilliseconds, () => {
      for (const listener of listeners) listener.cut();
    });
    await Promise.all(listeners.map((listener) => listener.drain()));
    cancel();
    hosted.log.end();
  }
}

/** The container as it runs: a stopped one starts a new log and keeps the last as `previous`. */
function runningContainer(pod: HostedPod, name: string): HostedContainer {
  const known = pod.containers.get(name);
  if (known?.running) return known;
  const fresh: HostedContainer = { listeners: [], log: new LogRing(), previous: known?.log, running: true };
  pod.containers.set(name, fresh);
  return fresh;
}

/** Go's words for a listener that could not be opened, as a real container's last log line has them. */
function bindError(plan: ServerPlan, error: NodeJS.ErrnoException): string {
  const reason =
    error.code === 'EADDRINUSE'
      ? 'address already in use'
      : error.code === 'EACCES'
        ? 'permission denied'
        : error.message;
  return `listen ${plan.protocol.toLowerCase()} :${plan.port}: bind: ${reason}`;
}
