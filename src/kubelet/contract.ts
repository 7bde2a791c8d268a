/**
 * What the kubelet needs from the rest of the lab, and what it offers: pods' network, nodes, events in; exec, logs out.
 */
import type { Readable, Writable } from 'node:stream';
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../api/object.js';
import type { NetworkNamespace } from '../kernel/netns.js';
import type { SandboxNamespaces } from '../kernel/sandbox.js';

export type StoredPod = Stored<Pod>;

/** A pod's place in the network. */
export interface PodAttachment {
  namespace: NetworkNamespace;
  /** Where other processes of the lab can open the namespace. */
  namespacePath: string;
  /** The pod's addresses, IPv4 first. */
  podIPs: readonly string[];
}

/** The CNI of the lab. Pods with `hostNetwork` are attached to their node's own namespace. */
export interface PodNetwork {
  /** May gather the calls of one turn into one operation. @throws Error with CNI's words when the pod cannot be attached */
  attach(pod: StoredPod): Promise<PodAttachment>;
  detach(pod: StoredPod): Promise<void>;
  /** Address management has not decided yet: a pod that was made with a node in its spec is seen before its address. */
  awaitsAddress?(pod: StoredPod): boolean;
}

/** The machine that a pod is bound to. */
export interface NodePlace {
  name: string;
  /** Its address on the LAN: the pods' hostIP. */
  address: string;
  /** Probes are sent from here, as a real kubelet does. */
  namespace: NetworkNamespace;
}

/** One event about a pod. */
export interface EventRequest {
  involved: KubeObject;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  component: 'kubelet';
  host: string;
}

export interface ContainerRef {
  namespace: string;
  pod: string;
  /** Absent: the pod's default container (annotation `kubectl.kubernetes.io/default-container`, else the first). */
  container?: string;
}

/** How a process in a container ended. */
export interface ProcessEnd {
  /** 128 + signal for a process that a signal ended. */
  exitCode: number;
}

export interface ExecOptions {
  command: readonly string[];
  tty?: boolean;
  stdin?: boolean;
}

/** A process that someone talks to. With a tty, `stderr` carries nothing. */
export interface ExecStreams {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  resize(columns: number, rows: number): void;
  kill(): void;
  ended: Promise<ProcessEnd>;
}

/** The inside of a container, for a command that brings its own terminal. */
export interface ContainerPlace {
  /** Descriptors of the daemon's. */
  namespaces: SandboxNamespaces;
  env: Readonly<Record<string, string>>;
  cwd: string;
}

export interface LogOptions {
  follow?: boolean;
  tail?: number;
  previous?: boolean;
  sinceMs?: number;
  /** Milliseconds since the epoch. */
  sinceTime?: number;
  timestamps?: boolean;
  limitBytes?: number;
  /** Ends a `follow` whose reader is gone. */
  signal?: AbortSignal;
}
