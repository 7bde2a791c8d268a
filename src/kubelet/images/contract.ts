/**
 * What a container image does in the lab: the words that the catalogue, the kubelet and the pod servers share.
 *
 * Differs: no image is pulled or run; an image's name selects one of the behaviours built into the lab.
 */
import type { Container, Pod, Service } from 'kubernetes-types/core/v1.js';

/** A built-in server. `emulated` stands in for every image that the catalogue does not know. */
export type ServerBehaviour =
  | 'k8s-lab'
  | 'whoami'
  | 'http-echo'
  | 'kubia'
  | 'nginx'
  | 'httpd'
  | 'hello-app'
  | 'netexec'
  | 'serve-hostname'
  | 'coredns'
  | 'emulated';

/** Programs that the lab brings along: see `runtime/agent-container.ts`. */
export type AgentName = 'metallb-speaker' | 'kube-proxy';

export type Protocol = 'TCP' | 'UDP';

/** One listener of one container, as plain data. */
export interface ServerPlan {
  container: string;
  protocol: Protocol;
  port: number;
  behaviour: ServerBehaviour;
  /** What the behaviour read from args and environment, for example `text`. */
  parameters: Readonly<Record<string, string>>;
  /** Where the image keeps the files that it serves, as the container sees it. */
  documents?: string;
  /** The same on the lab's disk, if it is anywhere there; found out when the container starts. */
  documentRoot?: string;
}

/** What starting a container means. */
export type ContainerPlan =
  | { kind: 'servers'; servers: ServerPlan[]; notice?: string }
  /** A real process in the pod's namespaces. */
  | { kind: 'command'; argv: string[] }
  /** A process that only waits to be stopped, such as `pause`. */
  | { kind: 'pause' }
  /** A program that the lab brings along, or whose work it does. */
  | { kind: 'agent'; agent: AgentName }
  /** A process that ends at once: a shell without input, a server that refuses its arguments. */
  | { kind: 'exit'; exitCode: number; output: string };

/** What an image is, before a container's own command and arguments are looked at. */
export interface ImageBehaviour {
  plan(container: Container, context: PlanContext): ContainerPlan;
  /** True when the catalogue has no entry for the image: an event says that it is emulated. */
  emulated: boolean;
}

/** Pods and Services as plans read them: stored ones, or drafts. */
export type PodView = Pick<Pod, 'metadata' | 'spec'>;
export type ServiceView = Pick<Service, 'metadata' | 'spec'>;

/** What a plan may depend on besides the container. */
export interface PlanContext {
  pod: PodView;
  services: readonly ServiceView[];
  /** The container's environment after expansion. */
  env: Readonly<Record<string, string>>;
}

/** Who and where a pod is, as its server tells it. */
export interface PodPlace {
  uid: string;
  namespace: string;
  name: string;
  hostname: string;
  node: string;
}
