/**
 * A started container, whatever is behind it: built-in servers, a real process, or nothing but time.
 * Models: the container runtime interface (CRI) as far as the kubelet's decisions need it.
 */
import type { ContainerPlace, ExecOptions, ExecStreams, ProcessEnd } from '../contract.js';
import type { LogLine } from '../log-ring.js';

export interface RunningContainer {
  /** Resolves when the container has ended, for whatever reason. */
  readonly ended: Promise<ProcessEnd>;
  /** SIGTERM, and SIGKILL when the grace is over; resolves when it has ended. */
  stop(graceMilliseconds: number): Promise<void>;
  /** Another process in the container. @throws Error when it cannot be started */
  exec(options: ExecOptions): Promise<ExecStreams>;
  /** Where another process of the lab's user can come in. */
  enter(): Promise<ContainerPlace>;
  /** The container's own standard streams; absent when its program has none, then attaching follows its log. */
  attach?(options: { stdin: boolean }): Promise<ExecStreams>;
  /** What it printed; of the run before the last when `previous` and this container is the one before. */
  logs(previous: boolean): Promise<LogLine[]>;
  follow(listener: (line: LogLine) => void, ended: () => void): () => void;
}

/** A program of the lab that is a container's only process. */
export interface AgentProcess {
  readonly ended: Promise<ProcessEnd>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Calls `line` for each that it prints, from its start. */
  onLine(line: (text: string) => void): void;
}

/** Processes beside a container that has none of its own: made at the first exec, removed with the container. */
export interface ContainerShell {
  exec(options: ExecOptions): Promise<ExecStreams>;
  enter(): Promise<ContainerPlace>;
  remove(): Promise<void>;
}
