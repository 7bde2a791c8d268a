/**
 * `meta.k8s.io/v1` Tables: which printer serves a kind, and rows around its cells.
 *
 * Source: apimachinery `metav1.Table`, apiserver `pkg/endpoints/handlers/response.go`.
 */
import type { KubeObject } from '../api/object.js';
import { customColumns, customPrinter } from './custom.js';
import { eventPrinter } from './events.js';
import { ingressClassPrinter, ingressPrinter, networkPolicyPrinter } from './networking.js';
import { nodePrinter } from './nodes.js';
import * as plain from './plain.js';
import { podPrinter } from './pods.js';
import type { Cell, Column, PrintContext, Printer, RowCondition } from './printer.js';
import { endpointSlicePrinter, endpointsPrinter, servicePrinter } from './services.js';
import * as workloads from './workloads.js';

const printers = new Map<string, Printer>([
  ['/Pod', podPrinter],
  ['/Service', servicePrinter],
  ['/Endpoints', endpointsPrinter],
  ['discovery.k8s.io/EndpointSlice', endpointSlicePrinter],
  ['/Node', nodePrinter],
  ['/Namespace', plain.namespacePrinter],
  ['/ConfigMap', plain.configMapPrinter],
  ['/Secret', plain.secretPrinter],
  ['/ServiceAccount', plain.serviceAccountPrinter],
  ['/ReplicationController', workloads.replicationControllerPrinter],
  ['/Event', eventPrinter],
  ['events.k8s.io/Event', eventPrinter],
  ['apps/Deployment', workloads.deploymentPrinter],
  ['apps/ReplicaSet', workloads.replicaSetPrinter],
  ['apps/DaemonSet', workloads.daemonSetPrinter],
  ['apps/StatefulSet', workloads.statefulSetPrinter],
  ['apps/ControllerRevision', workloads.controllerRevisionPrinter],
  ['batch/Job', workloads.jobPrinter],
  ['batch/CronJob', workloads.cronJobPrinter],
  ['networking.k8s.io/Ingress', ingressPrinter],
  ['networking.k8s.io/IngressClass', ingressClassPrinter],
  ['networking.k8s.io/NetworkPolicy', networkPolicyPrinter],
  ['coordination.k8s.io/Lease', plain.leasePrinter],
  ['autoscaling/HorizontalPodAutoscaler', plain.autoscalerPrinter],
  ['policy/PodDisruptionBudget', plain.disruptionBudgetPrinter],
  ['admissionregistration.k8s.io/ValidatingWebhookConfiguration', plain.webhookPrinter],
  ['admissionregistration.k8s.io/MutatingWebhookConfiguration', plain.webhookPrinter],
  ['rbac.authorization.k8s.io/Role', plain.createdAtPrinter],
  ['rbac.authorization.k8s.io/ClusterRole', plain.createdAtPrinter],
  ['rbac.authorization.k8s.io/RoleBinding', plain.roleBindingPrinter],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', plain.roleBindingPrinter],
  ['apiextensions.k8s.io/CustomResourceDefinition', plain.createdAtPrinter],
  ...Object.entries(customColumns).map(([key, columns]): [string, Printer] => [key, customPrinter(columns)]),
]);

/** The printer of a kind; NAME and AGE for kinds that declare no columns. */
export function printerFor(group: string, kind: string): Printer {
  return printers.get(`${group}/${kind}`) ?? plain.defaultPrinter;
}

/** The `includeObject` query parameter: what a row carries beside its cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableRow {
  cells: Cell[];
  conditions?: RowCondition[];
  object?: unknown;
}

export interface Table {
  kind: 'Table';
  apiVersion: string;
  metadata: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
  columnDefinitions: Column[];
  rows: TableRow[];
}

/** What of an object remains in a Table row by default. */
export function partialObject(object: KubeObject, apiVersion = 'meta.k8s.io/v1'): Record<string, unknown> {
  return { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata };
}

export interface TableRequest {
  group: string;
  kind: string;
  includeObject: IncludeObject;
  /** `meta.k8s.io/v1` or `/v1beta1`, as the client asked. */
  apiVersion: string;
  context: PrintContext;
}

function tableRow(printer: Printer, object: KubeObject, request: TableRequest): TableRow {
  const row: TableRow = { cells: printer.cells(object, request.context) };
  const conditions = printer.conditions?.(object) ?? [];
  if (conditions.length > 0) row.conditions = conditions;
  if (request.includeObject === 'Metadata') row.object = partialObject(object, request.apiVersion);
  if (request.includeObject === 'Object') row.object = object;
  return row;
}

/** The Table of some objects of one kind. */
export function toTable(objects: readonly KubeObject[], metadata: Table['metadata'], request: TableRequest): Table {
  const printer = printerFor(request.group, request.kind);
  return {
    kind: 'Table',
    apiVersion: request.apiVersion,
    metadata,
    columnDefinitions: printer.columns(request.context),
    rows: objects.map((object) => tableRow(printer, object, request)),
  };
}
