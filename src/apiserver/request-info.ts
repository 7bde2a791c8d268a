/**
 * What a REST path means: `/apis/apps/v1/namespaces/default/deployments/web/scale` is group `apps`, version `v1`,
 * namespace `default`, resource `deployments`, name `web`, subresource `scale`.
 *
 * Source: apiserver `pkg/endpoints/request/requestinfo.go`. Differs: the deprecated `/watch/` prefix is not served.
 */

export interface ResourcePath {
  group: string;
  version: string;
  /** '' when the path names no namespace: cluster-scoped kinds, and lists across namespaces. */
  namespace: string;
  resource: string;
  /** '' for a collection. */
  name: string;
  /** '' or `status`, `log`, … */
  subresource: string;
}

export type RequestPath =
  | { is: 'resource'; path: ResourcePath }
  /** `/api`, `/apis`: all groups. */
  | { is: 'groups'; legacy: boolean }
  | { is: 'group'; group: string }
  | { is: 'version'; group: string; version: string }
  /** `/version`, `/healthz`, `/openapi/v2`, …; segments without empty ones. */
  | { is: 'other'; segments: string[] };

/** Subresources of a Namespace: the only words after a namespace's name that are no resource in it. */
const namespaceSubresources = new Set(['status', 'finalize']);

function namespaced(group: string, version: string, rest: string[]): ResourcePath {
  const [namespace = '', resource = '', name = '', subresource = ''] = rest;
  if (resource === '' || namespaceSubresources.has(resource)) {
    return { group, version, namespace, resource: 'namespaces', name: namespace, subresource: resource };
  }
  return { group, version, namespace, resource, name, subresource };
}

/** Words after a subresource belong to proxies, which the lab has not: such a path means nothing. */
function resourcePath(group: string, version: string, rest: string[]): ResourcePath | undefined {
  const inNamespace = rest[0] === 'namespaces' && rest.length > 1;
  if (rest.length > (inNamespace ? 5 : 3)) return undefined;
  if (inNamespace) return namespaced(group, version, rest.slice(1));
  const [resource = '', name = '', subresource = ''] = rest;
  return { group, version, namespace: '', resource, name, subresource };
}

/** A Namespace object lives in no namespace, although its path reads as one. */
function withoutOwnNamespace(path: ResourcePath): ResourcePath {
  return path.resource === 'namespaces' ? { ...path, namespace: '' } : path;
}

/** Splits and decodes; undefined when the escapes are malformed or a segment hides a slash. */
function segmentsOf(pathname: string): string[] | undefined {
  try {
    const segments = pathname
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent);
    return segments.some((segment) => segment.includes('/') || segment.includes('\0')) ? undefined : segments;
  } catch {
    return undefined;
  }
}

function apiPath(group: string, version: string, rest: string[]): RequestPath | undefined {
  if (rest.length === 0) return { is: 'version', group, version };
  const path = resourcePath(group, version, rest);
  return path && { is: 'resource', path: withoutOwnNamespace(path) };
}

/** The meaning of a URL's path; undefined when it can have none. */
export function parsePath(pathname: string): RequestPath | undefined {
  const segments = segmentsOf(pathname);
  if (segments === undefined) return undefined;
  const [root, ...rest] = segments;
  if (root === 'api') {
    const [version, ...more] = rest;
    return version === undefined ? { is: 'groups', legacy: true } : apiPath('', version, more);
  }
  if (root !== 'apis') return { is: 'other', segments };
  const [group, version, ...more] = rest;
  if (group === undefined) return { is: 'groups', legacy: false };
  return version === undefined ? { is: 'group', group } : apiPath(group, version, more);
}
