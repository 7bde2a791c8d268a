/** kube-proxy's own unit tests, and the rows of the traffic policies' truth table that they span. */
import { type Group, held, leftOut } from './table.js';

const matrix = [
  'internal policy Cluster: all endpoints; pods are seen as themselves, others as the node',
  'external policy Local with a local endpoint: outsiders are seen as themselves',
  'masqueradeAll: the ClusterIP hides every client',
  'without a local traffic detector pods count as outsiders',
] as const;

export const kubeProxyGroups: readonly Group[] = [
  {
    title: 'Traffic policies, row by row',
    source: 'pkg/proxy/iptables/proxier_test.go: TestInternalExternalMasquerade and its siblings',
    scenarios: [
      held('pod to ClusterIP, internal policy Cluster: any endpoint, no SNAT but the hairpin’s', matrix[0]),
      held('node or outside to ClusterIP, internal policy Cluster: any endpoint, SNAT', matrix[0]),
      held(
        'anyone to ClusterIP, internal policy Local: a local endpoint, or DROP',
        'internal policy Local with a local endpoint: only that one',
        'internal policy Local without a local endpoint: dropped',
      ),
      held(
        'anyone to ClusterIP: the external policy has no effect',
        'the external policy has no effect on the ClusterIP',
      ),
      held(
        'anyone to NodePort, load balancer or external IP, external policy Cluster: any endpoint, SNAT',
        'external policy Cluster: all endpoints see the node, whoever asks',
      ),
      held(
        'pod to the same, external policy Local: any endpoint, no SNAT',
        matrix[1],
        'external policy Local without a local endpoint: outsiders are dropped, pods and the node are served',
      ),
      held(
        'node or localhost to the same, external policy Local: any endpoint, SNAT',
        matrix[1],
        'external policy Local without a local endpoint: outsiders are dropped, pods and the node are served',
      ),
      held(
        'outside to the same, external policy Local: a local endpoint without SNAT, or DROP',
        matrix[1],
        'external policy Local without a local endpoint: outsiders are dropped, pods and the node are served',
      ),
      held(
        'anyone, no endpoints anywhere: REJECT, never DROP',
        'no endpoints: refused on every address',
        'no endpoints under Local policies: refused, not dropped',
      ),
    ],
  },
  {
    title: 'kube-proxy’s unit tests',
    source: 'pkg/proxy/{iptables,ipvs,nftables}/proxier_test.go and the shared packages',
    scenarios: [
      held('TestOverallIPTablesRules', 'iptables overall rules faithful', 'iptables overall first sync'),
      held('TestOverallNFTablesRules', 'nftables overall table faithful'),
      held('TestNoEndpointsReject', 'no endpoints: refused on every address'),
      held(
        'TestClusterIPGeneral',
        'one port number in three protocols leads to three target ports',
        'a pod that reaches itself through its Service sees the node',
        'a wrong port or protocol on a ClusterIP is nobody’s business',
      ),
      held(
        'TestLoadBalancer',
        'every load balancer address works, hostnames and ipMode Proxy are left alone',
        'source ranges admit who is in them, drop the rest, and do not guard the node port',
        'source ranges with the node in them admit the node',
        'iptables overall rules faithful',
      ),
      held(
        'TestNodePorts',
        'node ports answer on the LAN address and on loopback',
        'without localhostNodePorts loopback does not answer',
        'nodePortAddresses limits node ports to some of the node’s addresses',
        'nodePortAddresses of another network: no address answers',
        'without localhost node ports there is no kubelet firewall and loopback is excepted',
      ),
      held(
        'TestHealthCheckNodePort',
        'iptables overall rules faithful',
        'the health check’s ACCEPT goes with its Service',
      ),
      held(
        'TestDropInvalidRule',
        'tcp_be_liberal leaves out the DROP of INVALID packets',
        'nfacct counters stand where kube-proxy 1.32 has them',
      ),
      held('TestMasqueradeRule', 'old iptables cannot do random-fully'),
      held('TestExternalTrafficPolicyLocal', matrix[1]),
      held('TestExternalTrafficPolicyCluster', 'external policy Cluster: all endpoints see the node, whoever asks'),
      held('TestComputeProbability', 'probabilities are 1/n to ten decimals'),
      held(
        'TestBuildServiceMapAddRemove, Headless, ExternalName, ServiceUpdate',
        'one entry a service port, by name and protocol',
        'headless Services and names of others have no traffic',
        'an unchanged Service keeps its ports, a changed one only those that differ',
      ),
      held(
        'TestUpdateEndpointsMap',
        'endpoints are sorted as strings, as kube-proxy’s own test shows',
        'an unchanged Service keeps its ports, a changed one only those that differ',
        'an endpoint that went is forgotten, others keep their flows',
      ),
      held(
        'TestHealthCheckNodePortWhenTerminating',
        'health checks count distinct ready addresses on this node, over all ports',
      ),
      leftOut('TestProxierMetricsIPTablesTotalRules, TestNoEndpointsMetric', 'kube-proxy’s metrics port is not there'),
      held(
        'TestInternalTrafficPolicy',
        'internal policy Local with several local endpoints: each of them',
        'internal policy Local without a local endpoint: dropped',
      ),
      held(
        'TestTerminatingEndpointsTrafficPolicyLocal',
        'a local endpoint that terminates serves the Local policy though others are ready elsewhere',
        'a serving, terminating endpoint elsewhere makes the Local policy drop in place of refuse',
      ),
      held(
        'TestTerminatingEndpointsTrafficPolicyCluster',
        'ready endpoints are preferred to terminating ones',
        'without ready endpoints those that still serve while terminating are used',
        'terminating endpoints that do not serve are refused',
      ),
      held('TestInternalExternalMasquerade', ...matrix, 'both policies Local: the ClusterIP stays local even for pods'),
      held(
        'TestSyncProxyRulesRepeated',
        'iptables partial sync of one changed endpoint',
        'iptables partial sync of a deleted Service',
        'a new Service is written, the others’ chains are not',
      ),
      held(
        'TestLoadBalancerIngressRouteTypeProxy',
        'every load balancer address works, hostnames and ipMode Proxy are left alone',
      ),
      held('TestBadIPs', 'addresses with leading zeros are decimal; those of the other family are skipped'),
      held('number_generated_rules_test', 'both ways of balancing have the same chains and the same number of rules'),
      held(
        'ipvs: TestNodePort, TestClusterIP, TestExternalIPs, TestLoadBalancer, TestSessionAffinity and others',
        'ipvs overall state',
        'node ports have a virtual server on each address that takes them, never on loopback',
        'a new Service binds its address, fills the sets and adds rules for sets that were empty',
      ),
      held('ipvs: graceful_termination_test', 'draining: weight 0 first, gone when the last connection ends'),
      held(
        'nftables: TestHashAndTruncate, stale chain deletion',
        'a name over the limit is cut, and stays unique by its hash',
        'a chain that is in use again is not deleted',
      ),
      held(
        'topology_test TestCategorizeEndpoints',
        'zone hints keep traffic in the zone',
        'zone hints count only if every ready endpoint has one',
        'hints never filter the Local policy',
        'node hints keep traffic on the node',
      ),
      held('conntrack/cleanup_test', 'all flows of a Service that went are forgotten', 'TCP flows are left alone'),
    ],
  },
];
