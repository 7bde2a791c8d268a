/**
 * What `lab up` tells a new daemon, and what the daemon answers: JSON lines on the channel between them.
 */
import type { CertificateRequest, Certificates } from '../apiserver/certificates.js';
import type { ProviderName } from '../cloud/provider.js';
import type { Balance, ProxyMode } from '../proxy/contract.js';
import type { FailureKind } from './failure.js';
import type { LabStatus } from './state/state-directory.js';

/** One file of manifests, as read by the command: the daemon opens none. */
export interface ManifestText {
  /** As the user wrote it, for messages. */
  file: string;
  text: string;
}

/** Whose kernel a lab runs in: the machine's, or its own in user-mode Linux. */
export type LabKernel = 'machine' | 'uml';

/** How a lab is to be. What a running lab cannot change is compared field by field by a second `up`. */
export interface LabSettings {
  seed: number;
  balance: Balance;
  /** What kube-proxy's ConfigMap says at the start. */
  proxyMode: ProxyMode;
  attach: boolean;
  /** Absent: not yet chosen. */
  kernel?: LabKernel;
  /** Whether ClusterIPs are resolved at the socket, by eBPF, in front of the proxy mode. */
  socketLB: boolean;
  /** Absent: what the kernel has, legacy first. */
  iptables?: 'legacy' | 'nft';
  /** A cloud around the cluster; absent: what the cluster configuration says, else none. */
  cloud?: ProviderName;
  /** The text of a cluster configuration; absent: the course's. */
  config?: ManifestText;
}

export interface StartRequest {
  name: string;
  settings: LabSettings;
  manifests: ManifestText[];
  /** Process id of the `unshare` that holds the namespaces. */
  launcher: number;
  /** Whether the daemon is in a user namespace, because the user is not root. */
  rootless: boolean;
  stateRoot: string;
  /** Added by the keeper when the lab runs in a kernel of its own. */
  guest?: GuestPlace;
}

/** What a daemon in a kernel of its own is told of the machine outside. */
export interface GuestPlace {
  /** The process that stands for the lab outside. */
  keeper: number;
  /** The first process of its PID namespace. */
  init: number;
  /** Where the control socket is to be. */
  control: string;
  /** A port that is the lab's on the machine's loopback. */
  apiPort: number;
}

/** What the command sends later on, when it was asked for it. */
export interface CertificateAnswer {
  certificates: Certificates;
}

export type StartReport =
  | { kind: 'progress'; text: string }
  /** The command has nothing to do while the daemon makes namespaces: it makes the lab's certificates. */
  | { kind: 'certificates'; request: CertificateRequest }
  | { kind: 'ready'; status: LabStatus; outcome: ApplyOutcome[] }
  | { kind: 'failed'; failure: FailureKind; message: string };

/** What became of one document: kubectl's words. */
export interface ApplyOutcome {
  /** `service/myweb-svc`, `deployment.apps/web`. */
  object: string;
  outcome: 'created' | 'configured' | 'unchanged';
}

export const defaultSettings: LabSettings = {
  seed: 1,
  balance: 'replayable',
  proxyMode: 'iptables',
  attach: false,
  socketLB: false,
};
