/**
 * Which address a pod gets: Calico-like IPAM as a pure function.
 *
 * The address is a hash of seed, namespace and name inside the node's first /26, probing on collision, so that it does
 * not depend on the order in which pods arrive; a full block is followed by the node's further blocks.
 * Models: Calico `cni-plugin/pkg/ipamplugin` and the `cni.projectcalico.org/ipAddrs` annotation.
 */
import { addressNumber, addressText, holds } from './address-block.js';
import { pick } from './derive.js';
import type { NodeBlocks } from './pod-addresses-blocks.js';

/** Asks for these addresses: a JSON list with one IPv4 address. */
export const pinnedAddressAnnotation = 'cni.projectcalico.org/ipAddrs';
/** What Calico's CNI plugin writes on the pod once it has an address, with prefix length. */
export const podIPAnnotation = 'cni.projectcalico.org/podIP';
export const podIPsAnnotation = 'cni.projectcalico.org/podIPs';
export const containerIDAnnotation = 'cni.projectcalico.org/containerID';

export type AddressChoice = { address: string } | { error: string };

/** The pinned address of an object's annotations: absent, an address, or what is wrong with the annotation. */
export function pinnedAddress(annotations: Readonly<Record<string, string>> | undefined): AddressChoice | undefined {
  const text = annotations?.[pinnedAddressAnnotation];
  if (text === undefined) return undefined;
  const list = parseList(text);
  if (!list)
    return {
      error: `failed to parse IPs annotation: must be a JSON list of one IPv4 address such as ["10.111.218.82"]`,
    };
  const [address = '', ...more] = list;
  if (more.length > 0) return { error: 'cannot have more than one IPv4 address for "ipAddrs" annotation' };
  if (addressNumber(address) === undefined) return { error: `invalid IP format: ${address}` };
  return { address };
}

function parseList(text: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

/** The node whose blocks hold the address, if any does. */
export function nodeOfAddress(blocks: readonly NodeBlocks[], address: string): string | undefined {
  const number = addressNumber(address);
  if (number === undefined) return undefined;
  return blocks.find((entry) => entry.blocks.some((block) => holds(block, number)))?.node;
}

/** Addresses follow names and not the seed, so that another seed shows in the order of answers and not in who has which address. */
export interface AddressRequest {
  namespace: string;
  name: string;
  node: NodeBlocks;
  annotations?: Readonly<Record<string, string>> | undefined;
  /** Is the address in use by another pod (or reserved by a pin)? */
  taken: (address: string) => boolean;
}

/** The address for a pod on its node, or the reason why there is none, in Calico-like words. */
export function choosePodAddress(request: AddressRequest): AddressChoice {
  const pinned = pinnedAddress(request.annotations);
  if (!pinned) return probeBlocks(request);
  return 'error' in pinned ? pinned : checkPinned(request, pinned.address);
}

/**
 * May this pod have exactly this address on this node?
 * Differs: Calico lets a pod borrow an address of any block of the pool; here a pinned address must lie in a block of the pod's own node.
 */
function checkPinned(request: AddressRequest, address: string): AddressChoice {
  const { node, taken } = request;
  if (nodeOfAddress([node], address) !== node.node) {
    return { error: `Address ${address} is not in any of the address blocks of node ${node.node}` };
  }
  if (addressNumber(address) === node.blocks[0]?.first) {
    return { error: `Address ${address} already assigned in block: it is the tunnel address of node ${node.node}` };
  }
  return taken(address) ? { error: `Address ${address} already assigned in block` } : { address };
}

function probeBlocks(request: AddressRequest): AddressChoice {
  const { namespace, name, node, taken } = request;
  for (const [index, block] of node.blocks.entries()) {
    const reserved = index === 0 ? 1 : 0;
    const usable = block.size - reserved;
    const start = pick(0, `pod-address/${namespace}/${name}`, usable);
    for (let probe = 0; probe < usable; probe += 1) {
      const address = addressText(block.first + reserved + ((start + probe) % usable));
      if (!taken(address)) return { address };
    }
  }
  return {
    error: `failed to request IPv4 addresses. Assigned 0 out of 1 requested IPv4 addresses; no free address is left in the blocks of node ${node.node}`,
  };
}
