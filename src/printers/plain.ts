/**
 * Kinds whose table is a line or two: namespaces, configuration, accounts, leases, RBAC, webhooks.
 *
 * Source: `pkg/printers/internalversion/printers.go`; Roles and CustomResourceDefinitions have CREATED AT because they
 * go through the default table (`rest.NewDefaultTableConvertor`).
 */
import type { ValidatingWebhookConfiguration } from 'kubernetes-types/admissionregistration/v1.js';
import type { HorizontalPodAutoscaler } from 'kubernetes-types/autoscaling/v2.js';
import type { Lease } from 'kubernetes-types/coordination/v1.js';
import type { ConfigMap, Namespace, Secret, ServiceAccount } from 'kubernetes-types/core/v1.js';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';
import type { RoleBinding } from 'kubernetes-types/rbac/v1.js';
import { none, shortened } from './format.js';
import { age, ageColumn, column, integer, nameColumn, nameOf, type Printer, printer, wide } from './printer.js';

export const namespacePrinter = printer<Namespace>([nameColumn, column('Status'), ageColumn], (object, context) => [
  nameOf(object),
  object.status?.phase ?? '',
  age(object, context),
]);

const size = (map: object | undefined): number => Object.keys(map ?? {}).length;

export const configMapPrinter = printer<ConfigMap>([nameColumn, column('Data'), ageColumn], (object, context) => [
  nameOf(object),
  size(object.data) + size(object.binaryData),
  age(object, context),
]);

export const secretPrinter = printer<Secret>(
  [nameColumn, column('Type'), column('Data'), ageColumn],
  (object, context) => [nameOf(object), object.type ?? '', size(object.data), age(object, context)],
);

export const serviceAccountPrinter = printer<ServiceAccount>(
  [nameColumn, column('Secrets'), ageColumn],
  (object, context) => [nameOf(object), (object.secrets ?? []).length, age(object, context)],
);

export const leasePrinter = printer<Lease>([nameColumn, column('Holder'), ageColumn], (object, context) => [
  nameOf(object),
  object.spec?.holderIdentity ?? '',
  age(object, context),
]);

/** Mutating configurations have the same shape. */
export const webhookPrinter = printer<ValidatingWebhookConfiguration>(
  [nameColumn, integer('Webhooks'), ageColumn],
  (object, context) => [nameOf(object), (object.webhooks ?? []).length, age(object, context)],
);

/** `Role/reader`. */
function reference(target: { kind: string; name: string } | undefined): string {
  return target === undefined ? '' : `${target.kind}/${target.name}`;
}

function subjects({ subjects: all = [] }: RoleBinding, kind: string): string {
  const wanted = all.filter((subject) => subject.kind === kind);
  return wanted.map(({ namespace, name }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : name)).join(', ');
}

/** ClusterRoleBindings have the same shape. */
export const roleBindingPrinter = printer<RoleBinding>(
  [nameColumn, column('Role'), ageColumn, wide('Users'), wide('Groups'), wide('ServiceAccounts')],
  (object, context) => [
    nameOf(object),
    reference(object.roleRef),
    age(object, context),
    ...['User', 'Group', 'ServiceAccount'].map((kind) => subjects(object, kind)),
  ],
);

/** `cpu: <unknown>/50%`; the target is a share or an amount. Differs: there is no metrics API, so the present is unknown. */
function autoscalerTargets({ spec }: HorizontalPodAutoscaler): string {
  const resources = (spec?.metrics ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
  const text = ({ name, target }: (typeof resources)[number]) =>
    `${name}: <unknown>/${target.averageUtilization === undefined ? (target.averageValue ?? '<auto>') : `${target.averageUtilization}%`}`;
  return shortened(resources.map(text)) || none;
}

export const autoscalerPrinter = printer<HorizontalPodAutoscaler>(
  [nameColumn, ...['Reference', 'Targets', 'MinPods', 'MaxPods', 'Replicas'].map((name) => column(name)), ageColumn],
  (object, context) => [
    nameOf(object),
    reference(object.spec?.scaleTargetRef),
    autoscalerTargets(object),
    `${object.spec?.minReplicas ?? '<unset>'}`,
    object.spec?.maxReplicas ?? 0,
    object.status?.currentReplicas ?? 0,
    age(object, context),
  ],
);

export const disruptionBudgetPrinter = printer<PodDisruptionBudget>(
  [nameColumn, column('Min Available'), column('Max Unavailable'), integer('Allowed Disruptions'), ageColumn],
  (object, context) => [
    nameOf(object),
    `${object.spec?.minAvailable ?? 'N/A'}`,
    `${object.spec?.maxUnavailable ?? 'N/A'}`,
    object.status?.disruptionsAllowed ?? 0,
    age(object, context),
  ],
);

/** `rest.NewDefaultTableConvertor`: NAME and CREATED AT. */
export const createdAtPrinter: Printer = printer<{ metadata?: { name?: string; creationTimestamp?: string } }>(
  [nameColumn, column('Created At', { type: 'date' })],
  (object) => [nameOf(object), object.metadata?.creationTimestamp ?? ''],
);

/** NAME and AGE: custom resources without printer columns. */
export const defaultPrinter: Printer = printer<{ metadata?: { name?: string; creationTimestamp?: string } }>(
  [nameColumn, ageColumn],
  (object, context) => [nameOf(object), age(object, context)],
);
