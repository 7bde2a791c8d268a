/**
 * Elements of the shared sets and maps that lead to a service port's chains, or refuse its traffic.
 *
 * Source: kube-proxy v1.30.5 nftables `syncProxyRules`, the "Capture …" part of its loop.
 */

import { lowerCase } from '../../model/protocol.js';
import type { NodeServicePort } from '../../model/traffic.js';
import type { ServiceChains } from './names.js';
import type { Element } from './table.js';

/** Whether some load balancer address of the port admits only certain sources. */
export function usesFirewall({ traffic }: NodeServicePort): boolean {
  return traffic.loadBalancerVIPs.length > 0 && traffic.loadBalancerSourceRanges.length > 0;
}

/** All elements of one service port, in kube-proxy's order. */
export function serviceElements(port: NodeServicePort, chains: ServiceChains): Element[] {
  const { traffic, hasEndpoints, hasInternalEndpoints, hasExternalEndpoints } = port;
  const { name: comment, clusterIP, nodePort, externalIPs, loadBalancerVIPs } = traffic;
  const protocol = lowerCase[traffic.protocol];
  const at = (ip: string): string[] => [ip, protocol, `${traffic.port}`];
  const nodeKey = [protocol, `${nodePort}`];
  const refusal = hasEndpoints ? 'drop' : 'goto reject-chain';
  const toExternal = `goto ${chains.external}`;
  const internal = traffic.internalTrafficPolicy === 'Local' ? chains.local : chains.cluster;
  const elements: Element[] = [{ container: 'cluster-ips', key: [clusterIP] }];
  const add = (container: string, key: string[], value: string): void => {
    elements.push({ container, key, value });
  };
  const addNamed = (container: string, key: string[], value: string): void => {
    elements.push({ container, key, value, comment });
  };
  if (hasInternalEndpoints) add('service-ips', at(clusterIP), `goto ${internal}`);
  else addNamed('no-endpoint-services', at(clusterIP), refusal);
  for (const ip of externalIPs) {
    if (hasEndpoints) add('service-ips', at(ip), toExternal);
    if (!hasExternalEndpoints) addNamed('no-endpoint-services', at(ip), refusal);
  }
  for (const ip of loadBalancerVIPs) {
    if (hasEndpoints) add('service-ips', at(ip), toExternal);
    if (usesFirewall(port)) addNamed('firewall-ips', at(ip), `goto ${chains.firewall}`);
    if (!hasExternalEndpoints) addNamed('no-endpoint-services', at(ip), refusal);
  }
  if (nodePort === 0) return elements;
  if (hasEndpoints) add('service-nodeports', nodeKey, toExternal);
  if (!hasExternalEndpoints) addNamed('no-endpoint-nodeports', nodeKey, refusal);
  return elements;
}
