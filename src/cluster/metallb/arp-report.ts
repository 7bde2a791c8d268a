/**
 * What `lab arp` shows: for each address who answers and why the others do not, what the host believes, and counters.
 */
import { hostNamespace, nodeLink } from '../../fabric/machines.js';
import { macOf } from '../../fabric/naming.js';
import { listNeighbours, type Neighbour } from '../../kernel/neighbours.js';
import type { Namespaces } from '../../kernel/operations.js';
import type { AddressCounters } from '../../metallb/layer2/announcer.js';
import type { ServiceAdvertisement } from '../../metallb/layer2/contract.js';
import { type Explanation, explain } from '../../metallb/layer2/explanation.js';
import type { SpeakerState } from '../../metallb/speaker/contract.js';
import { speakersTold } from '../../metallb/speaker/told.js';
import type { Speakers } from '../../node/speaker/speakers.js';
import type { DesiredState } from '../desired.js';

/** What one node does about one address of one Service. */
export interface ArpLine extends Explanation, AddressCounters {
  /** `<pending>` for a Service without one. */
  address: string;
  service: string;
  node: string;
}

export interface ArpReport {
  answers: ArpLine[];
  /** The host's neighbour table; `machine` is whose MAC it is. */
  neighbours: (Neighbour & { machine: string })[];
  speakers: { node: string; pid: number; alive: string[] }[];
}

export interface ArpReportParts {
  desired: DesiredState;
  namespaces: Namespaces;
  speakers: Speakers;
}

export async function arpReport({ desired, namespaces, speakers }: ArpReportParts): Promise<ArpReport> {
  const states = await speakers.states();
  const nodes = desired.config.nodes.map(({ name }) => name);
  const services = [...speakersTold(desired.registry).services.values()];
  return {
    answers: services.flatMap((service) => linesOf(service, nodes, states)),
    neighbours: named(await listNeighbours(namespaces.get(hostNamespace)), nodes),
    speakers: [...states].map(([node, { pid, alive }]) => ({ node, pid, alive })).sort(byNode),
  };
}

function byNode(a: { node: string }, b: { node: string }): number {
  return a.node < b.node ? -1 : 1;
}

function linesOf(
  advertisement: ServiceAdvertisement,
  nodes: readonly string[],
  states: ReadonlyMap<string, SpeakerState>,
): ArpLine[] {
  const { service, addresses } = advertisement;
  return (addresses.length > 0 ? addresses : ['<pending>']).flatMap((address) =>
    nodes.map((node) => {
      const state = states.get(node);
      const counters = state?.counters[address] ?? { requestsReceived: 0, responsesSent: 0, gratuitousSent: 0 };
      const explained = explain(node, advertisement, state?.decisions[service], state?.alive ?? []);
      return { address, service, node, ...explained, ...counters };
    }),
  );
}

function named(neighbours: readonly Neighbour[], nodes: readonly string[]): ArpReport['neighbours'] {
  const machines = new Map(nodes.map((node) => [macOf(`${node}/${nodeLink}`), node]));
  return neighbours.map((one) => ({ ...one, machine: machines.get(one.mac) ?? '' }));
}
