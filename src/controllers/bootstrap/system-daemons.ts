/**
 * The DaemonSets of every node: kube-proxy as kubeadm installs it, calico-node as Calico's manifest does.
 *
 * Source: kubeadm `phases/addons/proxy/manifests.go`; projectcalico/calico `manifests/calico.yaml` v3.28.
 * Differs: the pods hold the place of the real ones; what they would do is done by the lab's own node agents.
 */
import type { KubeObject } from '../../api/object.js';
import type { ClusterConfig } from '../../model/cluster-config.js';

const namespace = 'kube-system';

/** kube-proxy's ConfigMap, ServiceAccounts and the two DaemonSets. */
export function systemDaemons(config: ClusterConfig): KubeObject[] {
  return [
    serviceAccount('kube-proxy'),
    serviceAccount('calico-node'),
    proxyConfigMap(config),
    daemonSet('kube-proxy', `registry.k8s.io/kube-proxy:${config.kubernetesVersion}`, {
      command: [
        '/usr/local/bin/kube-proxy',
        '--config=/var/lib/kube-proxy/config.conf',
        '--hostname-override=$(NODE_NAME)',
      ],
      env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'spec.nodeName' } } }],
    }),
    daemonSet('calico-node', 'docker.io/calico/node:v3.28.1', {}),
  ];
}

function serviceAccount(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } };
}

function daemonSet(name: string, image: string, container: object): KubeObject {
  const labels = { 'k8s-app': name };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name, image, imagePullPolicy: 'IfNotPresent', ...container }],
          hostNetwork: true,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          priorityClassName: 'system-node-critical',
          serviceAccountName: name,
          tolerations: [{ operator: 'Exists' }],
        },
      },
    },
  };
}

/** The file that the course edits for strictARP: kubeadm's KubeProxyConfiguration, its fields in alphabetical order. */
function proxyConfigMap(config: ClusterConfig): KubeObject {
  const configuration = [
    'apiVersion: kubeproxy.config.k8s.io/v1alpha1',
    'bindAddress: 0.0.0.0',
    'bindAddressHardFail: false',
    'clientConnection:',
    '  acceptContentTypes: ""',
    '  burst: 0',
    '  contentType: ""',
    '  kubeconfig: /var/lib/kube-proxy/kubeconfig.conf',
    '  qps: 0',
    `clusterCIDR: ${config.podCIDR}`,
    'configSyncPeriod: 0s',
    'conntrack:',
    '  maxPerCore: null',
    '  min: null',
    '  tcpCloseWaitTimeout: null',
    '  tcpEstablishedTimeout: null',
    'detectLocal:',
    '  bridgeInterface: ""',
    '  interfaceNamePrefix: ""',
    'detectLocalMode: ""',
    'enableProfiling: false',
    'healthzBindAddress: ""',
    'hostnameOverride: ""',
    'iptables:',
    '  localhostNodePorts: null',
    '  masqueradeAll: false',
    '  masqueradeBit: null',
    '  minSyncPeriod: 0s',
    '  syncPeriod: 0s',
    'ipvs:',
    '  excludeCIDRs: null',
    '  minSyncPeriod: 0s',
    '  scheduler: ""',
    '  strictARP: false',
    '  syncPeriod: 0s',
    '  tcpFinTimeout: 0s',
    '  tcpTimeout: 0s',
    '  udpTimeout: 0s',
    'kind: KubeProxyConfiguration',
    'metricsBindAddress: ""',
    'mode: ""',
    'nodePortAddresses: null',
    'oomScoreAdj: null',
    'portRange: ""',
    'showHiddenMetricsForVersion: ""',
    '',
  ].join('\n');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kube-proxy', namespace, labels: { app: 'kube-proxy' } },
    data: { 'config.conf': configuration },
  };
}
