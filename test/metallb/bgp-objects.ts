/** BGP configuration as objects, and the plans that come of it. */
import type { KubeObject } from '../../src/api/object.js';
import type { BgpNode, BgpRoute, BgpSession } from '../../src/metallb/bgp/contract.js';
import { bgpPlans } from '../../src/metallb/speaker/told.js';
import { balancer, namespace, pool, startMetalLB } from './objects.js';

export function object(kind: string, name: string, spec: object, version = 'v1beta1'): KubeObject {
  return { apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace }, spec };
}

export const peer = (spec: object = {}, name = 'tor') =>
  object('BGPPeer', name, { myASN: 64501, peerASN: 64500, peerAddress: '192.168.56.254', ...spec }, 'v1beta2');

export const ad = (spec: object = {}, name = 'all') => object('BGPAdvertisement', name, spec);

/** Endpoints of the Service `web`, ready unless told otherwise. */
export function slice(nodes: readonly string[], conditions: object = { ready: true }): KubeObject {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-manual', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ port: 80, protocol: 'TCP', name: '' }],
    endpoints: nodes.map((nodeName, index) => ({ addresses: [`10.111.156.${70 + index}`], conditions, nodeName })),
  };
}

/** With a pool 10.99.0.0/24 and a Service `web` in it. */
export function plans(
  objects: readonly KubeObject[],
  service: { spec?: object; labels?: Record<string, string> } = {},
  endpoints: KubeObject = slice(['k8s-node1']),
): Map<string, BgpNode> {
  const plane = startMetalLB();
  const web = balancer('web', service);
  const { selector: _none, ...spec } = web.spec as Record<string, unknown>;
  plane.apply(pool('p', ['10.99.0.0/24']), ...objects, { ...web, spec }, endpoints);
  return bgpPlans(plane.registry);
}

export const route = (prefix: string, change: Partial<BgpRoute> = {}): BgpRoute => {
  return { prefix, communities: [], ...change };
};

export function session(change: Partial<BgpSession> = {}): BgpSession {
  const fixed = { name: 'tor', address: '192.168.56.254', port: 179, asn: '64500', connectSeconds: 1 };
  return { ...fixed, ebgpMultiHop: false, gracefulRestart: false, routes: [], ...change };
}

export function node(...sessions: BgpSession[]): BgpNode {
  return { asn: 64501, routerId: '192.168.56.101', sessions, withheld: {}, services: [], refused: {} };
}
