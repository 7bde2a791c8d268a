/** Scenarios about Services. */
import { type Group, held } from './table.js';

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
];
