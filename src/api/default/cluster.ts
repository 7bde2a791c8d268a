/**
 * What the API server fills into namespaces, nodes, Secrets, ingress classes, webhooks and resource definitions.
 *
 * Source: `pkg/apis/{core,networking,admissionregistration}/v1/defaults.go`, apiextensions' `v1/defaults.go`, and the
 * namespace strategy's `PrepareForCreate` (its finalizer).
 */
import type { ValidatingWebhookConfiguration } from 'kubernetes-types/admissionregistration/v1.js';
import type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1.js';
import type { Namespace, Node, Secret } from 'kubernetes-types/core/v1.js';
import type { IngressClass } from 'kubernetes-types/networking/v1.js';

/** Changes the draft that it is given. */
export function defaultNamespace(namespace: Namespace): void {
  const { metadata } = namespace;
  if (metadata?.name) metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  namespace.spec ??= {};
  namespace.spec.finalizers ??= ['kubernetes'];
  namespace.status ??= {};
  namespace.status.phase ||= 'Active';
}

/** Changes the draft that it is given. */
export function defaultNode({ status }: Node): void {
  if (status?.capacity !== undefined) status.allocatable ??= { ...status.capacity };
}

/** `stringData` is write-only: it goes into `data`. Changes the draft that it is given. */
export function defaultSecret(secret: Secret): void {
  secret.type ||= 'Opaque';
  if (secret.stringData === undefined) return;
  const encoded = Object.entries(secret.stringData).map(([key, text]) => [key, base64(text)]);
  secret.data = { ...secret.data, ...Object.fromEntries(encoded) };
  delete secret.stringData;
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}

/** Changes the draft that it is given. */
export function defaultIngressClass({ spec }: IngressClass): void {
  if (spec?.parameters !== undefined) spec.parameters.scope ??= 'Cluster';
}

/** Fits mutating and validating webhooks. Changes the draft that it is given. */
export function defaultWebhooks({ webhooks = [] }: ValidatingWebhookConfiguration): void {
  for (const webhook of webhooks) {
    webhook.failurePolicy ??= 'Fail';
    webhook.matchPolicy ??= 'Equivalent';
    webhook.namespaceSelector ??= {};
    webhook.objectSelector ??= {};
    webhook.timeoutSeconds ??= 10;
    if (webhook.clientConfig.service !== undefined) webhook.clientConfig.service.port ??= 443;
    for (const rule of (webhook.rules ?? []) as { scope?: string }[]) rule.scope ??= '*';
  }
}

/** Changes the draft that it is given. */
export function defaultCustomResourceDefinition({ spec }: CustomResourceDefinition): void {
  spec.names.singular ||= spec.names.kind.toLowerCase();
  spec.names.listKind ||= `${spec.names.kind}List`;
  spec.conversion ??= { strategy: 'None' };
}
