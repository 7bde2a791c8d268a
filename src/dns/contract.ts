/**
 * The words of the cluster DNS: what it knows of the cluster, what it is asked, what it says.
 *
 * Models: CoreDNS 1.11 with kubeadm's Corefile (plugins kubernetes, loadbalance, forward) and the Kubernetes DNS
 * specification 1.1.0, https://github.com/kubernetes/dns/blob/master/docs/specification.md.
 * Names inside `src/dns` are in lower case and without the last dot; `''` is the root.
 */

/** A port of a Service or of an EndpointSlice. CoreDNS gives -1 to what has no ports, so that it is found all the same. */
export interface DnsPort {
  name: string;
  /** In lower case, as it stands in `_port._proto`. */
  protocol: string;
  port: number;
}

/** What the DNS needs of a Service. Source: CoreDNS `plugin/kubernetes/object/service.go`. */
export interface DnsService {
  kind: 'service';
  namespace: string;
  name: string;
  /** None for headless Services and for ExternalName. */
  clusterIPs: readonly string[];
  headless: boolean;
  externalName?: string;
  ports: readonly DnsPort[];
}

export interface DnsEndpoint {
  address: string;
  /** The first label of its name: the endpoint's hostname, else its address with dashes. */
  label: string;
}

/** What the DNS needs of an EndpointSlice: only endpoints that may be answered with. */
export interface DnsSlice {
  kind: 'slice';
  namespace: string;
  name: string;
  service: string;
  endpoints: readonly DnsEndpoint[];
  ports: readonly DnsPort[];
}

export interface DnsNamespace {
  kind: 'namespace';
  name: string;
}

export type DnsFact = DnsService | DnsSlice | DnsNamespace;

/** One change of what is known. `fact` absent: it is gone. */
export interface DnsChange {
  /** `service/NAMESPACE/NAME`, `slice/NAMESPACE/NAME` or `namespace/NAME`. */
  key: string;
  fact?: DnsFact;
}

/** What answers are made from. All lists come in the order of names. */
export interface DnsView {
  /** Nothing is known yet: CoreDNS answers SERVFAIL until it has seen the API. */
  readonly synced: boolean;
  /** Seconds since the epoch of the last change: the SOA's serial. */
  readonly serial: number;
  hasNamespace(name: string): boolean;
  service(namespace: string, name: string): DnsService | undefined;
  slices(namespace: string, service: string): readonly DnsSlice[];
  /** Services with this clusterIP. */
  servicesAt(address: string): readonly DnsService[];
  /** Slices with an endpoint at this address. */
  slicesAt(address: string): readonly DnsSlice[];
}

/** Names of types as `dig` prints them; those that the DNS has no records of may be any text. */
export type QueryType = string;

export interface Question {
  name: string;
  type: QueryType;
}

export interface ServiceTarget {
  priority: number;
  weight: number;
  port: number;
  target: string;
}

export interface StartOfAuthority {
  mname: string;
  rname: string;
  serial: number;
  refresh: number;
  retry: number;
  expire: number;
  minimum: number;
}

interface RecordHead {
  name: string;
  /** Seconds. */
  ttl: number;
}

export type DnsRecord = RecordHead &
  (
    | { type: 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'NS' | 'TXT'; data: string }
    | { type: 'SRV'; data: ServiceTarget }
    | { type: 'SOA'; data: StartOfAuthority }
  );

export type Rcode = 'NOERROR' | 'FORMERR' | 'SERVFAIL' | 'NXDOMAIN' | 'NOTIMP' | 'REFUSED' | 'BADVERS';

/** What is said to one question, before it becomes a packet. */
export interface Reply {
  rcode: Rcode;
  /** The AA bit: set on all that the kubernetes plugin says. */
  authoritative: boolean;
  answers: readonly DnsRecord[];
  authorities: readonly DnsRecord[];
  additionals: readonly DnsRecord[];
}

export interface DnsSettings {
  /** The cluster domain, `cluster.local`. */
  zone: string;
  /** Seconds; kubeadm's Corefile says 30. */
  ttl: number;
  /** The answering server's own address: `ns.dns.ZONE` is the Service in front of it. */
  localAddress: string;
  /** What the name server outside of the cluster knows, addresses by name; absent: there is none. */
  upstream?: Readonly<Record<string, readonly string[]>> | undefined;
}
