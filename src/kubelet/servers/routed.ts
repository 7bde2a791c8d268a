/**
 * Several server processes behind one face: each container's servers live in the process that its behaviour belongs to.
 */
import type { PodPlace, ServerPlan } from '../images/contract.js';
import type { PodServers } from './client.js';
import type { StartFailure } from './protocol.js';

/** Servers for which `isApart` run in `apart`, which may still be starting; all others in `pods`. */
export function routeServers(
  pods: PodServers,
  apart: Promise<PodServers>,
  isApart: (plan: ServerPlan) => boolean,
): PodServers {
  return new RoutedServers(pods, apart, isApart);
}

class RoutedServers implements PodServers {
  /** Containers, as UID/NAME, that run apart; known from their start on. */
  readonly #apart = new Map<string, PodServers>();

  constructor(
    private readonly pods: PodServers,
    private readonly apart: Promise<PodServers>,
    private readonly isApart: (plan: ServerPlan) => boolean,
  ) {}

  get pid(): number {
    return this.pods.pid;
  }

  async start(pod: PodPlace, namespacePath: string, plans: readonly ServerPlan[]): Promise<StartFailure[]> {
    const apart = plans.filter(this.isApart);
    if (apart.length === 0) return this.pods.start(pod, namespacePath, plans);
    const servers = await this.apart;
    for (const { container } of apart) this.#apart.set(`${pod.uid}/${container}`, servers);
    return servers.start(pod, namespacePath, apart);
  }

  async stop(uid: string, options: { container?: string; graceMilliseconds: number }): Promise<void> {
    if (options.container !== undefined) return this.#of(uid, options.container).stop(uid, options);
    await Promise.all(this.#all(uid).map((servers) => servers.stop(uid, options)));
  }

  forget(uid: string): void {
    for (const servers of this.#all(uid)) servers.forget(uid);
    for (const key of [...this.#apart.keys()]) if (key.startsWith(`${uid}/`)) this.#apart.delete(key);
  }

  logs(...[uid, container, options]: Parameters<PodServers['logs']>): ReturnType<PodServers['logs']> {
    return this.#of(uid, container).logs(uid, container, options);
  }

  follow(...[uid, container, listener, ended]: Parameters<PodServers['follow']>): () => void {
    return this.#of(uid, container).follow(uid, container, listener, ended);
  }

  onExit(listener: Parameters<PodServers['onExit']>[0]): void {
    this.pods.onExit(listener);
    // Servers that cannot be had are complained of where one is to start.
    this.apart.then(
      (servers) => servers.onExit(listener),
      () => undefined,
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.pods.close(), this.apart.then((servers) => servers.close())]);
  }

  #of(uid: string, container: string): PodServers {
    return this.#apart.get(`${uid}/${container}`) ?? this.pods;
  }

  #all(uid: string): PodServers[] {
    const apart = [...this.#apart].filter(([key]) => key.startsWith(`${uid}/`)).map(([, servers]) => servers);
    return [...new Set([this.pods, ...apart])];
  }
}
