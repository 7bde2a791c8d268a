/**
 * What the cluster should be, without a kernel: the control plane with the manifests in it. `lab compile`, `--plan`, the
 * digest and the daemon all start here.
 */
import { cloudErrors } from '../api/cluster/check.js';
import { defaultClusterConfig, parseClusterConfig } from '../api/cluster-config.js';
import type { ManifestDocument } from '../api/manifest.js';
import { cloudControllers } from '../cloud/controllers.js';
import type { ProviderName } from '../cloud/provider.js';
import { createControlPlane } from '../controllers/control-plane.js';
import { metallbControllers } from '../metallb/controllers.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import type { PositionOf } from '../model/traffic.js';
import type { ProxyMode } from '../proxy/contract.js';
import type { LabRegistry, RegistrySnapshot } from '../registry/registry.js';
import type { World } from '../world/contract.js';
import { apiRules } from './api-rules.js';
import { CommandFailure } from './failure.js';
import { applyManifests, parseAll, refusal } from './manifests.js';
import { pinnedAddressProblems } from './pinned-addresses.js';
import { writeProxyMode } from './proxy/proxy-configuration.js';
import type { ApplyOutcome, ManifestText } from './start-request.js';

export interface DesiredState {
  config: ClusterConfig;
  registry: LabRegistry;
  /** @throws CommandFailure refused, with every problem; nothing is stored then */
  apply(manifests: readonly ManifestText[]): ApplyOutcome[];
  /** Lets the controllers work until nothing is left to do. */
  settle(): void;
  /** The PEM of the lab's CA is known. */
  publishRootCA(pem: string): void;
  positionOf: PositionOf;
}

export interface DesiredOptions {
  world: World;
  config?: ManifestText;
  /** What kube-proxy's ConfigMap says at first; absent: kubeadm's. */
  proxyMode?: ProxyMode;
  /** The provider that `lab up --cloud` names: it counts more than the configuration's. */
  cloud?: ProviderName;
  /** What an earlier life of the lab left: gone on from, instead of a fresh cluster. */
  snapshot?: RegistrySnapshot;
}

/** @throws CommandFailure refused for a configuration that cannot be */
export function createDesiredState(options: DesiredOptions): DesiredState {
  const config = withCloud(clusterConfig(options.config), options.cloud);
  const { registry, settle, publishRootCA } = createControlPlane({
    config,
    world: options.world,
    api: apiRules,
    snapshot: options.snapshot,
    onFault: (controller, key, error) => process.stderr.write(`controller ${controller}, ${key}: ${error}\n`),
    controllers: [...metallbControllers, ...cloudControllers(config.cloud?.provider)],
  });
  // A lab that goes on may have been moved to another mode since.
  if (options.proxyMode && !options.snapshot) writeProxyMode(registry, options.proxyMode);
  const sources = new Map<string, ManifestDocument>();
  return {
    config,
    registry,
    settle,
    publishRootCA,
    apply(manifests) {
      const documents = parseAll(manifests);
      const problems = pinnedAddressProblems(config, documents);
      if (problems.length > 0) throw refusal(problems);
      const outcome = applyManifests(registry, documents);
      for (const document of documents) remember(sources, document);
      settle();
      return outcome;
    },
    positionOf(service, field) {
      const source = sources.get(`${service.metadata?.namespace}/${service.metadata?.name}`);
      const position = source?.position(field);
      return position && `${source?.file}:${position.line}`;
    },
  };
}

function remember(sources: Map<string, ManifestDocument>, document: ManifestDocument): void {
  const { kind, metadata } = document.object;
  if (kind === 'Service') sources.set(`${metadata.namespace}/${metadata.name}`, document);
}

/** The course's without a source. */
function clusterConfig(source: ManifestText | undefined): ClusterConfig {
  if (!source) return defaultClusterConfig();
  const { config, problems } = parseClusterConfig(source.text, source.file);
  if (!config) throw refusal(problems);
  return config;
}

/** @throws CommandFailure refused when the cluster's networks are in the cloud's way */
function withCloud(config: ClusterConfig, provider: ProviderName | undefined): ClusterConfig {
  if (provider === undefined) return config;
  const cloud = { provider, healthChecks: config.cloud?.healthChecks ?? 'fast' } as const;
  const [error] = cloudErrors({ ...config, cloud });
  if (error) throw new CommandFailure('refused', `lab: --cloud ${provider}: ${error.field} ${error.detail}`);
  return { ...config, cloud };
}

/** Whatever the files are called, and however they are written. @throws CommandFailure refused */
export function namesSameCluster(one: ManifestText | undefined, other: ManifestText | undefined): boolean {
  return JSON.stringify(clusterConfig(one)) === JSON.stringify(clusterConfig(other));
}
