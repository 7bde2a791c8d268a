/**
 * What must hold between the fields of a cluster configuration: addresses inside their networks, nothing twice.
 */
import { type AddressBlock, addressNumber, blockOf, blockText, holds, overlaps } from '../../model/address-block.js';
import { clientAddress, privateRange, publicRange } from '../../model/cloud-ranges.js';
import type { ClusterConfig, NodeConfig } from '../../model/cluster-config.js';
import { duplicate, type FieldError, forbidden, invalid, invalidEach } from '../field-error.js';
import { dns1123Subdomain, rangeText } from '../names.js';
import { validateLabels } from '../validate/meta.js';
import { parseAddress, validCIDR } from '../validate/values.js';
import { podBlockSize } from './nodes.js';

/** Names that the lab's own network namespaces have. */
const reservedNames = ['host', 'switch', 'router', 'cloud'];

/** Fewest addresses of a Service range: below, upstream's allocator has no band for chosen addresses. */
const minServiceAddresses = 16;

/** The start of the Service range, from which people choose addresses: upstream's static band, at most 256. */
export function chosenServiceAddresses(serviceCIDR: string): AddressBlock {
  const { first, size } = blockOf(serviceCIDR);
  return { first, size: Math.min(size, 256) };
}

/** Networks and addresses one by one. Only when there is no error here can the others be looked at. */
export function formErrors(config: Omit<ClusterConfig, 'nodes' | 'nodePortRange'>): FieldError[] {
  const { lan, router, podCIDR, serviceCIDR, dnsAddress, clusterDomain } = config;
  return [
    ...networkErrors('lan.cidr', lan.cidr),
    ...addressErrors('lan.hostAddress', lan.hostAddress),
    ...addressErrors('lan.gateway', lan.gateway),
    ...(router ? addressErrors('router.address', router.address) : []),
    ...networkErrors('podCIDR', podCIDR),
    ...networkErrors('serviceCIDR', serviceCIDR),
    ...addressErrors('dnsAddress', dnsAddress),
    ...invalidEach('clusterDomain', clusterDomain, dns1123Subdomain(clusterDomain)),
  ];
}

/** An IPv4 network, written by its own first address. */
function networkErrors(field: string, cidr: string): FieldError[] {
  const errors = validCIDR(field, cidr);
  if (errors.length > 0) return errors;
  const text = blockText(blockOf(cidr));
  return text === cidr ? [] : [invalid(field, cidr, `must be written by its first address: ${text}`)];
}

/** '' stands for an address that its broken network could not give. */
export function addressErrors(field: string, address: string): FieldError[] {
  if (address === '') return [];
  return parseAddress(address)?.kind() === 'ipv4' ? [] : [invalid(field, address, 'must be a valid IPv4 address')];
}

/** `30000-32767` as numbers, or what is wrong with it. */
export function portRange(text: string): { first: number; last: number } | FieldError {
  const [first = 0, last = 0] = text.split('-').map(Number);
  if (first >= 1 && last <= 65535 && first <= last) return { first, last };
  return invalid('nodePortRange', text, `both ends ${rangeText(1, 65535)}, and the first not above the last`);
}

/** Networks against each other. */
export function networkPlanErrors({
  lan,
  router,
  podCIDR,
  serviceCIDR,
  dnsAddress,
}: Omit<ClusterConfig, 'nodes'>): FieldError[] {
  const block = blockOf(lan.cidr);
  const services = blockOf(serviceCIDR);
  const dns = addressNumber(dnsAddress) ?? -1;
  const kubernetes = services.first + 1;
  const inside = holds(services, dns) && dns > kubernetes && dns < services.first + services.size - 1;
  return [
    ...insideLan('lan.hostAddress', lan.hostAddress, block),
    ...insideLan('lan.gateway', lan.gateway, block),
    ...(lan.gateway === lan.hostAddress ? [duplicate('lan.gateway', lan.gateway)] : []),
    ...(router ? insideLan('router.address', router.address, block) : []),
    ...(router && [lan.gateway, lan.hostAddress].includes(router.address)
      ? [duplicate('router.address', router.address)]
      : []),
    ...(['podCIDR', 'serviceCIDR'] as const).flatMap((field) => {
      const cidr = field === 'podCIDR' ? podCIDR : serviceCIDR;
      return overlaps(block, blockOf(cidr)) ? [invalid(field, cidr, `must not overlap lan.cidr ${lan.cidr}`)] : [];
    }),
    ...(services.size < minServiceAddresses
      ? [invalid('serviceCIDR', serviceCIDR, 'must hold at least 16 addresses')]
      : []),
    ...(inside
      ? []
      : [invalid('dnsAddress', dnsAddress, `must be in serviceCIDR ${serviceCIDR}, after its first address`)]),
  ];
}

