/**
 * The words of the cloud that `lab up --cloud` plays: its load balancers as plain data, from which rules, proxies, health
 * checks and names are made.
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../api/object.js';

export type CloudService = Stored<Service> & KubeObject;

/**
 * `classic`: a proxy, whose own address the targets see. `network`: AWS' network load balancer, which rewrites the
 * destination and keeps the client's address. `passthrough`: GCP's, which rewrites nothing.
 */
export type BalancerKind = 'classic' | 'network' | 'passthrough';

/** What one member of a target group is, and where its health is asked for. */
export interface Target {
  /** A node's name, or a pod's. */
  id: string;
  address: string;
  port: number;
  checkPort: number;
}

export interface Listener {
  protocol: 'TCP' | 'UDP';
  port: number;
  targets: readonly Target[];
}

export interface HealthCheck {
  protocol: 'TCP' | 'HTTP';
  /** Absent: the port that gets the traffic. */
  port?: number;
  /** Of HTTP; '' of TCP. */
  path: string;
  /** Seconds. */
  interval: number;
  timeout: number;
  /** So many in a row change what a target is thought to be. */
  healthyThreshold: number;
  unhealthyThreshold: number;
}

export interface LoadBalancer {
  /** `namespace/name`. */
  service: string;
  name: string;
  kind: BalancerKind;
  scheme: 'internet-facing' | 'internal';
  targetType: 'instance' | 'ip';
  /** AWS: what the status shows, and what resolves to `address`. */
  hostname?: string;
  /** Where clients connect to. */
  address: string;
  /** Its own address in the provider's network: what targets see of a proxy. */
  privateAddress: string;
  /** Whether targets see the client's address; else they see `privateAddress`. */
  preservesClient: boolean;
  /** CIDRs that may connect; empty: all. */
  sourceRanges: readonly string[];
  /** A line of the PROXY protocol in front of each connection. Only of `classic`. */
  proxyProtocol: boolean;
  check: HealthCheck;
  listeners: readonly Listener[];
}

/** `initial` until the first check has ended. */
export type HealthState = 'initial' | 'healthy' | 'unhealthy';

export interface TargetHealth {
  state: HealthState;
  /** Checks in a row that contradict the state. */
  against: number;
  /** Why the last check failed, in Go's words; '' when it did not. */
  reason: string;
}

/** Health by `probeKey`. */
export type HealthTable = ReadonlyMap<string, TargetHealth>;

/** What a Service asks of its provider: a load balancer without addresses and targets. */
export interface BalancerSettings
  extends Pick<
    LoadBalancer,
    'name' | 'kind' | 'scheme' | 'targetType' | 'hostname' | 'preservesClient' | 'proxyProtocol' | 'check'
  > {
  /** Only nodes with these labels are targets. */
  nodeLabels: Readonly<Record<string, string>>;
}

/** Why a provider makes no load balancer, in its own words. */
export interface Refusal {
  error: string;
}
