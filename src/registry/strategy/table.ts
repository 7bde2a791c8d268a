/**
 * Which strategy a kind has. Kinds not listed are stored as they come, with generations counted, as CRDs are.
 */
import type { Strategy } from './contract.js';
import { namespaceStrategy } from './namespace.js';
import { podStrategy } from './pod.js';
import { serviceStrategy } from './service.js';
import { jobStrategy, withFreshStatus } from './workload.js';

const plain: Strategy = {};
const counted: Strategy = { generation: true };

/** Keys are `group/kind`. */
const strategies: Readonly<Record<string, Strategy>> = {
  '/ConfigMap': plain,
  '/Endpoints': plain,
  '/Event': plain,
  '/Namespace': namespaceStrategy,
  '/Node': plain,
  '/Pod': podStrategy,
  '/ReplicationController': withFreshStatus({ replicas: 0 }),
  '/Secret': plain,
  '/Service': serviceStrategy,
  '/ServiceAccount': plain,
  'apps/ControllerRevision': plain,
  'apps/DaemonSet': withFreshStatus({
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  }),
  'apps/Deployment': withFreshStatus({}),
  'apps/ReplicaSet': withFreshStatus({ replicas: 0 }),
  'apps/StatefulSet': withFreshStatus({ replicas: 0, availableReplicas: 0 }),
  'batch/CronJob': withFreshStatus({}),
  'batch/Job': jobStrategy,
  'coordination.k8s.io/Lease': plain,
  'networking.k8s.io/Ingress': withFreshStatus({ loadBalancer: {} }),
  'rbac.authorization.k8s.io/ClusterRole': plain,
  'rbac.authorization.k8s.io/ClusterRoleBinding': plain,
  'rbac.authorization.k8s.io/Role': plain,
  'rbac.authorization.k8s.io/RoleBinding': plain,
};

/** The strategy of a kind. */
export function strategyOf(group: string, kind: string): Strategy {
  return strategies[`${group}/${kind}`] ?? counted;
}
