/**
 * What one start of one container is given: its environment, its files, its volumes, its place.
 */
import type { ConfigMap, Container, Secret } from 'kubernetes-types/core/v1.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import type { Lister } from '../registry/contract.js';
import type { NodePlace, PodAttachment, StoredPod } from './contract.js';
import { ConfigError, type EnvironmentSources, environmentOf, expandCommand } from './environment/environment.js';
import { hostsFile } from './environment/hosts-file.js';
import { type Resolver, resolvConf, resolverOf } from './environment/resolv-conf.js';
import { planVolume } from './environment/volumes.js';
import type { ContainerStart } from './runtime/containers.js';
import type { ServicesView } from './services-view.js';
import type { VolumeStore } from './volume-store.js';

export interface PodStartParts {
  registry: Lister;
  config: ClusterConfig;
  services: ServicesView;
  volumes: VolumeStore;
  /** The nodes' own /etc/hosts and resolver, for pods that use their node's network or `dnsPolicy: Default`. */
  nodeHosts: string;
  nodeResolver: Resolver;
}

/** The hostname inside the pod: `spec.hostname`, else its name, cut to 63 characters. Source: kubelet GeneratePodHostNameAndDomain. */
function hostnameOf(pod: StoredPod): string {
  return pod.spec?.hostname ?? pod.metadata.name.slice(0, 63).replace(/[-.]+$/, '');
}

/** @throws ConfigError when the container names a ConfigMap, Secret or volume that is not there */
export function startOf(
  pod: StoredPod,
  container: Container,
  restartCount: number,
  attachment: PodAttachment,
  node: NodePlace,
  parts: PodStartParts,
): ContainerStart {
  const { name, namespace = '', uid = '' } = pod.metadata;
  const hostname = pod.spec?.hostNetwork ? node.name : hostnameOf(pod);
  const sources = sourcesOf(pod, attachment, node, parts);
  const env = environmentOf(container, hostname, sources);
  return {
    pod,
    place: { uid, namespace, name, hostname, node: node.name },
    attachment,
    container: expandCommand(container, env),
    env,
    restartCount,
    files: filesOf(pod, hostname, attachment, parts),
    binds: parts.volumes.binds(uid, container, (volume) => {
      const wanted = pod.spec?.volumes?.find((one) => one.name === volume);
      return wanted && planVolume(wanted, { ...sources, serviceAccountFiles: {} });
    }),
  };
}

/** @throws ConfigError for the first volume that cannot be set up; its `volume` names it */
export function checkVolumes(pod: StoredPod, attachment: PodAttachment, node: NodePlace, parts: PodStartParts): void {
  const sources = sourcesOf(pod, attachment, node, parts);
  for (const volume of pod.spec?.volumes ?? []) {
    try {
      planVolume(volume, { ...sources, serviceAccountFiles: {} });
    } catch (error) {
      throw new VolumeError(volume.name, (error as Error).message);
    }
  }
}

/** A volume whose content is not there yet. */
export class VolumeError extends ConfigError {
  constructor(
    readonly volume: string,
    message: string,
  ) {
    super(message);
  }
}

function sourcesOf(
  pod: StoredPod,
  attachment: PodAttachment,
  node: NodePlace,
  { registry, services }: PodStartParts,
): EnvironmentSources {
  const { namespace = '' } = pod.metadata;
  const snapshot = services.of(namespace);
  return {
    pod: { metadata: pod.metadata, spec: pod.spec, podIPs: attachment.podIPs, hostIP: node.address },
    serviceVariables: () => snapshot.variables(pod.spec?.enableServiceLinks ?? true),
    configMap: (name) =>
      registry.get({ group: '', kind: 'ConfigMap', namespace, name }) as
        | Pick<ConfigMap, 'data' | 'binaryData'>
        | undefined,
    secret: (name) => registry.get({ group: '', kind: 'Secret', namespace, name }) as Pick<Secret, 'data'> | undefined,
  };
}

function filesOf(
  pod: StoredPod,
  hostname: string,
  { podIPs }: PodAttachment,
  { config, nodeHosts, nodeResolver }: PodStartParts,
): Record<string, string> {
  const { namespace = '' } = pod.metadata;
  return {
    '/etc/hostname': `${hostname}\n`,
    '/etc/hosts': hostsFile({
      spec: pod.spec,
      namespace,
      hostname,
      podIPs,
      clusterDomain: config.clusterDomain,
      nodeHosts,
    }),
    '/etc/resolv.conf': resolvConf(resolverOf(pod.spec, namespace, config, nodeResolver)),
  };
}

/** A node's /etc/hosts: itself on the loopback, then every machine of the LAN by name. */
export function nodeHostsFile({ nodes, lan }: ClusterConfig): string {
  const lines = ['127.0.0.1\tlocalhost', '::1\tlocalhost ip6-localhost ip6-loopback', `${lan.hostAddress}\thost`];
  return [...lines, ...nodes.map(({ name, address }) => `${address}\t${name}`)].map((line) => `${line}\n`).join('');
}
