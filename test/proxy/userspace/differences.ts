/**
 * In what userspace mode differed from today's iptables mode: a process connects on behalf of every client.
 */
import type { Differences } from '../cases/run.js';
import { answeredBy, type Expectation } from '../cases/suite.js';
import type { PodName } from '../cases/world.js';

type Flows = Readonly<Record<string, Expectation>>;

const hidden = 'the proxy process makes the connection, so every pod sees the node';
const noPolicy = `${hidden}; traffic policies, hints and terminating endpoints came after this mode`;
const closed = 'the proxy process accepts every connection and closes it when there is no endpoint';
const onlyIncoming = 'externalIPs serve only what comes from off the node, unless the address is local';

/** All flows end with these pods, which see the node. */
function allBy(...pods: PodName[]): Flows {
  return { '*': answeredBy(pods, 'node') };
}

const fromNode: Flows = { 'node to externalIP': 'passed' };
const nobody = { why: closed, flows: { '*': 'closed' } } as const;
const ports = { a: 'node', b: 'node' } as const;

export const userspaceDifferences: Differences = {
  'internal policy Cluster: all endpoints; pods are seen as themselves, others as the node': {
    why: hidden,
    flows: allBy('a', 'b'),
  },
  'a pod that reaches itself through its Service sees the node': { why: hidden, flows: allBy('a', 'b') },
  'internal policy Local with a local endpoint: only that one': {
    why: `${noPolicy}; ${onlyIncoming}`,
    flows: { ...allBy('a', 'b'), ...fromNode },
  },
  'internal policy Local with several local endpoints: each of them': { why: noPolicy, flows: allBy('a', 'b', 'c') },
  'internal policy Local without a local endpoint: dropped': { why: noPolicy, flows: allBy('b', 'd') },
  'the external policy has no effect on the ClusterIP': { why: hidden, flows: allBy('b') },
  'external policy Cluster: all endpoints see the node, whoever asks': { why: onlyIncoming, flows: fromNode },
  'external policy Local with a local endpoint: outsiders are seen as themselves': {
    why: `${noPolicy}; ${onlyIncoming}`,
    flows: { ...allBy('a', 'b'), ...fromNode },
  },
  'external policy Local without a local endpoint: outsiders are dropped, pods and the node are served': {
    why: `${noPolicy}; ${onlyIncoming}`,
    flows: { ...allBy('b', 'd'), ...fromNode },
  },
  'both policies Local: the ClusterIP stays local even for pods': { why: noPolicy, flows: allBy('a', 'b') },
  'masqueradeAll does not touch the local external policy': { why: noPolicy, flows: allBy('a', 'b') },
  'without a local traffic detector nobody is masqueraded on the way to a ClusterIP': {
    why: `${hidden}; ${onlyIncoming}`,
    flows: { ...allBy('a', 'b'), ...fromNode },
  },
  'without a local traffic detector pods count as outsiders': { why: noPolicy, flows: allBy('a', 'b') },
  'no endpoints: refused on every address': nobody,
  'no endpoints: OUTPUT has no external portals, so the node itself is not refused at external addresses': {
    why: `${closed}, also from the node at what a load balancer gave`,
    flows: { 'node to loadBalancer': 'closed' },
  },
  'no endpoints under Local policies: refused, not dropped': nobody,
  'endpoints that are neither ready nor terminating do not count': nobody,
  'an endpoint port of another name does not serve the Service': nobody,
  'an endpoint port of another protocol does not serve the Service': nobody,
  'terminating endpoints that do not serve are refused': nobody,
  'without ready endpoints those that still serve while terminating are used': { ...nobody, why: noPolicy },
  'a serving, terminating endpoint elsewhere makes the Local policy drop in place of refuse': {
    ...nobody,
    why: noPolicy,
  },
  'ready endpoints are preferred to terminating ones': { why: hidden, flows: allBy('a') },
  'a local endpoint that terminates serves the Local policy though others are ready elsewhere': {
    why: noPolicy,
    flows: allBy('b'),
  },
  'zone hints keep traffic in the zone': { why: noPolicy, flows: allBy('a', 'b', 'd') },
  'zone hints count only if every ready endpoint has one': { why: hidden, flows: allBy('a', 'b', 'd') },
  'zone hints that leave this zone without endpoints do not count': { why: hidden, flows: allBy('b', 'd') },
  'hints never filter the Local policy': { why: noPolicy, flows: allBy('a', 'b') },
  'node hints keep traffic on the node': { why: noPolicy, flows: allBy('a', 'b', 'd') },
  'endpoints of several slices are one list, duplicates are one endpoint': {
    why: hidden,
    flows: allBy('a', 'b', 'd'),
  },
  'one port number in three protocols leads to three target ports': {
    why: `${hidden}; SCTP was never served`,
    flows: {
      'client to clusterIP port 0': ports,
      'client to clusterIP port 1': ports,
      'host to clusterIP port 2': 'passed',
    },
  },
  'every kind of client reaches every endpoint of every protocol, by ClusterIP and node port': {
    why: `${hidden}; SCTP was never served`,
    flows: {
      ...Object.fromEntries(
        [0, 1].flatMap((port) =>
          [`client to clusterIP port ${port}`, `a to clusterIP port ${port}`].map((flow) => [flow, ports]),
        ),
      ),
      ...Object.fromEntries(
        ['client', 'node', 'a']
          .flatMap((from) => [`${from} to clusterIP port 2`, `${from} to nodePort port 2`])
          .map((flow) => [flow, 'passed' as const]),
      ),
      'host to nodePort port 2': 'passed',
    },
  },
  'ports of several slices belong together, each with its own endpoints': {
    why: `${hidden}; SCTP was never served`,
    flows: {
      'client to clusterIP port 0': { a: 'node' },
      'client to clusterIP port 1': { b: 'node' },
      'client to clusterIP port 2': 'passed',
    },
  },
  'without localhostNodePorts loopback does not answer': {
    why: 'loopback is an address of the node like any other',
    flows: { 'localhost to localhostNodePort': { a: 'node' } },
  },
  'nodePortAddresses limits node ports to some of the node’s addresses': {
    why: 'the option came with 1.10',
    flows: { 'localhost to localhostNodePort': { a: 'node' } },
  },
  'nodePortAddresses of another network: no address answers': {
    why: 'the option came with 1.10',
    flows: { 'host to nodePort': { a: 'node' } },
  },
  'source ranges admit who is in them, drop the rest, and do not guard the node port': {
    why: `source ranges were never checked; ${hidden}`,
    flows: allBy('a'),
  },
  'source ranges with the node in them admit the node': {
    why: 'source ranges were never checked',
    flows: { 'stranger to loadBalancer': { a: 'node' } },
  },
  'two Services do not disturb each other': {
    why: hidden,
    flows: { 'client to clusterIP service 1 port 1': { b: 'node' } },
  },
};
