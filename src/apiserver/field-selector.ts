/**
 * Field selectors: `metadata.name=web,status.phase!=Running`. Each kind lets itself be selected by a few fields only.
 *
 * Source: per-kind fields from `pkg/apis/core/v1/conversion.go` and
 * `pkg/registry/core/event/strategy.go`.
 */
import type { KubeObject } from '../api/object.js';
import { parseFieldSelector } from '../api/selector.js';
import { StatusError } from '../api/status.js';

const everyKind = ['metadata.name', 'metadata.namespace'];

const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];

/** Selectable fields beside name and namespace, by `group/Kind`. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  '/Pod': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  '/Event': [...involved.map((name) => `involvedObject.${name}`), 'reason', 'reportingComponent', 'source', 'type'],
  '/Namespace': ['status.phase'],
  '/Node': ['spec.unschedulable'],
  '/ReplicationController': ['status.replicas'],
  '/Secret': ['type'],
  '/Service': ['spec.clusterIP', 'spec.type'],
  'apps/ReplicaSet': ['status.replicas'],
  'batch/Job': ['status.successful'],
};

/** Parts of a path are names of fields, not of map keys, so a plain walk suffices. */
function valueAt(object: KubeObject, field: string): unknown {
  const step = (value: unknown, key: string): unknown =>
    typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return field.split('.').reduce(step, object);
}

/** Fields whose selectable name is not where the value lies; false and 0 are what absent fields mean. */
const special: Readonly<Record<string, (object: KubeObject) => unknown>> = {
  source: (event) => valueAt(event, 'source.component') || valueAt(event, 'reportingComponent'),
  'status.successful': (job) => valueAt(job, 'status.succeeded') ?? 0,
  'status.replicas': (set) => valueAt(set, 'status.replicas') ?? 0,
  'spec.unschedulable': (node) => valueAt(node, 'spec.unschedulable') ?? false,
  'spec.hostNetwork': (pod) => valueAt(pod, 'spec.hostNetwork') ?? false,
};

function fieldText(object: KubeObject, field: string): string {
  const value = Object.hasOwn(special, field) ? special[field]?.(object) : valueAt(object, field);
  return `${value ?? ''}`;
}

/**
 * The predicate of a field selector for objects of `kindKey` (`group/Kind`).
 * @throws StatusError BadRequest for syntax and for fields that the kind does not offer.
 */
export function fieldPredicate(text: string, kindKey: string): (object: KubeObject) => boolean {
  const terms = parseFieldSelector(text);
  const offered = [...everyKind, ...(Object.hasOwn(selectable, kindKey) ? (selectable[kindKey] ?? []) : [])];
  const unknown = terms.find(({ path }) => !offered.includes(path));
  if (unknown !== undefined) throw new StatusError('BadRequest', `field label not supported: ${unknown.path}`);
  return (object) => terms.every(({ path, op, value }) => (fieldText(object, path) === value) === (op === '='));
}
