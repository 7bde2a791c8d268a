/**
 * The form of `lab/cluster.yaml` as a JSON Schema, and the check of a file against it.
 *
 * One table serves both: `lab/cluster.schema.json` is this object as text (a test compares them), so an editor and
 * `lab up` cannot disagree about it. What lies between fields (addresses inside ranges, …) is in `check.ts`.
 */
import { type FieldError, invalid, notSupported, required } from '../field-error.js';
import { GoText } from '../go-value.js';
import { maxAsn } from './asn.js';

/** The part of JSON Schema (draft 2020-12) that this file needs. */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  description?: string;
  default?: unknown;
  const?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Readonly<Record<string, Schema>>;
  additionalProperties?: false | Schema;
  required?: readonly string[];
  oneOf?: readonly Schema[];
}

/** More nodes than this do not fit a workshop's screen nor the budgets. */
const maxNodes = 50;

const cidr = '^[0-9]+(\\.[0-9]+){3}/[0-9]+$';
const address = '^[0-9]+(\\.[0-9]+){3}$';
const label = '^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$';

const node: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      pattern: label,
      description: 'Name of the node, its host name, and its name for "lab exec".',
    },
    address: {
      type: 'string',
      pattern: address,
      description:
        'IPv4 address in lan.cidr. Left out: the address of the course for its nodes, else the next free one from .100 on.',
    },
    podBlock: {
      type: 'string',
      pattern: cidr,
      description:
        'First /26 of pod addresses, inside podCIDR. Left out: the block of the course for its nodes, else one by hash of the name.',
    },
    controlPlane: {
      type: 'boolean',
      description:
        'Carries the control-plane label and taint. Left out everywhere: the first node is the control plane.',
    },
    labels: { type: 'object', additionalProperties: { type: 'string' }, description: 'Labels beside the usual ones.' },
    maxPods: {
      type: 'integer',
      minimum: 1,
      maximum: 2000,
      default: 110,
      description: 'Most pods on the node, as kubelet has it.',
    },
  },
};

/** Also `lab/cluster.schema.json`. */
export const clusterSchema: Schema & { $schema: string; title: string } = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'kubewire ClusterConfig',
  type: 'object',
  additionalProperties: false,
  required: ['apiVersion', 'kind'],
  properties: {
    apiVersion: { type: 'string', const: 'kubewire/v1' },
    kind: { type: 'string', const: 'ClusterConfig' },
    lan: {
      type: 'object',
      additionalProperties: false,
      description: 'The network that the machines share.',
      properties: {
        cidr: { type: 'string', pattern: cidr, default: '192.168.56.0/24', description: 'The network.' },
        hostAddress: {
          type: 'string',
          pattern: address,
          default: '192.168.56.1',
          description: "The user's own machine. Left out: the network's first address.",
        },
        gateway: {
          type: 'string',
          pattern: address,
          default: '192.168.56.2',
          description:
            "The nodes' default gateway: it answers ARP and forwards nothing. Left out: the network's second address.",
        },
      },
    },
    router: {
      type: 'object',
      additionalProperties: false,
      required: ['asn'],
      description: 'A router on the LAN that speaks BGP with the nodes, as "lab router up" makes it. Left out: none.',
      properties: {
        asn: { type: 'integer', minimum: 1, maximum: maxAsn, description: 'Its AS number.' },
        address: { type: 'string', pattern: address, description: "Left out: the network's last address." },
      },
    },
    cloud: {
      type: 'object',
      additionalProperties: false,
      required: ['provider'],
      description: 'A cloud provider that gives Services of type LoadBalancer their load balancers. Left out: none.',
      properties: {
        provider: { type: 'string', pattern: '^(aws|gcp)$', description: 'aws or gcp, as "lab up --cloud" takes it.' },
        healthChecks: {
          type: 'string',
          pattern: '^(fast|provider)$',
          default: 'fast',
          description: "provider: as slow as the provider's own; fast: twenty times as fast.",
        },
      },
    },
    podCIDR: {
      type: 'string',
      pattern: cidr,
      default: '10.96.0.0/12',
      description: 'Pod addresses; the clusterCIDR of kube-proxy.',
    },
    serviceCIDR: { type: 'string', pattern: cidr, default: '10.96.0.0/12', description: 'Cluster IPs of Services.' },
    nodePortRange: {
      type: 'string',
      pattern: '^[0-9]+-[0-9]+$',
      default: '30000-32767',
      description: 'As kube-apiserver takes it in --service-node-port-range.',
    },
    clusterDomain: { type: 'string', default: 'cluster.local', description: 'The DNS domain of the cluster.' },
    dnsAddress: {
      type: 'string',
      pattern: address,
      default: '10.96.0.10',
      description: 'clusterIP of kube-system/kube-dns. Left out: the tenth address of serviceCIDR.',
    },
    kubernetesVersion: {
      type: 'string',
      pattern: '^v[0-9]+\\.[0-9]+\\.[0-9]+$',
      default: 'v1.30.5',
      description: 'What "kubectl version" and "kubectl get nodes" say.',
    },
    nodes: {
      description: 'The machines, in order; or only how many: k8s-master, k8s-node1, k8s-node2, …',
      oneOf: [
        { type: 'integer', minimum: 1, maximum: maxNodes },
        { type: 'array', minItems: 1, maxItems: maxNodes, items: node },
      ],
    },
  },
};

