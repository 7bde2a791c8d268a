/**
 * What the REST face needs from the rest of the lab, as injected interfaces. The server itself knows HTTP, Kubernetes'
 * verbs and negotiation; storage and pods are given to it.
 */
import type { Duplex, Readable, Writable } from 'node:stream';
import type { KubeObject } from '../api/object.js';
import type { KindInfo, Registry } from '../registry/contract.js';
import type { Clock } from '../world/contract.js';
import type { ListPages } from './list-pages.js';
import type { OpenApi } from './open-api.js';

/** A parsed body that claims to be an object; nothing about it is checked yet. */
export type Untyped = Record<string, unknown>;

/** In whose name something is written. */
export interface WriteOwner {
  manager: string;
  /** RFC 3339, for `managedFields[].time`. */
  time: string;
  /** `apps/v1`: the version whose fields the manager owns. */
  apiVersion: string;
  /** `status`, … when the write went there. */
  subresource?: string;
}

export interface ApplyRequest extends WriteOwner {
  /** Takes over what others own instead of refusing. */
  force: boolean;
}

/** Field ownership. Pure: neither function changes its arguments. */
export interface FieldManagement {
  /**
   * Server-side apply; `live` is absent when the object does not exist yet.
   * @throws StatusError Conflict when another manager owns a field and `force` is not set.
   */
  apply(live: KubeObject | undefined, configuration: Untyped, request: ApplyRequest): KubeObject;
  /** Records in `managedFields` what a plain write changed. Expects `written` with its defaults. */
  manage(live: KubeObject | undefined, written: KubeObject, owner: WriteOwner): KubeObject;
}

/** A running command and its streams. */
export interface PodProcess {
  stdin?: Writable;
  stdout: Readable;
  /** Absent with a terminal. */
  stderr?: Readable;
  resize?(width: number, height: number): void;
  /** Settles when the process has ended and its output is complete. Never rejects. */
  exit: Promise<{ code: number }>;
  /** The client went away: hang up. */
  kill(): void;
}

export interface ExecRequest {
  command: readonly string[];
  tty: boolean;
  stdin: boolean;
}

export interface LogRequest {
  follow: boolean;
  previous: boolean;
  timestamps: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  /** RFC 3339. */
  sinceTime?: string;
  limitBytes?: number;
}

/** The kubelet's streaming endpoints. @throws StatusError when the container cannot serve. */
export interface PodStreams {
  exec(pod: KubeObject, container: string, request: ExecRequest): Promise<PodProcess> | PodProcess;
  attach(pod: KubeObject, container: string, request: Omit<ExecRequest, 'command'>): Promise<PodProcess> | PodProcess;
  connect(pod: KubeObject, port: number): Promise<Duplex> | Duplex;
  /** Ends by itself without `follow`; `signal` tells that nobody listens any more. */
  logs(pod: KubeObject, container: string, request: LogRequest, signal: AbortSignal): AsyncIterable<Buffer>;
}

/** What every handler works with. */
export interface Api {
  registry: Registry;
  fields: FieldManagement;
  openApi: OpenApi;
  /** Absent: pods have no commands and no logs; clients get a clear refusal. */
  streams?: PodStreams;
  clock: Clock;
  /** Lists that clients read page by page. */
  pages: ListPages;
  version: { major: number; minor: number; gitVersion: string };
  /** The kind behind a REST path, in that version. */
  resource(group: string, version: string, plural: string): KindInfo | undefined;
  /** Told about faults of the server itself; never about a client's mistakes. */
  report(fault: unknown): void;
}
