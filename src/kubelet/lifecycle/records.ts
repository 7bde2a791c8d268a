/**
 * What the kubelet knows of a pod while it runs: plain data from which its status is computed.
 */

export interface Terminated {
  exitCode: number;
  /** `Completed`, `Error`, `OOMKilled`, `StartError`. */
  reason: string;
  message?: string;
  /** RFC 3339. */
  startedAt: string | null;
  finishedAt: string;
}

export type ContainerState =
  | { kind: 'waiting'; reason: string; message?: string }
  | { kind: 'running'; startedAt: string }
  | ({ kind: 'terminated' } & Terminated);

export interface ContainerRecord {
  name: string;
  /** How often it was restarted. */
  restartCount: number;
  state: ContainerState;
  lastTermination?: Terminated;
  /** What its readiness probe says; without one, whether it runs. */
  ready: boolean;
  /** Running, and its startup probe has succeeded. */
  started: boolean;
}

export interface PodRecord {
  init: ContainerRecord[];
  containers: ContainerRecord[];
  /** The sandbox, that is the network, is there. */
  sandboxReady: boolean;
  /** When the kubelet first saw the pod, RFC 3339. */
  startTime: string;
  podIPs: string[];
  hostIP: string;
}

/** A container that has not started yet. */
export function newContainerRecord(name: string, reason: 'ContainerCreating' | 'PodInitializing'): ContainerRecord {
  return { name, restartCount: 0, state: { kind: 'waiting', reason }, ready: false, started: false };
}

/** `Completed` for a good end, `Error` otherwise, as the container runtime names them. */
export function terminationOf(end: { exitCode: number }, startedAt: string | null, finishedAt: string): Terminated {
  const reason = end.exitCode === 0 ? 'Completed' : 'Error';
  return { exitCode: end.exitCode, reason, startedAt, finishedAt };
}
