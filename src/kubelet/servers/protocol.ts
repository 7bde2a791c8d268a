/**
 * What the daemon and the pod-server process say to each other over the IPC channel: plain JSON.
 *
 * Every command with an `id` is answered by exactly one `done` or `lines`; the rest are news.
 */
import type { PodPlace, ServerPlan } from '../images/contract.js';
import type { LogLine } from '../log-ring.js';

export interface StartCommand {
  kind: 'start';
  id: number;
  pod: PodPlace;
  /** Path under which the pod's network namespace can be opened. */
  namespacePath: string;
  plans: ServerPlan[];
}

export interface StopCommand {
  kind: 'stop';
  id: number;
  uid: string;
  /** Absent: all containers of the pod. */
  container?: string;
  /** How long requests in flight may take before their connections are cut. */
  graceMilliseconds: number;
}

export type ServerCommand =
  | StartCommand
  | StopCommand
  /** The pod is gone: its logs go too. */
  | { kind: 'forget'; uid: string }
  | { kind: 'logs'; id: number; uid: string; container: string; previous: boolean }
  /** From now on each line of the container comes as `line` with this `id`, until `unfollow`. */
  | { kind: 'follow'; id: number; uid: string; container: string }
  | { kind: 'unfollow'; id: number };

/** A listener that could not be opened. */
export interface StartFailure {
  container: string;
  protocol: 'TCP' | 'UDP';
  port: number;
  /** In the words of the server's own error, such as `listen tcp :80: bind: address already in use`. */
  message: string;
}

export type ServerReport =
  | { kind: 'ready' }
  | { kind: 'done'; id: number; failures: StartFailure[] }
  | { kind: 'lines'; id: number; lines: LogLine[] }
  | { kind: 'line'; id: number; line: LogLine }
  /** The followed container stopped: no more lines. */
  | { kind: 'end'; id: number }
  /** A server ended itself, as `/shutdown` of agnhost does. */
  | { kind: 'exited'; uid: string; container: string; exitCode: number };
