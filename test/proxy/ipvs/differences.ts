/**
 * In what IPVS mode differs from iptables mode, as the real kube-proxy's does.
 */
import type { Differences } from '../cases/run.js';
import { answeredBy, type Client, type Expectation } from '../cases/suite.js';

type Flows = Readonly<Record<string, Expectation>>;

const external = ['nodePort', 'loadBalancer', 'externalIP'] as const;

function toExternal(client: Client, expectation: Expectation): Flows {
  return Object.fromEntries(external.map((via) => [`${client} to ${via}`, expectation]));
}

/** Why, for many cases at once. */
const vipSource =
  'what the node sends to an address of kube-ipvs0 carries that address as its source; the course’s pod network holds the ClusterIPs too, so it counts as a pod’s';
const noLoopback = 'IPVS has no virtual server on 127.0.0.1';
const noShortCircuit = 'a virtual server has one list of real servers for everybody, so there is no short-circuit';
const fallback =
  'a Local policy without local endpoints falls back to all of them; replies to outsiders are lost later';
const ownLoopback: Flows = { 'localhost to localhostNodePort': 'passed' };

export const ipvsDifferences: Differences = {
  'internal policy Cluster: all endpoints; pods are seen as themselves, others as the node': {
    why: vipSource,
    flows: { 'node to clusterIP': answeredBy(['a', 'b'], 'client') },
  },
  'internal policy Local with a local endpoint: only that one': {
    why: vipSource,
    flows: { 'node to clusterIP': { a: 'client' } },
  },
  'every kind of client reaches every endpoint of every protocol, by ClusterIP and node port': {
    why: vipSource,
    flows: Object.fromEntries(
      [0, 1, 2].map((port) => [`node to clusterIP port ${port}`, answeredBy(['a', 'b'], 'client')]),
    ),
  },
  'internal policy Local without a local endpoint: dropped': {
    why: fallback,
    flows: {
      'client to clusterIP': answeredBy(['b', 'd'], 'client'),
      'node to clusterIP': answeredBy(['b', 'd'], 'client'),
      'host to clusterIP': answeredBy(['b', 'd'], 'node'),
    },
  },
  'the external policy has no effect on the ClusterIP': {
    why: vipSource,
    flows: { 'node to clusterIP': { b: 'client' } },
  },
  'external policy Cluster: all endpoints see the node, whoever asks': { why: noLoopback, flows: ownLoopback },
  'external policy Local with a local endpoint: outsiders are seen as themselves': {
    why: `${noShortCircuit}; ${noLoopback}`,
    flows: { ...toExternal('client', { a: 'client' }), ...toExternal('node', { a: 'client' }), ...ownLoopback },
  },
  'external policy Local without a local endpoint: outsiders are dropped, pods and the node are served': {
    why: `${fallback}; ${noLoopback}`,
    flows: {
      ...toExternal('host', answeredBy(['b', 'd'], 'client')),
      ...toExternal('node', answeredBy(['b', 'd'], 'client')),
      ...ownLoopback,
    },
  },
  'both policies Local: the ClusterIP stays local even for pods': {
    why: noShortCircuit,
    flows: toExternal('client', { a: 'client' }),
  },
  'masqueradeAll does not touch the local external policy': {
    why: noShortCircuit,
    flows: toExternal('client', { a: 'client' }),
  },
  'without a local traffic detector nobody is masqueraded on the way to a ClusterIP': {
    why: 'without a detector, exactly what a VIP sends to a VIP is masqueraded: the node’s own traffic',
    flows: { 'node to clusterIP': answeredBy(['a', 'b'], 'node') },
  },
  'no endpoints: refused on every address': { why: noLoopback, flows: ownLoopback },
  'no endpoints: OUTPUT has no external portals, so the node itself is not refused at external addresses': {
    why: 'a virtual server without real servers refuses the node’s own traffic too',
    flows: { 'node to loadBalancer': 'refused', 'node to externalIP': 'refused' },
  },
  'a local endpoint that terminates serves the Local policy though others are ready elsewhere': {
    why: noShortCircuit,
    flows: { 'client to nodePort': { a: 'client' } },
  },
  'a serving, terminating endpoint elsewhere makes the Local policy drop in place of refuse': {
    why: fallback,
    flows: { 'client to clusterIP': { b: 'client' }, 'host to nodePort': { b: 'client' } },
  },
  'a wrong port or protocol on a ClusterIP is nobody’s business': {
    why: 'KUBE-IPVS-FILTER rejects what is sent to an address of kube-ipvs0 and no set knows',
    flows: { 'client to clusterIP portNumber 81': 'refused', 'client to clusterIP protocol UDP': 'refused' },
  },
  'source ranges admit who is in them, drop the rest, and do not guard the node port': {
    why: 'the rule that is to keep the node out matches by xt_ipvs, which knows answers only: in the kernel it keeps nobody out',
    flows: { 'node to loadBalancer': { a: 'node' } },
  },
  'node ports answer on the LAN address and on loopback': { why: noLoopback, flows: ownLoopback },
};
