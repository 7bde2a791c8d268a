/**
 * `lab/cluster.yaml` to the cluster that the lab builds: checked, and everything left out filled in.
 *
 * The defaults are the course's machines and networks. A file may be as short as `nodes: 6`; what it leaves out is
 * derived so that the same file always gives the same cluster.
 */
import { addressText, blockOf, lastAddress } from '../model/address-block.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import {
  chosenServiceAddresses,
  cloudErrors,
  formErrors,
  networkPlanErrors,
  nodeFormErrors,
  nodePlanErrors,
  portRange,
} from './cluster/check.js';
import { fillNodes, type NodeInput, numberedNodes } from './cluster/nodes.js';
import { clusterSchema, schemaErrors } from './cluster/schema.js';
import type { FieldError } from './field-error.js';
import { parseFieldPath } from './field-path.js';
import { withoutNulls } from './manifest.js';
import { fieldProblem, type Problem } from './problem.js';
import { validCIDR } from './validate/values.js';
import { readYaml } from './yaml-source.js';

/** The file's content, its form checked. */
interface ConfigInput {
  lan?: Partial<ClusterConfig['lan']>;
  router?: { asn: number; address?: string };
  cloud?: { provider: 'aws' | 'gcp'; healthChecks?: 'fast' | 'provider' };
  podCIDR?: string;
  serviceCIDR?: string;
  nodePortRange?: string;
  clusterDomain?: string;
  dnsAddress?: string;
  kubernetesVersion?: string;
  nodes?: number | NodeInput[];
}

const defaults = {
  podCIDR: '10.96.0.0/12',
  serviceCIDR: '10.96.0.0/12',
  nodePortRange: '30000-32767',
  clusterDomain: 'cluster.local',
  kubernetesVersion: 'v1.30.5',
  nodes: 4,
};

/** Places inside their networks of what a file leaves out; kubeadm gives DNS the tenth address, too. */
const offsets = { hostAddress: 1, gateway: 2, dnsAddress: 10 };

/** The course's cluster: k8s-master and three nodes. */
export function defaultClusterConfig(): ClusterConfig {
  const result = buildConfig({});
  if (Array.isArray(result)) throw new RangeError('the defaults contradict each other');
  return result;
}

/**
 * The cluster of a configuration file; an empty file is the default cluster.
 * @param file name for messages; nothing is read from it
 * @returns the configuration when there is no problem, else every problem of the first step that finds one: syntax,
 *   form, single values, values together
 */
export function parseClusterConfig(text: string, file: string): { config?: ClusterConfig; problems: Problem[] } {
  const [document, ...others] = readYaml(text).filter(({ value }) => value !== null);
  if (document === undefined) return { config: defaultClusterConfig(), problems: [] };
  const broken = document.error ?? others.find(({ error }) => error !== undefined)?.error;
  if (broken !== undefined) return { problems: [{ file, ...broken, reason: 'SyntaxError' }] };
  const located = { file, position: (path: string) => document.locate(parseFieldPath(path)) };
  const problem = (error: FieldError) => fieldProblem(located, 'ClusterConfig', error);
  if (others[0] !== undefined) {
    const place = others[0].locate([]) ?? { line: 1, column: 1 };
    const message = 'a cluster configuration is one document; this is a second one';
    return { problems: [{ file, ...place, reason: 'BadRequest', message, hint: 'give manifests with -f' }] };
  }
  const value = withoutNulls(document.value);
  const form = schemaErrors(value, clusterSchema, '');
  if (form.length > 0) return { problems: form.map(problem) };
  const result = buildConfig(value as ConfigInput);
  return Array.isArray(result) ? { problems: result.map(problem) } : { config: result, problems: [] };
}

function buildConfig(input: ConfigInput): ClusterConfig | FieldError[] {
  const networks = networksOf(input);
  const nodes = typeof input.nodes === 'object' ? input.nodes : numberedNodes(input.nodes ?? defaults.nodes);
  const range = portRange(input.nodePortRange ?? defaults.nodePortRange);
  const errors = [...formErrors(networks), ...('reason' in range ? [range] : []), ...nodeFormErrors(nodes)];
  if (errors.length > 0 || 'reason' in range) return errors;
  const config: ClusterConfig = { ...networks, nodePortRange: range, nodes: fillNodes(nodes, rangesOf(networks)) };
  const plan = [...networkPlanErrors(config), ...cloudErrors(config), ...nodePlanErrors(config)];
  return plan.length > 0 ? plan : config;
}

type Networks = Omit<ClusterConfig, 'nodes' | 'nodePortRange'>;

function networksOf(input: ConfigInput): Networks {
  const cidr = input.lan?.cidr ?? '192.168.56.0/24';
  const serviceCIDR = input.serviceCIDR ?? defaults.serviceCIDR;
  const { router, cloud } = input;
  return {
    lan: {
      cidr,
      hostAddress: input.lan?.hostAddress ?? addressIn(cidr, offsets.hostAddress),
      gateway: input.lan?.gateway ?? addressIn(cidr, offsets.gateway),
    },
    ...(router && { router: { asn: router.asn, address: router.address ?? lastAddressIn(cidr) } }),
    ...(cloud && { cloud: { provider: cloud.provider, healthChecks: cloud.healthChecks ?? 'fast' } }),
    podCIDR: input.podCIDR ?? defaults.podCIDR,
    serviceCIDR,
    clusterDomain: input.clusterDomain ?? defaults.clusterDomain,
    dnsAddress: input.dnsAddress ?? addressIn(serviceCIDR, offsets.dnsAddress),
    kubernetesVersion: input.kubernetesVersion ?? defaults.kubernetesVersion,
  };
}

/** The n-th address of a network; '' when the network is none, which has an error of its own. */
function addressIn(cidr: string, offset: number): string {
  return validCIDR('', cidr).length > 0 ? '' : addressText(blockOf(cidr).first + offset);
}

function lastAddressIn(cidr: string): string {
  return validCIDR('', cidr).length > 0 ? '' : lastAddress(cidr);
}

function rangesOf({ lan, router, podCIDR, serviceCIDR }: Networks) {
  return {
    lan: blockOf(lan.cidr),
    pods: blockOf(podCIDR),
    taken: [lan.hostAddress, lan.gateway, ...(router ? [router.address] : [])],
    services: chosenServiceAddresses(serviceCIDR),
  };
}
