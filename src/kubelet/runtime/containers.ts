/**
 * Starts a container as whatever its image and command make of it.
 */
import type { Container } from 'kubernetes-types/core/v1.js';
import type { Bind } from '../../kernel/sandbox.js';
import type { Clock } from '../../world/contract.js';
import type { PodAttachment, StoredPod } from '../contract.js';
import type { ContainerEnvironment } from '../environment/environment.js';
import { imageIndexPage } from '../images/answers/web-server.js';
import { behaviourOf, planContainer } from '../images/catalogue.js';
import type { AgentName, PodPlace, ServerPlan, ServiceView } from '../images/contract.js';
import { listensForServices } from '../images/emulated.js';
import type { PodServers } from '../servers/client.js';
import { agentContainer } from './agent-container.js';
import type { AgentProcess, ContainerShell, RunningContainer } from './contract.js';
import { startEndedContainer, startPauseContainer } from './idle-container.js';
import { ServerExits, startServerContainer } from './server-container.js';

/** Everything that one start of one container depends on. */
export interface ContainerStart {
  pod: StoredPod;
  place: PodPlace;
  attachment: PodAttachment;
  /** With args, command and env expanded. */
  container: Container;
  env: ContainerEnvironment;
  restartCount: number;
  /** Files that the kubelet manages, such as /etc/hosts. */
  files: Readonly<Record<string, string>>;
  /** Its volumes. */
  binds: readonly Bind[];
}

/** Makes processes in a container's own file system: the part that needs the kernel. */
export interface ProcessContainers {
  /** A process that is the container. @throws Error when it cannot be made */
  start(start: ContainerStart, argv: readonly string[]): Promise<RunningContainer>;
  /** Room for processes in a container that has none of its own. */
  shell(start: ContainerStart): ContainerShell;
  /** Where a path of such a container is on the lab's disk, once it is there: in a volume, or in what was written. */
  pathOf(start: ContainerStart, path: string): string;
}

/** Starts programs that the lab brings along. @throws Error when one cannot be started */
export type StartAgent = (agent: AgentName, start: ContainerStart) => Promise<AgentProcess>;

export interface ContainersOptions {
  agents?: StartAgent | undefined;
  servers: PodServers;
  processes: ProcessContainers;
  clock: Clock;
  services: (namespace: string) => readonly ServiceView[];
}

export class Containers {
  readonly #exits: ServerExits;
  /** Listeners of running built-in servers, by pod and container. */
  readonly #open = new Map<string, readonly ServerPlan[]>();

  constructor(private readonly options: ContainersOptions) {
    this.#exits = new ServerExits(options.servers);
  }

  /** What an event says of an image that the catalogue does not know. */
  notice(start: ContainerStart): string | undefined {
    const plan = this.#plan(start);
    return plan.kind === 'servers' ? plan.notice : undefined;
  }

  async start(start: ContainerStart): Promise<RunningContainer> {
    const plan = this.#plan(start);
    if (plan.kind === 'command') return this.options.processes.start(start, plan.argv);
    const shell = this.options.processes.shell({ ...start, files: { ...start.files, ...imageFiles(start, plan) } });
    const running = await this.#startBuiltIn(start, plan, shell);
    void running.ended.then(() => {
      this.#open.delete(openKey(start));
      return shell.remove();
    });
    return running;
  }

  /** Opens the ports that Services have come to name since an emulated container started. */
  async followServices(start: ContainerStart): Promise<void> {
    const plan = this.#plan(start);
    const open = this.#open.get(openKey(start)) ?? [];
    const known = new Set(open.map(({ protocol, port }) => `${protocol}/${port}`));
    const missing =
      plan.kind === 'servers' ? plan.servers.filter(({ protocol, port }) => !known.has(`${protocol}/${port}`)) : [];
    if (missing.length === 0) return;
    this.#open.set(openKey(start), [...open, ...missing]);
    await this.options.servers.start(start.place, start.attachment.namespacePath, missing);
  }

  /** The pod is gone. */
  forget(uid: string): void {
    this.options.servers.forget(uid);
  }

  #plan({ pod, container, env }: ContainerStart): ReturnType<typeof planContainer> {
    return planContainer(container, {
      pod,
      services: this.options.services(pod.metadata.namespace ?? ''),
      env: env.own,
    });
  }

  #withDocuments(start: ContainerStart, plan: ServerPlan): ServerPlan {
    if (!plan.documents) return plan;
    return { ...plan, documentRoot: this.options.processes.pathOf(start, plan.documents) };
  }

  async #startAgent(start: ContainerStart, agent: AgentName, shell: ContainerShell): Promise<RunningContainer> {
    const { agents, clock } = this.options;
    if (!agents) throw new Error(`exec: "${agent}": not available without a lab`);
    return agentContainer(await agents(agent, start), shell, clock);
  }

  #startBuiltIn(
    start: ContainerStart,
    plan: Exclude<ReturnType<typeof planContainer>, { kind: 'command' }>,
    shell: ContainerShell,
  ): Promise<RunningContainer> {
    switch (plan.kind) {
      case 'pause':
        return Promise.resolve(startPauseContainer(shell));
      case 'agent':
        return this.#startAgent(start, plan.agent, shell);
      case 'exit':
        return Promise.resolve(startEndedContainer(plan.exitCode, plan.output, this.options.clock, shell));
      case 'servers': {
        this.#open.set(openKey(start), plan.servers);
        const { place, attachment, container } = start;
        const { servers } = this.options;
        const { namespacePath } = attachment;
        return startServerContainer({
          servers,
          place,
          namespacePath,
          container: container.name,
          plans: plan.servers.map((one) => this.#withDocuments(start, one)),
          shell,
          exits: this.#exits,
          clock: this.options.clock,
        });
      }
    }
  }
}

/** What an image brings along that somebody who looks into the container expects to find. */
function imageFiles({ place }: ContainerStart, plan: ReturnType<typeof planContainer>): Record<string, string> {
  const servers = plan.kind === 'servers' ? plan.servers : [];
  const pages = servers.flatMap(({ documents, behaviour }) =>
    documents ? [[`${documents}/index.html`, imageIndexPage(behaviour, place.hostname)]] : [],
  );
  return Object.fromEntries(pages) as Record<string, string>;
}

function openKey({ place, container }: ContainerStart): string {
  return `${place.uid}/${container.name}`;
}

/** True when a change of Services can change what a pod listens on. */
export function followsServices(pod: StoredPod): boolean {
  return (pod.spec?.containers ?? []).some(
    (container) => behaviourOf(container.image ?? '').emulated && listensForServices(container),
  );
}
