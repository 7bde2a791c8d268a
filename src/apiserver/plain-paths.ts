/**
 * Paths that are about the server and not about objects: version, health, OpenAPI, the list of paths.
 *
 * Source: apiserver `pkg/server/routes`, `pkg/server/healthz`; OpenAPI v3 caching as in KEP-2896.
 */
import { openApiV2ContentType } from '../schema/openapi-v2.js';
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

/** A document under its own hash never changes, so clients may keep it: a second apply then fetches nothing. */
const forever = { 'Cache-Control': 'public, immutable', Expires: 'Fri, 31 Dec 2100 23:59:59 GMT' };

async function openApiV3({ openApi }: Api, { query }: ApiRequest, path: string): Promise<Reply | undefined> {
  const { index, documents } = await openApi.v3();
  if (path === '') return { code: 200, contentType: 'application/json', body: index };
  const document = documents.get(path);
  if (document === undefined) return undefined;
  const lasting = query.get('hash') === document.hash ? forever : {};
  const headers = { ETag: `"${document.hash}"`, Vary: 'Accept', ...lasting };
  return { code: 200, contentType: 'application/json', body: document.body, headers };
}

async function openApi(api: Api, request: ApiRequest, [version, ...rest]: string[]): Promise<Reply | undefined> {
  if (version === 'v3') return openApiV3(api, request, rest.join('/'));
  if (version !== 'v2' || rest.length > 0) return undefined;
  return { code: 200, contentType: openApiV2ContentType, body: await api.openApi.v2() };
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
export async function plainPath(
  api: Api,
  request: ApiRequest,
  segments: readonly string[],
): Promise<Reply | undefined> {
  const [root = '', ...rest] = segments;
  if (root === 'openapi') return openApi(api, request, rest);
  if (['healthz', 'livez', 'readyz'].includes(root)) {
    return rest.length === 0 || (rest.length === 1 && rest[0] === 'ping') ? health(root, request) : undefined;
  }
  if (rest.length > 0) return undefined;
  if (root === 'version') return version(api);
  return root === '' ? paths(api) : undefined;
}
