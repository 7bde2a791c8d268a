/**
 * What to say about a kind that the lab does not serve: kubectl's words, and the way out.
 *
 * Source: apimachinery `meta.NoKindMatchError`; kubectl adds "ensure CRDs are installed first".
 */
import { apiVersionOf, builtinKinds } from './kinds.js';
import { nearest } from './nearest.js';
import { isEmulated, notEmulated } from './not-emulated.js';
import { groupOf } from './object.js';

/** The v1 form of an Ingress backend, which differs from the one that removed versions had. */
const ingressHint =
  'removed in Kubernetes 1.22: write "apiVersion: networking.k8s.io/v1", give each path a "pathType: Prefix", and write ' +
  '"backend: {service: {name: NAME, port: {number: PORT}}}" for "serviceName: NAME" and "servicePort: PORT"';

/** Versions that old notes use and a current server no longer has, with what to write. */
const removed: Readonly<Record<string, string>> = {
  'extensions/v1beta1 Ingress': ingressHint,
  'networking.k8s.io/v1beta1 Ingress': ingressHint,
  'networking.k8s.io/v1beta1 IngressClass': 'removed in Kubernetes 1.22: write "apiVersion: networking.k8s.io/v1"',
  'discovery.k8s.io/v1beta1 EndpointSlice': 'removed in Kubernetes 1.25: write "apiVersion: discovery.k8s.io/v1"',
};

const kinds = builtinKinds.filter(isEmulated);

/** `no matches for kind "Ingress" in version "extensions/v1beta1"`. */
export function noMatchMessage(apiVersion: string, kind: string): string {
  return `no matches for kind "${kind}" in version "${apiVersion}"`;
}

/** The next thing to try, when there is one to name. */
export function unknownKindHint(apiVersion: string, kind: string): string {
  const known = removed[`${apiVersion} ${kind}`];
  if (known !== undefined) return known;
  if (notEmulated[kind] !== undefined) return notEmulated[kind];
  const sameKind = kinds.find((info) => info.kind === kind);
  if (sameKind !== undefined) return `write "apiVersion: ${apiVersionOf(sameKind)}"`;
  const similar =
    nearest(
      kind,
      kinds.map((info) => info.kind),
    ) ?? kinds.find(({ plural }) => plural === kind.toLowerCase())?.kind;
  if (similar !== undefined) return `did you mean "kind: ${similar}"?`;
  const group = groupOf(apiVersion);
  const inGroup = kinds.filter((info) => info.group === group).map((info) => info.kind);
  if (inGroup.length > 0) return `kinds of this group here: ${inGroup.join(', ')}`;
  return 'the lab serves no such group; "kubectl api-resources" lists what it has';
}
