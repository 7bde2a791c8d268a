/**
 * The Gateway API's resources. Source: Gateway API v1.0 to v1.2 `config/crd/standard`; a field of any is known.
 */
import { anything, labelSelector, listOf, mapOf, object, oneOf, type Shape, text, whole } from './shape.js';

const parametersReference = { group: text, kind: text, name: text, namespace: text };

const parentReference = object({
  group: text,
  kind: text,
  namespace: text,
  'name!': text,
  sectionName: text,
  port: whole,
});

const objectReference = { group: text, kind: text, namespace: text, 'name!': text };

const backendReference = { ...objectReference, port: whole, weight: whole };

const header = object({ 'name!': text, 'value!': text });
const headerFilter = object({ set: listOf(header), add: listOf(header), remove: listOf(text) });
const pathModifier = object({
  'type!': oneOf('ReplaceFullPath', 'ReplacePrefixMatch'),
  replaceFullPath: text,
  replacePrefixMatch: text,
});

const filter = object({
  'type!': text,
  requestHeaderModifier: headerFilter,
  responseHeaderModifier: headerFilter,
  requestMirror: anything,
  requestRedirect: object({ scheme: text, hostname: text, path: pathModifier, port: whole, statusCode: whole }),
  urlRewrite: object({ hostname: text, path: pathModifier }),
  extensionRef: anything,
});

const valueMatch = object({ type: oneOf('Exact', 'RegularExpression'), 'name!': text, 'value!': text });

const routeMatch = object({
  path: object({ type: oneOf('Exact', 'PathPrefix', 'RegularExpression'), value: text }),
  headers: listOf(valueMatch),
  queryParams: listOf(valueMatch),
  method: text,
});

const routeRule = object({
  name: text,
  matches: listOf(routeMatch),
  filters: listOf(filter),
  backendRefs: listOf(object({ ...backendReference, filters: listOf(filter) })),
  timeouts: object({ request: text, backendRequest: text }),
  retry: anything,
  sessionPersistence: anything,
});

const listener = object({
  'name!': text,
  hostname: text,
  'port!': whole,
  'protocol!': text,
  tls: object({
    mode: oneOf('Terminate', 'Passthrough'),
    certificateRefs: listOf(object(objectReference)),
    options: mapOf(text),
    frontendValidation: anything,
  }),
  allowedRoutes: object({
    namespaces: object({ from: oneOf('All', 'Selector', 'Same', 'None'), selector: labelSelector }),
    kinds: listOf(object({ group: text, 'kind!': text })),
  }),
});

/** Spec shapes by `Kind`. */
export const gatewaySpecs: Readonly<Record<string, Shape>> = {
  GatewayClass: object({
    'controllerName!': text,
    parametersRef: object(parametersReference),
    description: text,
  }),
  Gateway: object({
    'gatewayClassName!': text,
    'listeners!': listOf(listener),
    addresses: listOf(object({ type: text, value: text })),
    infrastructure: object({
      labels: mapOf(text),
      annotations: mapOf(text),
      parametersRef: object(parametersReference),
    }),
    backendTLS: anything,
  }),
  HTTPRoute: object({
    parentRefs: listOf(parentReference),
    hostnames: listOf(text),
    rules: listOf(routeRule),
  }),
  ReferenceGrant: object({
    'from!': listOf(object({ 'group!': text, 'kind!': text, 'namespace!': text })),
    'to!': listOf(object({ 'group!': text, 'kind!': text, name: text })),
  }),
};
