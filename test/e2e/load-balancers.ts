/** Scenarios about load balancers, and the odds and ends around Services. */
import { type Group, held, leftOut } from './table.js';

const cloud = 'it asks a cloud provider’s own API; `lab up --cloud` plays its load balancers only';
const newer = 'the kinds came with 1.31; the lab is a cluster of 1.30';

export const loadBalancerGroups: readonly Group[] = [
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
