/**
 * The Node objects of a fresh cluster, as kubeadm, kubelet and Calico leave them.
 *
 * Source: `kubectl get node -o yaml` of a kubeadm 1.30 cluster with Calico 3.28.
 * Differs: capacity, OS image and machine ids are fixed or derived from names, so that every machine shows the same nodes.
 */
import type { KubeObject } from '../../api/object.js';
import { addressText, blockOf } from '../../model/address-block.js';
import type { ClusterConfig, NodeConfig } from '../../model/cluster-config.js';
import { digestOf, uidOf } from '../../model/derive.js';

const controlPlaneTaint = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };

const architecture = 'amd64';
const resources = { cpu: '2', 'ephemeral-storage': '30297152Ki', 'hugepages-2Mi': '0', memory: '2014540Ki' };
const allocatable = { ...resources, 'ephemeral-storage': '27921855238', memory: '1912140Ki' };

/** The Node objects in the configuration's order. `timestamp` is RFC 3339. */
export function nodeObjects(config: ClusterConfig, timestamp: string): KubeObject[] {
  return config.nodes.map((node, index) => nodeObject(config, node, index, timestamp));
}

function nodeObject(config: ClusterConfig, node: NodeConfig, index: number, timestamp: string): KubeObject {
  const podCIDR = `${addressText(blockOf(config.podCIDR).first + index * 256)}/24`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name, labels: labelsOf(config, node), annotations: annotationsOf(config, node) },
    spec: { podCIDR, podCIDRs: [podCIDR], ...(keepsPodsAway(config, node) ? { taints: [controlPlaneTaint] } : {}) },
    status: {
      addresses: [
        { type: 'InternalIP', address: node.address },
        { type: 'Hostname', address: node.name },
      ],
      allocatable: { ...allocatable, pods: String(node.maxPods) },
      capacity: { ...resources, pods: String(node.maxPods) },
      conditions: conditionsAt(timestamp),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: nodeInfoOf(config, node),
    },
  };
}

/**
 * The control plane takes no pods and no external traffic while there are workers. Without any it does both, as kind and
 * minikube set it up; kubeadm leaves that to the user. Source: sigs.k8s.io/kind `pkg/cluster/internal/create/actions/kubeadminit`.
 */
function keepsPodsAway({ nodes }: ClusterConfig, node: NodeConfig): boolean {
  return node.controlPlane && nodes.some(({ controlPlane }) => !controlPlane);
}

function labelsOf(config: ClusterConfig, node: NodeConfig): Record<string, string> {
  const roles: Record<string, string> = {
    ...(node.controlPlane ? { 'node-role.kubernetes.io/control-plane': '' } : {}),
    ...(keepsPodsAway(config, node) ? { 'node.kubernetes.io/exclude-from-external-load-balancers': '' } : {}),
  };
  return {
    'beta.kubernetes.io/arch': architecture,
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': architecture,
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
    ...roles,
    ...node.labels,
  };
}

/** The tunnel address is the first of the node's block. */
function annotationsOf({ lan }: ClusterConfig, node: NodeConfig): Record<string, string> {
  return {
    'kubeadm.alpha.kubernetes.io/cri-socket': 'unix:///var/run/containerd/containerd.sock',
    'node.alpha.kubernetes.io/ttl': '0',
    'projectcalico.org/IPv4Address': `${node.address}/${lan.cidr.split('/')[1]}`,
    'projectcalico.org/IPv4IPIPTunnelAddr': addressText(blockOf(node.podBlock).first),
    'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
  };
}

function nodeInfoOf(config: ClusterConfig, { name }: NodeConfig): Record<string, string> {
  return {
    architecture,
    bootID: uidOf(0, `boot/${name}`, 0),
    containerRuntimeVersion: 'containerd://1.7.20',
    kernelVersion: '6.1.0-23-amd64',
    kubeProxyVersion: config.kubernetesVersion,
    kubeletVersion: config.kubernetesVersion,
    machineID: digestOf('machine', name).slice(0, 32),
    operatingSystem: 'linux',
    osImage: 'Debian GNU/Linux 12 (bookworm)',
    systemUUID: uidOf(0, `system/${name}`, 0),
  };
}

/** A node in good health, in kubelet's and Calico's words. */
function conditionsAt(timestamp: string): Record<string, string>[] {
  const condition = (type: string, status: string, reason: string, message: string): Record<string, string> => ({
    type,
    status,
    lastHeartbeatTime: timestamp,
    lastTransitionTime: timestamp,
    reason,
    message,
  });
  return [
    condition('NetworkUnavailable', 'False', 'CalicoIsUp', 'Calico is running on this node'),
    condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}
