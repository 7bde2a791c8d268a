/** Scenarios about endpoints, DNS, conntrack, topology and the network below the Services. */
import { type Group, held, leftOut } from './table.js';

const oneFamily = 'the lab’s cluster has IPv4 only';
const noWayOut = 'the lab has no way out';
const noSctpSockets = 'this kernel and Node have no SCTP sockets; the rules are compiled and walked';
const noHostPorts = 'hostPort is checked and scheduled, and no CNI plugin of the lab maps it';
const hops = 'every kind of client reaches every endpoint of every protocol, by ClusterIP and node port';
const services = 'Granular Checks: Services should function for pod-Service, node-Service and endpoint-Service';
const large = 'Granular Checks: Services should be able to handle large requests';
const pods = 'Granular Checks: Pods should function for intra-pod and node-pod communication';

export const networkGroups: readonly Group[] = [
  {
    title: 'EndpointSlice, EndpointSliceMirroring',
    source: 'endpointslice.go, endpointslicemirroring.go',
    scenarios: [
      held(
        'EndpointSlice should have Endpoints and EndpointSlices pointing to API Server [Conformance]',
        'EndpointSlice should have Endpoints and EndpointSlices pointing to API Server',
      ),
      held(
        'EndpointSlice should create and delete Endpoints and EndpointSlices for a Service with a selector specified [Conformance]',
        'without pods there is one empty slice and Endpoints without subsets',
        'the Service takes its Endpoints and slices with it',
      ),
      held(
        'EndpointSlice should create Endpoints and EndpointSlices for Pods matching a Service [Conformance]',
        'a Service has a slice and Endpoints of the pods that its selector picks',
        'a named targetPort is resolved in each pod; pods that differ get slices of their own',
      ),
      held(
        'EndpointSlice should support creating EndpointSlice API operations [Conformance]',
        'EndpointSlice should support creating EndpointSlice API operations',
      ),
      held(
        'EndpointSlice should support a Service with multiple endpoint IPs specified in multiple EndpointSlices',
        'endpoints of several slices are one list, duplicates are one endpoint',
      ),
      held(
        'EndpointSlice should support a Service with multiple ports specified in multiple EndpointSlices',
        'ports of several slices belong together, each with its own endpoints',
        'EndpointSlice should support a Service with multiple ports specified in multiple EndpointSlices',
      ),
      held(
        'EndpointSliceMirroring should mirror a custom Endpoints resource through create update and delete [Conformance]',
        'hand-written Endpoints of a Service without selector are mirrored and follow their changes',
      ),
      held(
        'EndpointSliceMirroring should mirror a custom Endpoint with multiple subsets and same IP address',
        'subsets that share an address are mirrored with a slice for each set of ports',
      ),
    ],
  },
  {
    title: 'DNS',
    source: 'dns.go, dns_configmap.go, dns_scale_records.go, example_cluster_dns.go',
    scenarios: [
      held('should provide DNS for the cluster [Conformance]', 'provide DNS for the cluster'),
      leftOut('should provide DNS for the cluster [Provider:GCE]', 'it asks for names of Google’s'),
      held(
        'should resolve DNS of partial qualified names for the cluster',
        'resolve DNS of partial qualified names for the cluster',
      ),
      held(
        'should provide /etc/hosts entries for the cluster [Conformance]',
        'provide /etc/hosts entries for the cluster',
      ),
      held('should provide DNS for services [Conformance]', 'provide DNS for services'),
      held(
        'should resolve DNS of partial qualified names for services [Conformance]',
        'resolve DNS of partial qualified names for services',
      ),
      held('should provide DNS for pods for Hostname [Conformance]', 'provide DNS for pods for Hostname'),
      held('should provide DNS for pods for Subdomain [Conformance]', 'provide DNS for pods for Subdomain'),
      held('should provide DNS for ExternalName services [Conformance]', 'provide DNS for ExternalName services'),
      held('should support configurable pod DNS nameservers [Conformance]', 'support configurable pod DNS nameservers'),
      held('should support configurable pod resolv.conf', 'support configurable pod resolv.conf: options'),
      held(
        'should work with the pod containing more than 6 DNS search paths and longer than 256 search list characters',
        'work with the pod containing more than 6 DNS search paths and longer than 256 search list characters',
      ),
      held(
        'HostNetwork should resolve DNS of partial qualified names for services on hostNetwork pods with dnsPolicy: ClusterFirstWithHostNet',
        'support configurable pod resolv.conf: options',
      ),
      leftOut('configMap nameserver Change stubDomain should be able to change stubDomain configuration', noWayOut),
      leftOut(
        'configMap nameserver Forward PTR lookup should forward PTR records lookup to upstream nameserver',
        noWayOut,
      ),
      leftOut(
        'configMap nameserver Forward external name lookup should forward externalname lookup to upstream nameserver',
        noWayOut,
      ),
      leftOut(
        'PerformanceDNS Should answer DNS query for maximum number of services per cluster',
        'times are printed by the benchmarks (`npm run bench`), never asserted in tests',
      ),
      leftOut(
        'ClusterDns should create pod that uses dns',
        'its images are not emulated; the DNS scenarios ask the same',
      ),
    ],
  },
  {
    title: 'Conntrack, pod lifecycle, SNAT',
    source: 'conntrack.go, pod_lifecycle.go, no_snat.go',
    scenarios: [
      held(
        'Conntrack should be able to preserve UDP traffic when server pod cycles for a ClusterIP service',
        'Conntrack should be able to preserve UDP traffic when server pod cycles for a ClusterIP service',
        'an endpoint that went is forgotten, others keep their flows',
      ),
      held(
        'Conntrack should be able to preserve UDP traffic when server pod cycles for a NodePort service',
        'Conntrack should be able to preserve UDP traffic when server pod cycles for a NodePort service',
      ),
      held(
        'Conntrack should be able to preserve UDP traffic when server pod cycles for a ClusterIP service and client is hostNetwork',
        'Conntrack should be able to preserve UDP traffic when server pod cycles for a ClusterIP service and client is hostNetwork',
      ),
      held(
        'Conntrack should be able to preserve UDP traffic when initial unready endpoints get ready',
        'Conntrack should be able to preserve UDP traffic when initial unready endpoints get ready',
        'flows that were refused while there was no endpoint are forgotten when the first one comes',
      ),
      held(
        'Conntrack should drop INVALID conntrack entries',
        'the fixed rules stand where kube-proxy writes them',
        'tcp_be_liberal leaves out the DROP of INVALID packets',
      ),
      held(
        'Connectivity Pod Lifecycle should be able to connect from a Pod to a terminating Pod',
        'Connectivity Pod Lifecycle should be able to connect to other Pod from a terminating Pod, and from a Pod to a terminating Pod',
      ),
      held(
        'Connectivity Pod Lifecycle should be able to connect to other Pod from a terminating Pod',
        'Connectivity Pod Lifecycle should be able to connect to other Pod from a terminating Pod, and from a Pod to a terminating Pod',
      ),
      held(
        'NoSNAT Should be able to send traffic between Pods without SNAT',
        'NoSNAT Should be able to send traffic between Pods without SNAT',
      ),
    ],
  },
  {
    title: 'Topology',
    source: 'topology_hints.go, traffic_distribution.go',
    scenarios: [
      held(
        'Topology Hints should distribute endpoints evenly',
        'each zone is served by its share of the endpoints, those of a zone by itself as far as they go',
        'topology-mode Auto writes hints into slices, says so once, and takes them back with the annotation',
        'zone hints keep traffic in the zone',
        'zone hints that leave this zone without endpoints do not count',
      ),
      held(
        'Traffic Distribution should route traffic to an endpoint in the same zone when using PreferClose',
        'trafficDistribution PreferClose hints every ready endpoint for its own zone, and no other',
        'Traffic Distribution should route traffic to an endpoint in the same zone when using PreferClose',
        'zone hints keep traffic in the zone',
        'zone hints that leave this zone without endpoints do not count',
      ),
      held(
        'Traffic Distribution should route traffic correctly between pods on multiple nodes when using PreferClose',
        'zone hints keep traffic in the zone',
      ),
    ],
  },
  {
    title: 'Networking',
    source: 'networking.go, networking_perf.go, hostport.go, proxy.go',
    scenarios: [
      held('Granular Checks: Pods should function for intra-pod communication: http [Conformance]', pods),
      held('Granular Checks: Pods should function for intra-pod communication: udp [Conformance]', pods),
      leftOut('Granular Checks: Pods should function for intra-pod communication: sctp', noSctpSockets),
      held('Granular Checks: Pods should function for node-pod communication: http [Conformance]', pods),
      held('Granular Checks: Pods should function for node-pod communication: udp [Conformance]', pods),
      leftOut('Granular Checks: Pods should function for node-pod communication: sctp', noSctpSockets),
      held('Granular Checks: Services should function for pod-Service: http', services, hops),
      held('Granular Checks: Services should function for pod-Service: udp', services, hops),
      held('Granular Checks: Services should function for pod-Service: sctp', hops),
      held('Granular Checks: Services should function for node-Service: http', services, hops),
      held('Granular Checks: Services should function for node-Service: udp', services, hops),
      held('Granular Checks: Services should function for node-Service: sctp', hops),
      held('Granular Checks: Services should function for endpoint-Service: http', services, hops),
      held('Granular Checks: Services should function for endpoint-Service: udp', services, hops),
      held('Granular Checks: Services should function for endpoint-Service: sctp', hops),
      held(
        'Granular Checks: Services should function for client IP based session affinity: http',
        'Services should be able to switch session affinity for NodePort service',
      ),
      held(
        'Granular Checks: Services should function for client IP based session affinity: udp',
        'Granular Checks: Services should function for client IP based session affinity: udp',
      ),
      held('Granular Checks: Services should be able to handle large requests: http', large),
      held('Granular Checks: Services should be able to handle large requests: udp', large),
      held('Granular Checks: Services should support basic nodePort: udp functionality', services, hops),
      held(
        'Granular Checks: Services should update endpoints: http',
        'Services should serve a basic endpoint from pods',
      ),
      held(
        'Granular Checks: Services should update endpoints: udp',
        'Conntrack should be able to preserve UDP traffic when server pod cycles for a ClusterIP service',
      ),
      held(
        'Granular Checks: Services should update nodePort: http',
        'Granular Checks: Services should update nodePort',
      ),
      held(
        'Granular Checks: Services should update nodePort: udp',
        'Granular Checks: Services should update nodePort',
        'flows that were refused while there was no endpoint are forgotten when the first one comes',
      ),
      held(
        'Granular Checks: Services should function for multiple endpoint-Services with same selector',
        'Granular Checks: Services should function for multiple endpoint-Services with same selector',
      ),
      held(
        'Granular Checks: Services should function for service endpoints using hostNetwork',
        'Granular Checks: Services should function for service endpoints using hostNetwork',
      ),
      leftOut('IPerf2 should run iperf2', 'a measurement, with an image that is not emulated'),
      leftOut('should allow creating a Pod with an SCTP HostPort', noHostPorts),
      leftOut(
        'HostPort validates that there is no conflict between pods with same hostPort but different hostIP and protocol [Conformance]',
        `${noHostPorts}; the scheduler’s part: two pods with one hostPort do not share a node, unless protocol or address differ`,
      ),
      leftOut(
        'should check kube-proxy urls',
        'port 10256 answers /healthz; the metrics port 10249 with /proxyMode is not there',
      ),
      held(
        'should recreate its iptables rules if they are deleted [Disruptive]',
        'kube-proxy reads its ConfigMap when its pod is deleted, on that node, and repairs what was flushed: then, and when its sync period is over',
        'iptables -t nat -F; iptables -t nat -X goes unnoticed, as on a real node: only mangle is watched',
      ),
      leftOut('should provide Internet connection for containers (IPv4, IPv6, DNS)', noWayOut),
      leftOut(
        'should provide unchanging, static URL paths for kubernetes api services',
        'those of the API that the lab serves are in the tests of src/apiserver',
      ),
      leftOut(
        'Proxy version v1 A set of valid responses are returned for both pod and service Proxy [Conformance]',
        'the API server’s proxy subresources are not served',
      ),
      leftOut(
        'Proxy version v1 A set of valid responses are returned for both pod and service ProxyWithPath [Conformance]',
        'the API server’s proxy subresources are not served',
      ),
      leftOut(
        'Proxy version v1 should proxy through a service and a pod [Conformance]',
        'the API server’s proxy subresources are not served',
      ),
      leftOut(
        'Proxy version v1 should proxy logs on node (using proxy subresource, with explicit kubelet port)',
        'nodes have no kubelet port',
      ),
    ],
  },
  {
    title: 'IPv6DualStack',
    source: 'dual_stack.go',
    scenarios: [
      held(
        'should create a single stack service with cluster ip from primary service range',
        'a Service gets a single-stack ClusterIP from the dynamic band, outside every pod block',
      ),
      held(
        'should create service with ipv4 cluster ip',
        'a Service gets a single-stack ClusterIP from the dynamic band, outside every pod block',
      ),
      leftOut('should create service with ipv6 cluster ip', oneFamily),
      leftOut('should create service with ipv4,v6 cluster ip', oneFamily),
      leftOut('should create service with ipv6,v4 cluster ip', oneFamily),
      leftOut('should create pod, add ipv6 and ipv4 ip to pod ips', oneFamily),
      leftOut('should be able to reach pod on ipv4 and ipv6 ip', oneFamily),
      leftOut('should have ipv4 and ipv6 internal node ip', oneFamily),
      leftOut('Granular Checks: Services Secondary IP Family (14 scenarios)', oneFamily),
    ],
  },
];
