/**
 * The control plane in one piece: registry, bootstrap objects, and all controllers in their order. What a daemon, a
 * test and `lab compile` all start from.
 */

import { builtinKinds } from '../api/kinds.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import { createRegistry, type LabRegistry, type RegistrySnapshot } from '../registry/registry.js';
import type { ApiRules } from '../registry/rules.js';
import type { World } from '../world/contract.js';
import { bootstrapObjects } from './bootstrap/bootstrap.js';
import type { Controller } from './contract.js';
import { daemonSetController } from './daemonset/daemonset.js';
import { deploymentController } from './deployment/deployment.js';
import { endpointsController } from './endpoints/endpoints.js';
import { endpointSliceController } from './endpoints/endpointslice.js';
import { endpointSliceMirroringController } from './endpoints/endpointslice-mirroring.js';
import { createGarbageCollector } from './garbage-collector.js';
import { jobController } from './job/job.js';
import { kubernetesServiceController } from './kubernetes-service.js';
import { createNamespaceController } from './namespace.js';
import { nodeLeaseController } from './node/node-lease.js';
import { nodeTaintsController } from './node/node-taints.js';
import { taintEvictionController } from './node/taint-eviction.js';
import { podAddressController } from './pod-address-assignment.js';
import { podSchedulingController } from './pod-scheduling.js';
import { replicaSetController, replicationControllerController } from './replicaset.js';
import { createRunner, type RunnerOptions } from './runner.js';

export interface ControlPlaneOptions {
  config: ClusterConfig;
  world: World;
  /** Defaulting and validation. */
  api: ApiRules;
  /** Continue from here instead of bootstrapping. */
  snapshot?: RegistrySnapshot | undefined;
  /** Further controllers (MetalLB's, Ingress', …), after the built-in ones. */
  controllers?: readonly Controller[];
  onRefusal?: RunnerOptions['onRefusal'];
  onFault?: RunnerOptions['onFault'];
}

export interface ControlPlane {
  registry: LabRegistry;
  /** Let the controllers work until nothing is left to do; returns how many keys were reconciled. */
  settle(): number;
  /** The PEM of the cluster's CA is known: every namespace gets its ConfigMap kube-root-ca.crt. */
  publishRootCA(pem: string): void;
  /** No more reactions to changes, no timers left. */
  stop(): void;
}

/** The controllers in order of precedence: those that make objects before those that place and list them. */
function builtinControllers(rootCA: () => string | undefined): Controller[] {
  return [
    createNamespaceController({ kinds: builtinKinds, rootCA }),
    createGarbageCollector(builtinKinds),
    kubernetesServiceController,
    nodeLeaseController,
    nodeTaintsController,
    taintEvictionController,
    deploymentController,
    daemonSetController,
    replicaSetController,
    replicationControllerController,
    jobController,
    podSchedulingController,
    podAddressController,
    endpointsController,
    endpointSliceController,
    endpointSliceMirroringController,
  ];
}

/**
 * A running control plane: bootstrapped (or restored) and settled. Every later change is reacted to on the next tick
 * of the world's clock; call `settle` to have it now.
 */
export function createControlPlane(options: ControlPlaneOptions): ControlPlane {
  const { config, world, api, snapshot, onRefusal, onFault } = options;
  const registry = createRegistry({ config, world, rules: api, kinds: builtinKinds });
  let authority: string | undefined;
  const controllers = [...builtinControllers(() => authority), ...(options.controllers ?? [])];
  const runner = createRunner({
    registry,
    world,
    config,
    controllers,
    ...(onRefusal ? { onRefusal } : {}),
    ...(onFault ? { onFault } : {}),
  });
  if (snapshot) registry.restore(snapshot);
  else for (const object of bootstrapObjects(config, world.clock.timestamp())) registry.create(object);
  runner.start();
  runner.settle();
  return {
    registry,
    settle: () => runner.settle(),
    publishRootCA(pem) {
      authority = pem;
      runner.reconsider(
        'namespace',
        registry.list('', 'Namespace').map(({ metadata }) => metadata.name),
      );
    },
    stop: () => runner.stop(),
  };
}
