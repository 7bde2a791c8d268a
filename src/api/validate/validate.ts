/**
 * Validation: what the API server would refuse, kind by kind.
 *
 * Expects objects of the right types (`FieldChecker`) with defaults applied and allocated fields filled in, as the
 * server's own validation does. Kinds without an entry have their metadata checked only.
 */

import type { ShapeProblem } from '../../schema/custom/shape.js';
import { customProblems } from '../../schema/custom/table.js';
import { type FieldError, invalid, notSupported, required } from '../field-error.js';
import { kindIn } from '../kinds.js';
import { dns1035Label, dns1123Label, dns1123Subdomain, type FormatCheck } from '../names.js';
import { groupOf, type KubeObject } from '../object.js';
import { validateNamespace, validateNode, validateNodeUpdate } from './cluster.js';
import { validateConfigMap, validateConfigMapUpdate, validateSecret, validateSecretUpdate } from './config.js';
import { validateEndpointSlice, validateEndpointSliceUpdate, validateEndpoints } from './endpoints.js';
import { validateIngress, validateIngressClass, validateIngressClassUpdate } from './ingress.js';
import { validateJob, validateJobUpdate } from './job.js';
import { validateMeta, validateMetaUpdate } from './meta.js';
import { validatePod } from './pod.js';
import { validatePodUpdate } from './pod-update.js';
import { validateService } from './service.js';
import { validateServiceUpdate } from './service-update.js';
import {
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateReplicationController,
  validateSelectorUpdate,
} from './workload.js';

/** Typed loosely: the key of the table says which kind it is. */
interface KindRules {
  /** The format of names; DNS-1123 subdomain when absent. */
  name?: FormatCheck;
  check?(object: never): FieldError[];
  /** What may not change. */
  change?(next: never, previous: never): FieldError[];
}

/** RBAC names end up in URLs and may be almost anything else: `path.ValidatePathSegmentName`. */
const pathSegment: FormatCheck = (value) => [
  ...(value === '.' || value === '..' ? [`may not be '${value}'`] : []),
  ...['/', '%'].filter((character) => value.includes(character)).map((character) => `may not contain '${character}'`),
];

const rules: Readonly<Record<string, KindRules>> = {
  '/Service': { name: dns1035Label, check: validateService, change: validateServiceUpdate },
  '/Pod': { check: validatePod, change: validatePodUpdate },
  '/ReplicationController': { check: validateReplicationController },
  '/Endpoints': { check: validateEndpoints },
  '/Namespace': { name: dns1123Label, check: validateNamespace },
  '/Node': { check: validateNode, change: validateNodeUpdate },
  '/ConfigMap': { check: validateConfigMap, change: validateConfigMapUpdate },
  '/Secret': { check: validateSecret, change: validateSecretUpdate },
  'apps/ReplicaSet': { check: validateReplicaSet, change: validateSelectorUpdate },
  'apps/Deployment': { check: validateDeployment, change: validateSelectorUpdate },
  'apps/DaemonSet': { check: validateDaemonSet, change: validateSelectorUpdate },
  'batch/Job': { check: validateJob, change: validateJobUpdate },
  'discovery.k8s.io/EndpointSlice': { check: validateEndpointSlice, change: validateEndpointSliceUpdate },
  'networking.k8s.io/Ingress': { check: validateIngress },
  'networking.k8s.io/IngressClass': { check: validateIngressClass, change: validateIngressClassUpdate },
  'rbac.authorization.k8s.io/Role': { name: pathSegment },
  'rbac.authorization.k8s.io/RoleBinding': { name: pathSegment },
  'rbac.authorization.k8s.io/ClusterRole': { name: pathSegment },
  'rbac.authorization.k8s.io/ClusterRoleBinding': { name: pathSegment },
};

/** What is wrong with an object, in upstream's order; empty when all is well. */
export function validate(object: KubeObject): FieldError[] {
  const group = groupOf(object.apiVersion);
  const { name = dns1123Subdomain, check } = rulesOf(object);
  const namespaced = kindIn(group, object.kind)?.namespaced ?? object.metadata.namespace !== undefined;
  return [
    ...validateMeta(object.metadata, { namespaced, name }),
    ...customProblems(object).map(fieldError),
    ...(check?.(object as never) ?? []),
  ];
}

/** kube-openapi's words for a value that a structural schema does not allow. */
function fieldError(problem: ShapeProblem): FieldError {
  const { field } = problem;
  if (problem.is === 'required') return required(field);
  if (problem.is === 'unsupported') return notSupported(field, problem.value, problem.supported);
  if (problem.is === 'invalid') return invalid(field, problem.value, problem.detail);
  const detail = `${field} in body must be of type ${problem.wanted}: ${JSON.stringify(problem.found)}`;
  return { reason: 'FieldValueTypeInvalid', field, value: problem.found, detail };
}

/** What an object that is to replace `previous` may not change; the rest is `validate`'s. */
export function validateUpdate(next: KubeObject, previous: KubeObject): FieldError[] {
  const { change } = rulesOf(next);
  return [
    ...validateMetaUpdate(next.metadata, previous.metadata),
    ...(change?.(next as never, previous as never) ?? []),
  ];
}

function rulesOf({ apiVersion, kind }: KubeObject): KindRules {
  return rules[`${groupOf(apiVersion)}/${kind}`] ?? {};
}
