/**
 * Every kind that the lab stores and lists: names, short names, categories and subresources as a real cluster's discovery
 * has them. Which of them the lab acts on is another question: see not-emulated.ts.
 * Source: `kubectl api-resources` and `/api/v1`, `/apis/*` of a 1.30 cluster; metallb.io (0.13/0.14) and
 * gateway.networking.k8s.io (1.0) from their CRDs.
 */
import type { KindInfo } from '../registry/contract.js';
import { groupOf } from './object.js';

type Row = [kind: string, plural: string, shortNames?: string, extra?: Partial<KindInfo>];

const cluster: Partial<KindInfo> = { namespaced: false };
const all: Partial<KindInfo> = { categories: ['all'] };
const status: Partial<KindInfo> = { subresources: ['status'] };
const scaled: Partial<KindInfo> = { categories: ['all'], subresources: ['scale', 'status'] };

const core: Row[] = [
  ['ConfigMap', 'configmaps', 'cm'],
  ['Endpoints', 'endpoints', 'ep', { singular: 'endpoints' }],
  ['Event', 'events', 'ev'],
  ['Namespace', 'namespaces', 'ns', { namespaced: false, subresources: ['finalize', 'status'] }],
  ['Node', 'nodes', 'no', { namespaced: false, subresources: ['proxy', 'status'] }],
  [
    'Pod',
    'pods',
    'po',
    {
      categories: ['all'],
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
  ['PodTemplate', 'podtemplates'],
  ['ReplicationController', 'replicationcontrollers', 'rc', scaled],
  ['Secret', 'secrets'],
  ['Service', 'services', 'svc', { categories: ['all'], subresources: ['proxy', 'status'] }],
  ['ServiceAccount', 'serviceaccounts', 'sa', { subresources: ['token'] }],
];

const apps: Row[] = [
  ['ControllerRevision', 'controllerrevisions'],
  ['DaemonSet', 'daemonsets', 'ds', { ...all, ...status }],
  ['Deployment', 'deployments', 'deploy', scaled],
  ['ReplicaSet', 'replicasets', 'rs', scaled],
  ['StatefulSet', 'statefulsets', 'sts', scaled],
];

const rbac: Row[] = [
  ['ClusterRoleBinding', 'clusterrolebindings', '', cluster],
  ['ClusterRole', 'clusterroles', '', cluster],
  ['RoleBinding', 'rolebindings'],
  ['Role', 'roles'],
];

const metallb: Row[] = [
  ['BFDProfile', 'bfdprofiles', '', status],
  ['BGPAdvertisement', 'bgpadvertisements', '', status],
  ['Community', 'communities', '', status],
  ['IPAddressPool', 'ipaddresspools', '', status],
  ['L2Advertisement', 'l2advertisements', '', status],
  ['ServiceL2Status', 'servicel2statuses', '', status],
  ['ServiceBGPStatus', 'servicebgpstatuses', '', status],
];

const gatewayApi: Partial<KindInfo> = { categories: ['gateway-api'] };
const gateway: Row[] = [
  ['GatewayClass', 'gatewayclasses', 'gc', { ...gatewayApi, ...cluster, ...status }],
  ['Gateway', 'gateways', 'gtw', { ...gatewayApi, ...status }],
  ['GRPCRoute', 'grpcroutes', '', { ...gatewayApi, ...status }],
  ['HTTPRoute', 'httproutes', '', { ...gatewayApi, ...status }],
];

/** Builds one group's table. */
function group(name: string, versions: string[], rows: readonly Row[]): KindInfo[] {
  return rows.map(([kind, plural, shortNames = '', extra = {}]) => ({
    group: name,
    versions,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: shortNames === '' ? [] : shortNames.split(','),
    namespaced: true,
    categories: [],
    subresources: [],
    ...extra,
  }));
}

/** Every built-in kind, in the order of API groups that discovery shows. */
export const builtinKinds: readonly KindInfo[] = [
  ...group('', ['v1'], core),
  ...group(
    'admissionregistration.k8s.io',
    ['v1'],
    [
      ['MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', '', cluster],
      ['ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', '', cluster],
    ],
  ),
  ...group(
    'apiextensions.k8s.io',
    ['v1'],
    [
      [
        'CustomResourceDefinition',
        'customresourcedefinitions',
        'crd,crds',
        { namespaced: false, categories: ['api-extensions'], subresources: ['status'] },
      ],
    ],
  ),
  ...group('apps', ['v1'], apps),
  ...group(
    'autoscaling',
    ['v2', 'v1'],
    [['HorizontalPodAutoscaler', 'horizontalpodautoscalers', 'hpa', { ...all, ...status }]],
  ),
  ...group(
    'batch',
    ['v1'],
    [
      ['CronJob', 'cronjobs', 'cj', { ...all, ...status }],
      ['Job', 'jobs', '', { ...all, ...status }],
    ],
  ),
  ...group('coordination.k8s.io', ['v1'], [['Lease', 'leases']]),
  ...group('discovery.k8s.io', ['v1'], [['EndpointSlice', 'endpointslices']]),
  ...group(
    'networking.k8s.io',
    ['v1'],
    [
      ['IngressClass', 'ingressclasses', '', cluster],
      ['Ingress', 'ingresses', 'ing', status],
      ['NetworkPolicy', 'networkpolicies', 'netpol'],
    ],
  ),
  ...group('policy', ['v1'], [['PodDisruptionBudget', 'poddisruptionbudgets', 'pdb', status]]),
  ...group('rbac.authorization.k8s.io', ['v1'], rbac),
  ...group('gateway.networking.k8s.io', ['v1', 'v1beta1'], gateway),
  ...group('gateway.networking.k8s.io', ['v1beta1'], [['ReferenceGrant', 'referencegrants', 'refgrant', gatewayApi]]),
  ...group('metallb.io', ['v1beta1'], metallb),
  ...group('metallb.io', ['v1beta2', 'v1beta1'], [['BGPPeer', 'bgppeers', '', status]]),
];

const byGroupKind = new Map(builtinKinds.map((info) => [`${info.group}/${info.kind}`, info]));
const byGroupPlural = new Map(builtinKinds.map((info) => [`${info.group}/${info.plural}`, info]));

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
