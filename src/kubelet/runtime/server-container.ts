/**
 * A container whose program is one of the built-in servers: listeners in the pod-server process.
 */
import type { Clock } from '../../world/contract.js';
import type { ProcessEnd } from '../contract.js';
import type { PodPlace, ServerPlan } from '../images/contract.js';
import type { PodServers } from '../servers/client.js';
import type { ContainerShell, RunningContainer } from './contract.js';

export interface ServerContainerParts {
  servers: PodServers;
  place: PodPlace;
  namespacePath: string;
  container: string;
  plans: readonly ServerPlan[];
  shell: ContainerShell;
  clock: Clock;
  /** Where the kubelet hears of servers that end themselves. */
  exits: ServerExits;
}

/** Ends of servers by pod and container; one listener on the server process for all. */
export class ServerExits {
  readonly #waiting = new Map<string, (exitCode: number) => void>();

  constructor(servers: PodServers) {
    servers.onExit((uid, container, exitCode) => this.#waiting.get(`${uid}/${container}`)?.(exitCode));
  }

  expect(uid: string, container: string, ended: (exitCode: number) => void): void {
    this.#waiting.set(`${uid}/${container}`, ended);
  }

  forget(uid: string, container: string): void {
    this.#waiting.delete(`${uid}/${container}`);
  }
}

/** Opens the listeners. A port that is taken ends the container with 1, as a real server's bind error does. */
export async function startServerContainer(parts: ServerContainerParts): Promise<RunningContainer> {
  const { servers, place, namespacePath, container, plans, shell, exits, clock } = parts;
  let end: (end: ProcessEnd) => void = () => {};
  const ended = new Promise<ProcessEnd>((resolve) => {
    end = resolve;
  });
  const failures = await servers.start(place, namespacePath, plans);
  const stop = async (graceMilliseconds: number, exitCode: number): Promise<void> => {
    exits.forget(place.uid, container);
    await servers.stop(place.uid, { container, graceMilliseconds });
    end({ exitCode });
  };
  exits.expect(place.uid, container, (exitCode) => void stop(0, exitCode));
  if (failures.length > 0) await stop(0, 1);
  return {
    exec: (options) => shell.exec(options),
    enter: () => shell.enter(),
    ended,
    // Differs: built-in servers end with 0 on SIGTERM after answering what is in flight; some real ones die at once.
    async stop(graceMilliseconds) {
      const delayMs = Math.min(shutdownDelayMs(plans), graceMilliseconds);
      if (delayMs > 0) await new Promise<void>((resolve) => clock.after(delayMs, resolve));
      await stop(graceMilliseconds - delayMs, 0);
    },
    logs: (previous) => servers.logs(place.uid, container, { previous }),
    follow: (listener, followEnded) => servers.follow(place.uid, container, listener, followEnded),
  };
}

/** agnhost netexec `--delay-shutdown`: goes on serving for so long after SIGTERM. */
function shutdownDelayMs(plans: readonly ServerPlan[]): number {
  return Math.max(0, ...plans.map(({ parameters }) => Number(parameters['delayShutdown'] ?? 0) * 1000 || 0));
}
