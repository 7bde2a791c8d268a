/** Scenarios about Services, their latency and their load balancers. */
import { type Group, held, leftOut } from './table.js';

const cloud = 'it asks a cloud provider, which the lab does not have';
const newer = 'the kinds came with 1.31; the lab is a cluster of 1.30';

export const serviceGroups: readonly Group[] = [
  {
    title: 'Services',
    source: 'service.go, funny_ips.go',
    scenarios: [
      held('should provide secure master service [Conformance]', 'Services should provide secure master service'),
      held('should serve a basic endpoint from pods [Conformance]', 'Services should serve a basic endpoint from pods'),
      held(
        'should serve multiport endpoints from pods [Conformance]',
        'Services should serve multiport endpoints from pods',
        'a named targetPort is resolved in each pod; pods that differ get slices of their own',
      ),
      held(
        'should be updated after adding or deleting ports',
        'Services should be updated after adding or deleting ports',
      ),
      held(
        'should serve endpoints on same port and different protocols [Conformance]',
        'one port number in three protocols leads to three target ports',
        'Granular Checks: Services should function for pod-Service, node-Service and endpoint-Service',
      ),
      held(
        'should serve endpoints on same port and different protocol for internal traffic on Type LoadBalancer',
        'one port number in three protocols leads to three target ports',
        'ports of one number share a nodePort across protocols',
      ),
      held(
        'should preserve source pod IP for traffic thru service cluster IP',
        'internal policy Cluster: all endpoints; pods are seen as themselves, others as the node',
      ),
      held(
        'should allow pods to hairpin back to themselves through services',
        'a pod that reaches itself through its Service sees the node',
        'a node and a pod reach the ClusterIP, the host does not, and a pod reaches itself through its Service',
      ),
      held('should be able to up and down services', 'Services should be able to up and down services'),
      held(
        'should work after the service has been recreated',
        'Services should work after the service has been recreated',
      ),
      held(
        'should work after restarting kube-proxy [Disruptive]',
        'after a failure, or when told to forget, a sync starts from what the kernel holds',
        'a full sync onto what is there already makes no jump twice and deletes stale chains',
      ),
      held(
        'should work after restarting apiserver [Disruptive]',
        'after a crash the next up brings back the same objects, names and addresses',
      ),
      held(
        'should be able to create a functioning NodePort service [Conformance]',
        '20 requests to the NodePort reach both pods, through every node',
        'node ports answer on the LAN address and on loopback',
      ),
      held(
        'should be possible to connect to a service via ExternalIP when the external IP is not assigned to a node',
        'external policy Cluster: all endpoints see the node, whoever asks',
        'the notes on Services: readiness, headless, externalTrafficPolicy, external IPs',
      ),
      held(
        'should be able to update service type to NodePort listening on same port number but different protocols',
        'Services should be able to update service type to NodePort listening on same port number but different protocols',
      ),
      held(
        'should be able to change the type from ExternalName to ClusterIP [Conformance]',
        'ExternalName, patched to ClusterIP: A---IF',
        'provide DNS for ExternalName services',
      ),
      held(
        'should be able to change the type from ExternalName to NodePort [Conformance]',
        'ExternalName, patched to NodePort: AP-EIF',
        'Services should be able to change the type, in every direction, and the rules follow',
      ),
      held(
        'should be able to change the type from ClusterIP to ExternalName [Conformance]',
        'ClusterIP, patched to ExternalName: ------',
        'Services should be able to change the type, in every direction, and the rules follow',
      ),
      held(
        'should be able to change the type from NodePort to ExternalName [Conformance]',
        'NodePort, patched to ExternalName: ------',
        'Services should be able to change the type, in every direction, and the rules follow',
      ),
      held('should prevent NodePort collisions', 'Services should prevent NodePort collisions'),
      held('should check NodePort out-of-range', 'Services should check NodePort out-of-range'),
      held('should release NodePorts on delete', 'Services should prevent NodePort collisions'),
      held('should create endpoints for unready pods', 'Services should create endpoints for unready pods'),
      held(
        'should be able to connect to terminating and unready endpoints if PublishNotReadyAddresses is true',
        'Services should be able to connect to terminating and unready endpoints if PublishNotReadyAddresses is true',
      ),
      held(
        'should not be able to connect to terminating and unready endpoints if PublishNotReadyAddresses is false',
        'Services should be able to connect to terminating and unready endpoints if PublishNotReadyAddresses is true',
      ),
      held(
        'should have session affinity work for service with type clusterIP [Conformance]',
        'Services should be able to switch session affinity for NodePort service',
        'pods of every kind answer as their images do, under every traffic policy',
      ),
      held(
        'should have session affinity work for NodePort service [Conformance]',
        'Services should be able to switch session affinity for NodePort service',
      ),
      held(
        'should be able to switch session affinity for service with type clusterIP [Conformance]',
        'Services should be able to switch session affinity for NodePort service',
      ),
      held(
        'should be able to switch session affinity for NodePort service [Conformance]',
        'Services should be able to switch session affinity for NodePort service',
      ),
      held(
        'should have session affinity timeout work for service with type clusterIP',
        'Services should be able to switch session affinity for NodePort service',
      ),
      held(
        'should have session affinity timeout work for NodePort service',
        'Services should be able to switch session affinity for NodePort service',
      ),
      held(
        'should implement service.kubernetes.io/service-proxy-name',
        'a Service labelled for another proxy is left alone',
      ),
      held('should implement service.kubernetes.io/headless', 'a Service labelled headless is left alone'),
      held(
        'should be rejected when no endpoints exist',
        'no endpoints: refused on every address',
        'pods of every kind answer as their images do, under every traffic policy',
      ),
      held(
        'should be rejected for evicted pods (no endpoints exist)',
        'Services should be rejected for evicted pods (no endpoints exist)',
      ),
      held(
        'should respect internalTrafficPolicy=Local Pod to Pod',
        'internal policy Local with a local endpoint: only that one',
        'internal policy Local without a local endpoint: dropped',
      ),
      held(
        'should respect internalTrafficPolicy=Local Pod (hostNetwork: true) to Pod',
        'Services should respect internalTrafficPolicy=Local Pod (hostNetwork: true) to Pod',
      ),
      held(
        'should respect internalTrafficPolicy=Local Pod and Node, to Pod (hostNetwork: true)',
        'Granular Checks: Services should function for service endpoints using hostNetwork',
      ),
      held(
        'should fallback to terminating endpoints when there are no ready endpoints with internalTrafficPolicy=Cluster',
        'without ready endpoints those that still serve while terminating are used',
      ),
      held(
        'should fallback to local terminating endpoints when there are no ready endpoints with internalTrafficPolicy=Local',
        'a local endpoint that terminates serves the Local policy though others are ready elsewhere',
      ),
      held(
        'should fallback to terminating endpoints when there are no ready endpoints with externallTrafficPolicy=Cluster',
        'without ready endpoints those that still serve while terminating are used',
      ),
      held(
        'should fallback to local terminating endpoints when there are no ready endpoints with externalTrafficPolicy=Local',
        'a local endpoint that terminates serves the Local policy though others are ready elsewhere',
      ),
      held(
        'should fail health check node port if there are only terminating endpoints',
        'Services should fail health check node port if there are only terminating endpoints',
      ),
      held(
        'should find a service from listing all namespaces [Conformance]',
        'Services should find a service from listing all namespaces',
      ),
      held(
        'should test the lifecycle of an Endpoint [Conformance]',
        'Services should test the lifecycle of an Endpoint',
      ),
      held(
        'should complete a service status lifecycle [Conformance]',
        'Services should complete a service status lifecycle',
      ),
      held('should delete a collection of services [Conformance]', 'Services should delete a collection of services'),
      held(
        'should allow creating a basic SCTP service with pod and endpoints',
        'one port number in three protocols leads to three target ports',
      ),
      held(
        'should implement NodePort and HealthCheckNodePort correctly when ExternalTrafficPolicy changes',
        'losing externalTrafficPolicy Local gives the health check port back',
        'Services should fail health check node port if there are only terminating endpoints',
      ),
      held(
        'CVE-2021-29923 IPv4 Service Type ClusterIP with leading zeros should work interpreted as decimal',
        'addresses with leading zeros are decimal; those of the other family are skipped',
      ),
    ],
  },
  {
    title: 'Service endpoints latency, Service CIDRs, GCE',
    source: 'service_latency.go, service_cidrs.go, network_tiers.go, firewall.go, kube_proxy.go',
    scenarios: [
      leftOut(
        'Service endpoints latency should not be very high [Conformance]',
        'times are printed by the benchmarks (`npm run bench`), never asserted in tests',
      ),
      leftOut('Service CIDRs and IP Address API should create Services and servce on different Service CIDRs', newer),
      leftOut('Services GCE should be able to create and tear down a standard-tier load balancer', cloud),
      leftOut('Firewall rule should create valid firewall rules for LoadBalancer type service', cloud),
      leftOut('Firewall rule control plane should not expose well-known ports', cloud),
      leftOut('Firewall rule should have correct firewall rules for e2e cluster', cloud),
      held('KubeProxy should set TCP CLOSE_WAIT timeout', 'the course’s cluster is these operations'),
      held(
        'KubeProxy should update metric for tracking accepted packets destined for localhost nodeports',
        'nfacct counters stand where kube-proxy 1.32 has them',
      ),
    ],
  },
  {
    title: 'LoadBalancers',
    source: 'loadbalancer.go',
    scenarios: [
      held(
        'should be able to change the type and ports of a TCP service',
        'Services should be able to change the type, in every direction, and the rules follow',
        'ClusterIP -> NodePort -> LoadBalancer -> ClusterIP keeps the address and releases the ports',
      ),
      held(
        'should be able to change the type and ports of a UDP service',
        'ClusterIP -> NodePort -> LoadBalancer -> ClusterIP keeps the address and releases the ports',
      ),
      held(
        'should only allow access from service loadbalancer source ranges',
        'source ranges admit who is in them, drop the rest, and do not guard the node port',
        'source ranges with the node in them admit the node',
      ),
      leftOut('should be able to create an internal type load balancer', cloud),
      held(
        'should have session affinity work for LoadBalancer service with ESIPP on',
        'Services should be able to switch session affinity for NodePort service',
      ),
      held(
        'should have session affinity work for LoadBalancer service with ESIPP off',
        'Services should be able to switch session affinity for NodePort service',
      ),
      held(
        'should be able to switch session affinity for LoadBalancer service with ESIPP on',
        'Services should be able to switch session affinity for NodePort service',
      ),
      held(
        'should be able to switch session affinity for LoadBalancer service with ESIPP off',
        'Services should be able to switch session affinity for NodePort service',
      ),
      leftOut(
        'should handle load balancer cleanup finalizer for service',
        'a cloud’s service controller sets it; MetalLB does not',
      ),
      held(
        'should be able to create LoadBalancer Service without NodePort and change it',
        'LoadBalancer without node ports allocates none, honours explicit ones, and keeps those it had',
      ),
      held(
        'should be able to preserve UDP traffic when server pod cycles for a LoadBalancer service on different nodes',
        'Conntrack should be able to preserve UDP traffic when server pod cycles for a NodePort service',
      ),
      held(
        'should be able to preserve UDP traffic when server pod cycles for a LoadBalancer service on the same nodes',
        'Conntrack should be able to preserve UDP traffic when server pod cycles for a NodePort service',
      ),
      leftOut('should reconcile LB health check interval', cloud),
      held(
        'should not have connectivity disruption during rolling update with externalTrafficPolicy=Cluster',
        'the notes on pods that end: a rolling update under load loses requests, and with a preStop sleep none',
      ),
      leftOut(
        'should not have connectivity disruption during rolling update with externalTrafficPolicy=Local',
        'with Local a node whose pods all end at once is left by design; the policy’s rows are in the behaviour suite',
      ),
      held(
        'ESIPP should work for type=LoadBalancer',
        'external policy Local with a local endpoint: outsiders are seen as themselves',
        'external policy Local without a local endpoint: outsiders are dropped, pods and the node are served',
      ),
      held(
        'ESIPP should work for type=NodePort',
        'external policy Local with a local endpoint: outsiders are seen as themselves',
        'pods of every kind answer as their images do, under every traffic policy',
      ),
      held(
        'ESIPP should only target nodes with endpoints',
        'external policy Local without a local endpoint: outsiders are dropped, pods and the node are served',
        'Services should fail health check node port if there are only terminating endpoints',
      ),
      held(
        'ESIPP should work from pods',
        'external policy Local with a local endpoint: outsiders are seen as themselves',
      ),
      held(
        'ESIPP should handle updates to ExternalTrafficPolicy field',
        'losing externalTrafficPolicy Local gives the health check port back',
        'the notes’ kubectl lines print what the notes show, where kubectl is installed',
      ),
    ],
  },
];
