/**
 * In what a node with the socket load balancer in front of iptables mode differs from iptables mode alone, as one with
 * Cilium's does: packets of the node's own processes and pods never carry a ClusterIP.
 */
import type { Differences } from '../cases/run.js';

const itself = 'a pod that is sent to itself connects to its own address: no rule sees it';
const nobody = {
  why: 'the socket is told at once that there is no way to a Service without endpoints',
  flows: { 'client to clusterIP': 'unreachable' },
} as const;

export const socketDifferences: Differences = {
  'a pod that reaches itself through its Service sees the node': {
    why: itself,
    flows: { 'a to clusterIP': { a: 'client', b: 'client' } },
  },
  'every kind of client reaches every endpoint of every protocol, by ClusterIP and node port': {
    why: itself,
    flows: {
      'a to clusterIP port 0': { a: 'client', b: 'client' },
      'a to clusterIP port 1': { a: 'client', b: 'client' },
    },
  },
  'masqueradeAll: the ClusterIP hides every client': {
    why: 'no rule sees a packet to the ClusterIP, so none is masqueraded',
    flows: { 'client to clusterIP': { a: 'client', b: 'client' } },
  },
  'internal policy Local without a local endpoint: dropped': {
    ...nobody,
    flows: { 'client to clusterIP': 'unreachable', 'node to clusterIP': 'unreachable' },
  },
  'a serving, terminating endpoint elsewhere makes the Local policy drop in place of refuse': nobody,
  'no endpoints: refused on every address': {
    ...nobody,
    flows: { 'client to clusterIP': 'unreachable', 'node to clusterIP': 'unreachable' },
  },
  'no endpoints under Local policies: refused, not dropped': nobody,
  'endpoints that are neither ready nor terminating do not count': nobody,
  'an endpoint port of another name does not serve the Service': nobody,
  'an endpoint port of another protocol does not serve the Service': nobody,
  'terminating endpoints that do not serve are refused': nobody,
};