/** What of a value does not fit its schema. Paths are field paths; '' for the whole. */
export function schemaErrors(value: unknown, schema: Schema, field: string): FieldError[] {
  const choice = schema.oneOf;
  if (choice !== undefined)
    return schemaErrors(value, choice.find(({ type }) => type === typeOf(value)) ?? choice[1] ?? {}, field);
  if (schema.type !== undefined && schema.type !== typeOf(value)) {
    return [invalid(field, shown(value), `must be of type ${schema.type}`)];
  }
  if (Array.isArray(value)) return listErrors(value, schema, field);
  if (typeof value === 'object' && value !== null) return objectErrors(value as Record<string, unknown>, schema, field);
  return scalarErrors(value, schema, field);
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return value === null ? 'null' : typeof value;
}

/** Structures print as JSON; Go's syntax would tell a user nothing here. */
function shown(value: unknown): unknown {
  return typeof value === 'object' ? new GoText(JSON.stringify(value)) : value;
}

function listErrors(list: readonly unknown[], schema: Schema, field: string): FieldError[] {
  const { minItems = 0, maxItems = Number.POSITIVE_INFINITY, items = {} } = schema;
  const count = list.length >= minItems && list.length <= maxItems;
  return [
    ...(count ? [] : [invalid(field, list.length, `must have between ${minItems} and ${maxItems} items`)]),
    ...list.flatMap((item, i) => schemaErrors(item, items, `${field}[${i}]`)),
  ];
}

function objectErrors(object: Record<string, unknown>, schema: Schema, field: string): FieldError[] {
  const { properties = {}, additionalProperties, required: needed = [] } = schema;
  const path = (name: string) => (field === '' ? name : `${field}.${name}`);
  return [
    ...needed.filter((name) => object[name] === undefined).map((name) => required(path(name))),
    ...Object.entries(object).flatMap(([name, value]) => {
      const own = properties[name] ?? additionalProperties;
      return own ? schemaErrors(value, own, path(name)) : [unknownField(path(name), Object.keys(properties))];
    }),
  ];
}

function unknownField(field: string, known: readonly string[]): FieldError {
  const detail = `unknown field; there are ${known.map((name) => `"${name}"`).join(', ')}`;
  return { reason: 'FieldValueForbidden', field, detail };
}

function scalarErrors(value: unknown, schema: Schema, field: string): FieldError[] {
  if (schema.const !== undefined && value !== schema.const) return [notSupported(field, value, [schema.const])];
  if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(String(value))) {
    return [invalid(field, value, `must match '${schema.pattern}'`)];
  }
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = schema;
  if (typeof value !== 'number' || (value >= minimum && value <= maximum)) return [];
  return [invalid(field, value, `must be between ${minimum} and ${maximum}, inclusive`)];
}
