/**
 * Every kind that the lab serves: names, short names, categories and subresources as a real cluster's discovery lists
 * them (Kubernetes 1.30, MetalLB 0.13/0.14, Gateway API 1.0).
 *
 * Where kinds of one version are gone upstream, the look-up's error names the form to write instead.
 */
import type { KindInfo } from '../registry/contract.js';
import { groupOf } from './object.js';

type Extra = Partial<Pick<KindInfo, 'shortNames' | 'categories' | 'subresources' | 'singular'>>;

/** Kinds of one group and its versions; the rows say what differs between them. */
function group(name: string, versions: string[], rows: readonly KindRow[]): KindInfo[] {
  return rows.map(([kind, plural, scope, extra = {}]) => ({
    group: name,
    versions,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: [],
    namespaced: scope === 'namespaced',
    categories: [],
    subresources: [],
    ...extra,
  }));
}

type KindRow = readonly [kind: string, plural: string, scope: 'namespaced' | 'cluster', extra?: Extra];

const all = ['all'];

export const kinds: readonly KindInfo[] = [
  ...group(
    '',
    ['v1'],
    [
      ['ConfigMap', 'configmaps', 'namespaced', { shortNames: ['cm'] }],
      ['Endpoints', 'endpoints', 'namespaced', { shortNames: ['ep'], singular: 'endpoints' }],
      ['Event', 'events', 'namespaced', { shortNames: ['ev'] }],
      ['Namespace', 'namespaces', 'cluster', { shortNames: ['ns'], subresources: ['finalize', 'status'] }],
      ['Node', 'nodes', 'cluster', { shortNames: ['no'], subresources: ['proxy', 'status'] }],
      [
        'Pod',
        'pods',
        'namespaced',
        {
          shortNames: ['po'],
          categories: all,
          subresources: [
            'attach',
            'binding',
            'ephemeralcontainers',
            'eviction',
            'exec',
            'log',
            'portforward',
            'proxy',
            'status',
          ],
        },
      ],
      [
        'ReplicationController',
        'replicationcontrollers',
        'namespaced',
        {
          shortNames: ['rc'],
          categories: all,
          subresources: ['scale', 'status'],
        },
      ],
      ['Secret', 'secrets', 'namespaced'],
      [
        'Service',
        'services',
        'namespaced',
        {
          shortNames: ['svc'],
          categories: all,
          subresources: ['proxy', 'status'],
        },
      ],
      ['ServiceAccount', 'serviceaccounts', 'namespaced', { shortNames: ['sa'], subresources: ['token'] }],
    ],
  ),
  ...group(
    'admissionregistration.k8s.io',
    ['v1'],
    [
      ['MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', 'cluster', { categories: ['api-extensions'] }],
      [
        'ValidatingWebhookConfiguration',
        'validatingwebhookconfigurations',
        'cluster',
        { categories: ['api-extensions'] },
      ],
    ],
  ),
  ...group(
    'apiextensions.k8s.io',
    ['v1'],
    [
      [
        'CustomResourceDefinition',
        'customresourcedefinitions',
        'cluster',
        {
          shortNames: ['crd', 'crds'],
          categories: ['api-extensions'],
          subresources: ['status'],
        },
      ],
    ],
  ),
  ...group(
    'apps',
    ['v1'],
    [
      ['DaemonSet', 'daemonsets', 'namespaced', { shortNames: ['ds'], categories: all, subresources: ['status'] }],
      [
        'Deployment',
        'deployments',
        'namespaced',
        {
          shortNames: ['deploy'],
          categories: all,
          subresources: ['scale', 'status'],
        },
      ],
      [
        'ReplicaSet',
        'replicasets',
        'namespaced',
        {
          shortNames: ['rs'],
          categories: all,
          subresources: ['scale', 'status'],
        },
      ],
    ],
  ),
  ...group('batch', ['v1'], [['Job', 'jobs', 'namespaced', { categories: all, subresources: ['status'] }]]),
  ...group('coordination.k8s.io', ['v1'], [['Lease', 'leases', 'namespaced']]),
  ...group('discovery.k8s.io', ['v1'], [['EndpointSlice', 'endpointslices', 'namespaced']]),
  ...group(
    'networking.k8s.io',
    ['v1'],
    [
      ['Ingress', 'ingresses', 'namespaced', { shortNames: ['ing'], subresources: ['status'] }],
      ['IngressClass', 'ingressclasses', 'cluster'],
    ],
  ),
  ...group(
    'rbac.authorization.k8s.io',
    ['v1'],
    [
      ['ClusterRole', 'clusterroles', 'cluster'],
      ['ClusterRoleBinding', 'clusterrolebindings', 'cluster'],
      ['Role', 'roles', 'namespaced'],
      ['RoleBinding', 'rolebindings', 'namespaced'],
    ],
  ),
  ...group(
    'gateway.networking.k8s.io',
    ['v1', 'v1beta1'],
    [
      [
        'Gateway',
        'gateways',
        'namespaced',
        {
          shortNames: ['gtw'],
          categories: ['gateway-api'],
          subresources: ['status'],
        },
      ],
      [
        'GatewayClass',
        'gatewayclasses',
        'cluster',
        {
          shortNames: ['gc'],
          categories: ['gateway-api'],
          subresources: ['status'],
        },
      ],
      ['HTTPRoute', 'httproutes', 'namespaced', { categories: ['gateway-api'], subresources: ['status'] }],
    ],
  ),
  ...group(
    'gateway.networking.k8s.io',
    ['v1beta1'],
    [['ReferenceGrant', 'referencegrants', 'namespaced', { shortNames: ['refgrant'], categories: ['gateway-api'] }]],
  ),
  ...group(
    'metallb.io',
    ['v1beta1'],
    [
      ['BFDProfile', 'bfdprofiles', 'namespaced', { subresources: ['status'] }],
      ['BGPAdvertisement', 'bgpadvertisements', 'namespaced', { subresources: ['status'] }],
      ['Community', 'communities', 'namespaced', { subresources: ['status'] }],
      ['IPAddressPool', 'ipaddresspools', 'namespaced', { subresources: ['status'] }],
      ['L2Advertisement', 'l2advertisements', 'namespaced', { subresources: ['status'] }],
      ['ServiceL2Status', 'servicel2statuses', 'namespaced', { subresources: ['status'] }],
      ['ServiceBGPStatus', 'servicebgpstatuses', 'namespaced', { subresources: ['status'] }],
    ],
  ),
  ...group('metallb.io', ['v1beta2', 'v1beta1'], [['BGPPeer', 'bgppeers', 'namespaced', { subresources: ['status'] }]]),
];

const byGroupKind = new Map(kinds.map((info) => [`${info.group}/${info.kind}`, info]));
const byGroupPlural = new Map(kinds.map((info) => [`${info.group}/${info.plural}`, info]));

/** The version of an `apiVersion` string: `apps/v1` gives `v1`. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.lastIndexOf('/') + 1);
}

/** The kind that a manifest's `apiVersion` and `kind` name, when the lab serves it in that version. */
export function kindOf(apiVersion: string, kind: string): KindInfo | undefined {
  const info = kindIn(groupOf(apiVersion), kind);
  return info?.versions.includes(versionOf(apiVersion)) ? info : undefined;
}

/** The kind of a group, in whatever version. */
export function kindIn(group: string, kind: string): KindInfo | undefined {
  return byGroupKind.get(`${group}/${kind}`);
}

/** The kind behind a REST path: `resourceOf('apps', 'deployments')`. */
export function resourceOf(group: string, plural: string): KindInfo | undefined {
  return byGroupPlural.get(`${group}/${plural}`);
}

/** `v1` or `apps/v1`: how an object of this kind writes its preferred version. */
export function apiVersionOf({ group, versions }: KindInfo, version = versions[0]): string {
  return group === '' ? String(version) : `${group}/${version}`;
}
