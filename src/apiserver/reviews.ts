/**
 * Questions about oneself: who am I, may I? There is one user, and it may do everything.
 *
 * Source: `pkg/registry/authorization`, `pkg/registry/authentication/selfsubjectreview`.
 * Differs: there is no RBAC. Roles and bindings are stored and listed, but whoever has the token is the administrator.
 */
import { parseObject, requireObject } from './body.js';
import type { Untyped } from './contract.js';
import { negotiate } from './negotiate.js';
import { objectReply, type Reply } from './reply.js';
import type { ApiRequest } from './request.js';
import type { VirtualResource } from './resources.js';

/** The user of kubeadm's admin.conf. */
export const administrator = {
  username: 'kubernetes-admin',
  groups: ['kubeadm:cluster-admins', 'system:authenticated'],
};

const everything = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
  incomplete: false,
};

const verdicts: Readonly<Record<string, Untyped>> = {
  SelfSubjectAccessReview: { allowed: true },
  SubjectAccessReview: { allowed: true },
  SelfSubjectRulesReview: everything,
  SelfSubjectReview: { userInfo: administrator },
};

/** The posted review with its verdict. */
export async function answerReview(request: ApiRequest, resource: VirtualResource): Promise<Reply> {
  const { encoding } = negotiate(request.headers.accept);
  const { value } = parseObject(await request.body(), request.headers['content-type']);
  const { group, version, kind } = resource;
  const { metadata = {}, spec = {} } = requireObject(value);
  const review = { kind, apiVersion: `${group}/${version}`, metadata, spec, status: verdicts[kind] };
  return objectReply(review, 201, encoding);
}
