/**
 * The Services that every cluster has: the API server's own, and the cluster DNS.
 * Source: `pkg/controlplane/controller/kubernetesservice`, `controlplane/reconcilers`; kubeadm `phases/addons/dns/manifests.go`.
 */
import type { KubeObject } from '../../api/object.js';
import { addressText, blockOf } from '../../model/address-block.js';
import type { ClusterConfig } from '../../model/cluster-config.js';

/** kubeadm's `bindPort`. */
const apiServerPort = 6443;

/** `default/kubernetes` with its Endpoints and EndpointSlice, and `kube-system/kube-dns`. */
export function systemServices(config: ClusterConfig): KubeObject[] {
  return [...kubernetesService(config), dnsService(config)];
}

/** The API server's own Service with its Endpoints and slice. */
export function kubernetesService(config: ClusterConfig): KubeObject[] {
  const labels = { component: 'apiserver', provider: 'kubernetes' };
  const metadata = { name: 'kubernetes', namespace: 'default' };
  const addresses = config.nodes.filter(({ controlPlane }) => controlPlane).map(({ address }) => address);
  const port = { name: 'https', port: apiServerPort, protocol: 'TCP' };
  const skipMirror = { 'endpointslice.kubernetes.io/skip-mirror': 'true' };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata, labels },
      spec: {
        type: 'ClusterIP',
        // The first address of the range. Source: `pkg/controlplane/services.go`.
        clusterIP: addressText(blockOf(config.serviceCIDR).first + 1),
        ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: apiServerPort }],
        sessionAffinity: 'None',
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { ...metadata, labels: skipMirror },
      ...(addresses.length > 0 ? { subsets: [{ addresses: addresses.map((ip) => ({ ip })), ports: [port] }] } : {}),
    },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
      ports: [port],
    },
  ];
}

function dnsService(config: ClusterConfig): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      annotations: { 'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true' },
      labels: { 'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
    },
    spec: {
      clusterIP: config.dnsAddress,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
      ],
      selector: { 'k8s-app': 'kube-dns' },
    },
  };
}
