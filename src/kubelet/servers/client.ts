/**
 * The daemon's handle on the pod-server process: commands become promises, and a process that dies is replaced with
 * every listener it had.
 */
import type { ChildProcess } from 'node:child_process';
import { forkNode } from '../../kernel/node-process.js';
import type { PodPlace, ServerPlan } from '../images/contract.js';
import type { LogLine } from '../log-ring.js';
import type { ServerCommand, ServerReport, StartFailure } from './protocol.js';

export interface PodServers {
  /** The process, as the lab's PID namespace numbers it. */
  readonly pid: number;
  /** Opens listeners inside the namespace; resolves with those that failed when all are open. */
  start(pod: PodPlace, namespacePath: string, plans: readonly ServerPlan[]): Promise<StartFailure[]>;
  /** Stops accepting at once, resolves when requests in flight are answered or `graceMilliseconds` are over. */
  stop(uid: string, options: { container?: string; graceMilliseconds: number }): Promise<void>;
  /** The pod is gone for good: drops its logs and its hold on the namespace. */
  forget(uid: string): void;
  logs(uid: string, container: string, options?: { previous?: boolean }): Promise<LogLine[]>;
  /** Later lines of a container until the returned function is called; `ended` when the container stops. */
  follow(uid: string, container: string, listener: (line: LogLine) => void, ended: () => void): () => void;
  /** Hears of servers that end themselves. */
  onExit(listener: (uid: string, container: string, exitCode: number) => void): void;
  /** Ends the process; its listeners go with it. */
  close(): Promise<void>;
}

interface Hosted {
  pod: PodPlace;
  namespacePath: string;
  plans: ServerPlan[];
}

interface Follower {
  listener: (line: LogLine) => void;
  ended: () => void;
}

type Pending = (report: Extract<ServerReport, { kind: 'done' | 'lines' }>) => void;

/** What a process of another entry is told and tells besides the commands for its servers. */
export interface SideChannel {
  entry: URL;
  /** The process is up, for the first time or again; what is sent here reaches it before any command. */
  launched(send: (message: object) => void): void;
  /** A message that is no ServerReport. */
  heard(message: unknown): void;
}

/** Starts the process and resolves when it takes commands. @throws Error when it cannot start. */
export async function startServerProcess(side?: SideChannel): Promise<PodServers> {
  const client = new ServerClient(side);
  await client.launch();
  return client;
}

const podServersEntry = new URL('./main.js', import.meta.url);

class ServerClient implements PodServers {
  #child: ChildProcess | undefined;
  #closing = false;
  #lastId = 0;
  readonly #hosted = new Map<string, Hosted>();
  readonly #pending = new Map<number, Pending>();
  readonly #followers = new Map<number, Follower>();
  readonly #exitListeners: ((uid: string, container: string, exitCode: number) => void)[] = [];

  constructor(private readonly side?: SideChannel) {}

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  launch(): Promise<void> {
    const child = forkNode(this.side?.entry ?? podServersEntry);
    this.#child = child;
    return new Promise((resolve, reject) => {
      let ready = false;
      child.on('message', (report: ServerReport) => {
        if (report.kind !== 'ready') return this.#hear(report);
        ready = true;
        this.side?.launched((message) => child.connected && child.send(message, () => {}));
        resolve();
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        if (ready) this.#replace();
        else reject(new Error(`the pod-server process ended at start with ${signal ?? `code ${code}`}`));
      });
    });
  }

  async start(pod: PodPlace, namespacePath: string, plans: readonly ServerPlan[]): Promise<StartFailure[]> {
    const earlier = this.#hosted.get(pod.uid)?.plans ?? [];
    this.#hosted.set(pod.uid, { pod, namespacePath, plans: [...earlier, ...plans] });
    const report = await this.#ask((id) => ({ kind: 'start', id, pod, namespacePath, plans: [...plans] }));
    return report.kind === 'done' ? report.failures : [];
  }

  async stop(
    uid: string,
    { container, graceMilliseconds }: { container?: string; graceMilliseconds: number },
  ): Promise<void> {
    const hosted = this.#hosted.get(uid);
    if (!hosted) return;
    hosted.plans = hosted.plans.filter((plan) => container !== undefined && plan.container !== container);
    await this.#ask((id) => ({ kind: 'stop', id, uid, container, graceMilliseconds }));
  }

  forget(uid: string): void {
    if (this.#hosted.delete(uid)) this.#send({ kind: 'forget', uid });
  }

  async logs(uid: string, container: string, { previous = false } = {}): Promise<LogLine[]> {
    const report = await this.#ask((id) => ({ kind: 'logs', id, uid, container, previous }));
    return report.kind === 'lines' ? report.lines : [];
  }

  follow(uid: string, container: string, listener: (line: LogLine) => void, ended: () => void): () => void {
    const id = ++this.#lastId;
    this.#followers.set(id, { listener, ended });
    this.#send({ kind: 'follow', id, uid, container });
    return () => {
      if (this.#followers.delete(id)) this.#send({ kind: 'unfollow', id });
    };
  }

  onExit(listener: (uid: string, container: string, exitCode: number) => void): void {
    this.#exitListeners.push(listener);
  }

  async close(): Promise<void> {
    this.#closing = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  #ask(command: (id: number) => ServerCommand): Promise<Parameters<Pending>[0]> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#pending.set(id, resolve);
      this.#send(command(id));
    });
  }

  #send(command: ServerCommand): void {
    // A channel that has just closed loses the command; `#replace` then answers for it.
    if (this.#child?.connected) this.#child.send(command, () => {});
  }

  #hear(report: ServerReport): void {
    switch (report.kind) {
      case 'done':
      case 'lines':
        this.#pending.get(report.id)?.(report);
        this.#pending.delete(report.id);
        return;
      case 'line':
        return this.#followers.get(report.id)?.listener(report.line);
      case 'end':
        return this.#endFollower(report.id);
      case 'exited':
        for (const listener of this.#exitListeners) listener(report.uid, report.container, report.exitCode);
        return;
      default:
        this.side?.heard(report);
    }
  }

  #endFollower(id: number): void {
    const follower = this.#followers.get(id);
    this.#followers.delete(id);
    follower?.ended();
  }

  /** The process died: a new one opens what the old one had open; logs start afresh. */
  #replace(): void {
    const lost = [...this.#pending];
    this.#pending.clear();
    for (const id of [...this.#followers.keys()]) this.#endFollower(id);
    if (this.#closing) return void this.#resolveLost(lost);
    this.launch()
      .then(() =>
        Promise.all(
          [...this.#hosted.values()].map(({ pod, namespacePath, plans }) =>
            this.#ask((id) => ({ kind: 'start', id, pod, namespacePath, plans })),
          ),
        ),
      )
      .finally(() => this.#resolveLost(lost))
      .catch((error: Error) => process.emitWarning(error));
  }

  #resolveLost(lost: readonly [number, Pending][]): void {
    for (const [id, resolve] of lost) resolve({ kind: 'done', id, failures: [] });
  }
}
