/**
 * Paths that are about the server and not about objects: version, health, OpenAPI, the list of paths.
 *
 * Source: apiserver `pkg/server/routes`, `pkg/server/healthz`; OpenAPI v3 caching as in KEP-2896.
 */
import type { Api } from './contract.js';
import { groupsOf } from './discovery.js';
import { objectReply, type Reply, textReply } from './reply.js';
import type { ApiRequest } from './request.js';

/** `kubectl version`. Differs: compiler and goVersion name the runtime that the lab really has. */
function version({ version: { major, minor, gitVersion } }: Api): Reply {
  return objectReply({
    major: `${major}`,
    minor: `${minor}`,
    gitVersion,
    gitCommit: '',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: process.version,
    compiler: 'node',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  });
}

function health(name: string, { query }: ApiRequest): Reply {
  return textReply(query.has('verbose') ? `[+]ping ok\n${name} check passed\n` : 'ok');
}

/** The Content-Type has a dot where the Accept header has `@`: Go refuses the latter as a media type. */
const openApiV2Type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

function openApiIndex({ openApi }: Api): Reply {
  const entries = openApi.v3Paths().map((path) => {
    const hash = openApi.v3(path)?.hash ?? '';
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${encodeURIComponent(hash)}` }];
  });
  return objectReply({ paths: Object.fromEntries(entries) });
}

/** A document under its own hash never changes, so clients may keep it: a second apply then fetches nothing. */
const forever = { 'Cache-Control': 'public, immutable', Expires: 'Fri, 31 Dec 2100 23:59:59 GMT' };

function openApiDocument({ openApi }: Api, { query }: ApiRequest, path: string): Reply | undefined {
  const document = openApi.v3(path);
  if (document === undefined) return undefined;
  const lasting = query.get('hash') === document.hash ? forever : {};
  return {
    code: 200,
    contentType: 'application/json',
    body: document.json,
    headers: { ETag: `"${document.hash}"`, Vary: 'Accept', ...lasting },
  };
}

function openApi(api: Api, request: ApiRequest, [version, ...rest]: string[]): Reply | undefined {
  if (version === 'v2' && rest.length === 0) return { code: 200, contentType: openApiV2Type, body: api.openApi.v2() };
  if (version !== 'v3') return undefined;
  return rest.length === 0 ? openApiIndex(api) : openApiDocument(api, request, rest.join('/'));
}

/** `/`. */
function paths(api: Api): Reply {
  const groups = groupsOf(api.registry.kinds()).flatMap(({ name, versions }) => [
    `/apis/${name}`,
    ...versions.map((one) => `/apis/${name}/${one}`),
  ]);
  const rest = ['/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];
  return objectReply({ paths: ['/api', '/api/v1', '/apis', ...groups, ...rest].sort() });
}

/** Undefined when there is no such path. */
export function plainPath(api: Api, request: ApiRequest, segments: readonly string[]): Reply | undefined {
  const [root = '', ...rest] = segments;
  if (root === 'openapi') return openApi(api, request, rest);
  if (['healthz', 'livez', 'readyz'].includes(root)) {
    return rest.length === 0 || (rest.length === 1 && rest[0] === 'ping') ? health(root, request) : undefined;
  }
  if (rest.length > 0) return undefined;
  if (root === 'version') return version(api);
  return root === '' ? paths(api) : undefined;
}
