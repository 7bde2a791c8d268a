/**
 * The behaviour suite's language: what a client sends to which address of a Service, and who answers.
 *
 * Cases are data, so that the virtual walks, the real kernel and every proxy mode run the very same ones. An engine
 * lists, with the reason, each case in which the real kube-proxy of that mode differs.
 */
import type { Service, ServicePort } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { Protocol } from '../../../src/model/traffic.js';
import type { Packet } from '../../../src/trace/packet.js';
import { hostAddress, nodes, type PodName, pods, strangerAddress } from './world.js';

/**
 * Who sends: a pod of the node, the node itself from its LAN address, the node from loopback, the user's machine, or
 * another machine on the LAN. Pods that are endpoints can be clients too.
 */
export type Client = PodName | 'node' | 'localhost' | 'host' | 'stranger';

/** Which address of the Service is used. */
export type Via = 'clusterIP' | 'nodePort' | 'localhostNodePort' | 'externalIP' | 'loadBalancer';

/** Which source address the answering pod sees. */
export type Seen = 'client' | 'node';

/**
 * Pods that may answer, each with the source it sees; or no answer. `passed` means that no rule of a Service applies,
 * `closed` that the connection opens and is closed at once, `unreachable` that the socket refuses before it sends anything.
 */
export type Expectation = Partial<Record<PodName, Seen>> | 'refused' | 'dropped' | 'passed' | 'closed' | 'unreachable';

export interface Flow {
  readonly from: Client;
  readonly to: Via;
  readonly expect: Expectation;
  /** Index of the Service, of its port, of its external or load balancer address; 0 by default. */
  readonly service?: number;
  readonly port?: number;
  readonly address?: number;
  /** In place of the Service's own. */
  readonly portNumber?: number;
  readonly protocol?: Protocol;
}

/** Configuration of kube-proxy that a case needs; the rest is the default. */
export interface CaseOptions {
  readonly masqueradeAll?: boolean;
  /** No way to tell pods from others. */
  readonly noDetector?: boolean;
  readonly localhostNodePorts?: boolean;
  readonly nodePortAddresses?: readonly string[];
}

export interface ProxyCase {
  readonly name: string;
  /** The upstream test, e2e test or table row that says so. */
  readonly mirrors: string;
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly options?: CaseOptions;
  readonly flows: readonly Flow[];
}

/** The same source seen by each of some pods. */
export function answeredBy(names: readonly PodName[], seen: Seen): Expectation {
  return Object.fromEntries(names.map((name) => [name, seen]));
}

const thisNode = 'k8s-node1';

function sourceOf(client: Client): string {
  if (client === 'node') return nodes[thisNode].address;
  if (client === 'localhost') return '127.0.0.1';
  if (client === 'host') return hostAddress;
  return client === 'stranger' ? strangerAddress : pods[client].ip;
}

function destinationOf({ spec, status }: Service, port: ServicePort | undefined, { to, address = 0 }: Flow) {
  const number = port?.port ?? 0;
  switch (to) {
    case 'clusterIP':
      return { ip: spec?.clusterIP, number };
    case 'externalIP':
      return { ip: spec?.externalIPs?.[address], number };
    case 'loadBalancer':
      return { ip: status?.loadBalancer?.ingress?.[address]?.ip, number };
    case 'nodePort':
      return { ip: nodes[thisNode].address, number: port?.nodePort };
    case 'localhostNodePort':
      return { ip: '127.0.0.1', number: port?.nodePort };
  }
}

/** The first packet of a flow, as k8s-node1 meets it. */
export function packetOf({ services }: ProxyCase, flow: Flow): Packet {
  const service = services[flow.service ?? 0];
  const port = service?.spec?.ports?.[flow.port ?? 0];
  const { ip, number } = service === undefined ? { ip: undefined, number: 0 } : destinationOf(service, port, flow);
  if (ip === undefined) throw new Error(`the case has no ${flow.to}`);
  return {
    entry: flow.from === 'node' || flow.from === 'localhost' ? 'OUTPUT' : 'PREROUTING',
    source: sourceOf(flow.from),
    destination: ip,
    port: flow.portNumber ?? number ?? 0,
    protocol: flow.protocol ?? (port?.protocol as Protocol | undefined) ?? 'TCP',
    inInterface: flow.from in pods ? `cali${flow.from}` : 'eth1',
  };
}

/** One line that names a flow within its case. */
export function flowTitle({ from, to, service, port, address, portNumber, protocol }: Flow): string {
  const extra = Object.entries({ service, port, address, portNumber, protocol }).filter(
    ([, value]) => value !== undefined,
  );
  const detail = extra.map(([key, value]) => ` ${key} ${value}`).join('');
  return `${from} to ${to}${detail}`;
}
