/**
 * What a lab's machines and address ranges are: the internal, fully defaulted form of `lab/cluster.yaml`.
 *
 * Parsing and defaulting live in `api/cluster-config.ts`; everything below the CLI sees only this type.
 */

export interface NodeConfig {
  /** A DNS-1123 label: the Kubernetes node name, the hostname and the network namespace's name. */
  name: string;
  /** IPv4 address on the LAN. */
  address: string;
  /** The node's first /26 of pod addresses; its first address is the node's own (Calico's tunnel address). */
  podBlock: string;
  controlPlane: boolean;
  labels: Readonly<Record<string, string>>;
  /** kubelet's `maxPods`; upstream default 110. */
  maxPods: number;
}

/** A router on the LAN that speaks BGP with the nodes; not a node of the cluster. */
export interface RouterConfig {
  /** Its AS number, RFC 6793. */
  asn: number;
  address: string;
}

/** A cloud around the cluster, whose load balancers Services of type LoadBalancer get. */
export interface CloudConfig {
  provider: 'aws' | 'gcp';
  /** `provider`: health checks as slow as the provider's; `fast`: twenty times as fast. */
  healthChecks: 'fast' | 'provider';
}

export interface ClusterConfig {
  lan: {
    /** The network all machines share, for example 192.168.56.0/24. */
    cidr: string;
    /** The user's machine on it. */
    hostAddress: string;
    /** The nodes' default gateway: it answers ARP and forwards nothing. */
    gateway: string;
  };
  /** kube-proxy's `clusterCIDR`: sources outside it are masqueraded on their way to a ClusterIP. */
  podCIDR: string;
  serviceCIDR: string;
  nodePortRange: { first: number; last: number };
  clusterDomain: string;
  /** clusterIP of `kube-system/kube-dns`. */
  dnsAddress: string;
  /** What `kubectl version` and `get nodes` say. */
  kubernetesVersion: string;
  /** Absent: none, until `lab router up`. */
  router?: RouterConfig;
  /** Absent: bare metal. */
  cloud?: CloudConfig;
  /** 1 to 50, in the order given. */
  nodes: readonly NodeConfig[];
}
