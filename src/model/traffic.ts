/**
 * The traffic plan: which address and port leads to which endpoints, as every proxy mode sees it.
 *
 * `planTraffic` is the cluster's view (one entry a service port), `trafficOfNode` one node's choice among the
 * endpoints. Models kube-proxy v1.30.5 `pkg/proxy`: ServicePortMap, EndpointsMap and CategorizeEndpoints.
 */
export type * from './traffic-model.js';
export { trafficOfNode } from './traffic-node.js';
export { planTraffic } from './traffic-plan.js';