/** The cloud's own addresses are given: no network of the cluster may hold them. */
export function cloudErrors({ cloud, lan, podCIDR, serviceCIDR }: Omit<ClusterConfig, 'nodes'>): FieldError[] {
  const own = cloud ? [publicRange, privateRange, `${clientAddress}/32`] : [];
  const networks = { 'lan.cidr': lan.cidr, podCIDR, serviceCIDR };
  return Object.entries(networks).flatMap(([field, cidr]) => {
    const taken = own.find((range) => overlaps(blockOf(range), blockOf(cidr)));
    return taken === undefined ? [] : [invalid(field, cidr, `must not overlap ${taken}, which is the cloud's`)];
  });
}

/** Not the network's address, nor its broadcast address. */
function insideLan(field: string, address: string, lan: AddressBlock): FieldError[] {
  const number = addressNumber(address) ?? -1;
  if (number > lan.first && number < lan.first + lan.size - 1) return [];
  return [invalid(field, address, `must be an address in lan.cidr ${blockText(lan)}`)];
}

/** Names and forms of nodes, as written. */
export function nodeFormErrors(nodes: readonly { name: string; address?: string; podBlock?: string }[]): FieldError[] {
  return nodes.flatMap(({ name, address, podBlock }, i) => [
    ...(nodes.slice(0, i).some((other) => other.name === name) ? [duplicate(`nodes[${i}].name`, name)] : []),
    ...(reservedNames.includes(name) ? [forbidden(`nodes[${i}].name`, `"${name}" is a machine of the lab's own`)] : []),
    ...(address === undefined ? [] : addressErrors(`nodes[${i}].address`, address)),
    ...(podBlock === undefined ? [] : networkErrors(`nodes[${i}].podBlock`, podBlock)),
  ]);
}

/** Nodes against networks and each other, all fields filled. */
export function nodePlanErrors({ lan, router, podCIDR, serviceCIDR, nodes }: ClusterConfig): FieldError[] {
  const block = blockOf(lan.cidr);
  const others = [lan.hostAddress, lan.gateway, router?.address];
  return nodes.flatMap((node, i) => {
    const earlier = nodes.slice(0, i);
    const used = [...others, ...earlier.map(({ address }) => address)].includes(node.address);
    return [
      ...(node.address === ''
        ? [invalid(`nodes[${i}]`, node.name, `lan.cidr ${lan.cidr} has no address left for this node`)]
        : insideLan(`nodes[${i}].address`, node.address, block)),
      ...(used && node.address !== '' ? [duplicate(`nodes[${i}].address`, node.address)] : []),
      ...podBlockErrors(`nodes[${i}]`, node, earlier, podCIDR, serviceCIDR),
      ...validateLabels(`nodes[${i}].labels`, { ...node.labels }),
    ];
  });
}

function podBlockErrors(
  field: string,
  { name, podBlock }: NodeConfig,
  earlier: readonly NodeConfig[],
  podCIDR: string,
  serviceCIDR: string,
): FieldError[] {
  if (podBlock === '') return [invalid(field, name, `podCIDR ${podCIDR} has no /26 left for this node`)];
  const path = `${field}.podBlock`;
  const block = blockOf(podBlock);
  const pods = blockOf(podCIDR);
  const holder = earlier.find((other) => other.podBlock !== '' && overlaps(block, blockOf(other.podBlock)));
  return [
    ...(block.size === podBlockSize ? [] : [invalid(path, podBlock, 'must be a /26')]),
    ...(holds(pods, block.first) ? [] : [invalid(path, podBlock, `must be inside podCIDR ${podCIDR}`)]),
    ...(holder === undefined ? [] : [invalid(path, podBlock, `overlaps ${holder.podBlock} of node ${holder.name}`)]),
    ...(overlaps(block, chosenServiceAddresses(serviceCIDR))
      ? [invalid(path, podBlock, `overlaps the first addresses of serviceCIDR ${serviceCIDR}, which Services use`)]
      : []),
  ];
}
