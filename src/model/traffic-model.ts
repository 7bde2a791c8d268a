/**
 * The shape of the traffic plan: service ports, their endpoints, and what one node makes of them. All plain data.
 *
 * Models kube-proxy's ServicePort and Endpoint interfaces (v1.30.5 `pkg/proxy/types.go`, `serviceport.go`).
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';

export type IPFamily = 'IPv4' | 'IPv6';
export type Protocol = 'TCP' | 'UDP' | 'SCTP';
export type TrafficPolicy = 'Cluster' | 'Local';

/** Which object and field something was made from. */
export interface Provenance {
  /** `Service default/web`, or the component for what belongs to no object. */
  readonly object: string;
  /** A path inside it: `spec.ports[0]`. */
  readonly field: string;
  /** `file:line` of that field, when the manifest is known. */
  readonly position?: string;
}

/** One address and port that can answer; conditions as kube-proxy reads them. */
export interface TrafficEndpoint {
  readonly ip: string;
  readonly port: number;
  /** `ip:port`, with an IPv6 address in brackets: the sort key, and part of the chain name. */
  readonly text: string;
  readonly nodeName: string | undefined;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
}

/** One port of one Service with all its endpoints. */
export interface ServicePortTraffic {
  /** `ns/name`, or `ns/name:port` when the port is named: kube-proxy's servicePortNameString. */
  readonly name: string;
  readonly namespace: string;
  readonly service: string;
  readonly portName: string;
  readonly protocol: Protocol;
  readonly clusterIP: string;
  readonly port: number;
  /** 0 when there is none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  /** Addresses of `status.loadBalancer.ingress` whose ipMode is VIP. */
  readonly loadBalancerVIPs: readonly string[];
  /** Canonical CIDRs; empty allows everyone. */
  readonly loadBalancerSourceRanges: readonly string[];
  /** ClientIP affinity in seconds, or undefined for None. */
  readonly affinitySeconds: number | undefined;
  readonly externalTrafficPolicy: TrafficPolicy;
  readonly internalTrafficPolicy: TrafficPolicy;
  /** 0 when the Service needs none. */
  readonly healthCheckNodePort: number;
  /** Sorted by `text` as strings, the order of kube-proxy's chains. */
  readonly endpoints: readonly TrafficEndpoint[];
  readonly from: Provenance;
}

/** What one Service was planned from, kept so that an unchanged Service costs nothing the next time. */
export interface PlannedService {
  readonly service: Service;
  readonly slices: readonly EndpointSlice[];
  readonly ports: readonly ServicePortTraffic[];
}

export interface ClusterTraffic {
  readonly family: IPFamily;
  /** What it was planned from, to find what changes next. */
  readonly input: { readonly services: readonly Service[]; readonly endpointSlices: readonly EndpointSlice[] };
  /** Sorted by name, then protocol. */
  readonly ports: readonly ServicePortTraffic[];
  /** By `namespace/name`. */
  readonly services: ReadonlyMap<string, PlannedService>;
}

/** Says where a field was written: `file:line`, or undefined when unknown. */
export type PositionOf = (service: Service, field: string) => string | undefined;

export interface TrafficInput {
  readonly services: Iterable<Service>;
  readonly endpointSlices: Iterable<EndpointSlice>;
  /** Default IPv4: kube-proxy runs one proxier a family. */
  readonly family?: IPFamily;
  readonly positionOf?: PositionOf;
}

/** One service port as one node routes it. */
export interface NodeServicePort {
  readonly traffic: ServicePortTraffic;
  /** Endpoints for the Cluster policy; empty also when the port never uses that policy. */
  readonly clusterEndpoints: readonly TrafficEndpoint[];
  /** Endpoints for the Local policy; empty also when the port never uses that policy. */
  readonly localEndpoints: readonly TrafficEndpoint[];
  /** The union of both, sorted. */
  readonly reachableEndpoints: readonly TrafficEndpoint[];
  /** Whether any usable endpoint exists anywhere in the cluster. */
  readonly hasEndpoints: boolean;
  /** Whether traffic to the ClusterIP finds an endpoint here. */
  readonly hasInternalEndpoints: boolean;
  /** Whether traffic from outside finds an endpoint here. */
  readonly hasExternalEndpoints: boolean;
  /** Whether the port has a node port, a VIP or an external IP. */
  readonly externallyAccessible: boolean;
}

/** A health check node port and the number it reports on this node. */
export interface HealthCheckNodePort {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** Distinct addresses of ready endpoints on this node; 0 answers 503. */
  readonly localEndpoints: number;
}

/** What routing reads of a Node. */
export interface TrafficNode {
  readonly name: string;
  readonly zone: string | undefined;
  /** InternalIP of the plan's family. */
  readonly address: string | undefined;
}

export interface NodeTraffic {
  readonly family: IPFamily;
  readonly node: TrafficNode;
  /** In the cluster plan's order. */
  readonly ports: readonly NodeServicePort[];
  /** All endpoints of all service ports, usable or not: decides kube-proxy's large-cluster mode. */
  readonly totalEndpoints: number;
  readonly healthChecks: readonly HealthCheckNodePort[];
}
