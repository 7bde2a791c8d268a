/**
 * Runs the suite against one engine's virtual walk.
 */
import type { TestFn } from 'ava';
import { type NodeTraffic, planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import type { Packet, WalkNode, WalkResult } from '../../../src/trace/packet.js';
import { proxyCases } from './all.js';
import { type CaseOptions, type Expectation, flowTitle, packetOf, type ProxyCase, type Seen } from './suite.js';
import { node, nodes, pods } from './world.js';

/** Compiles the node's rules once, and walks packets through them. */
export type CompileWalk = (
  traffic: NodeTraffic,
  options: CaseOptions,
) => (packet: Packet, node: WalkNode) => WalkResult<unknown>;

/** Case names this engine differs in, each with the reason. */
export type Skips = Readonly<Record<string, string>>;

const podOfAddress: ReadonlyMap<string, string> = new Map(Object.entries(pods).map(([name, { ip }]) => [ip, name]));
const noAnswer = { REJECT: 'refused', DROP: 'dropped', ACCEPT: 'passed' } as const;

/** The result of a walk in the suite's words. */
export function observed({ verdict, courses }: WalkResult<unknown>): Expectation {
  if (verdict !== 'DNAT') return noAnswer[verdict];
  const seen: Record<string, Seen> = {};
  for (const { endpoint = '', masquerade } of courses) {
    const ip = endpoint.slice(0, endpoint.lastIndexOf(':'));
    seen[podOfAddress.get(ip) ?? endpoint] = masquerade ? 'node' : 'client';
  }
  return seen;
}

function walkOf(proxyCase: ProxyCase, compile: CompileWalk) {
  const { services, slices, options = {} } = proxyCase;
  const traffic = trafficOfNode(planTraffic({ services, endpointSlices: slices }), node());
  return compile(traffic, options);
}

/** One test a case; a skipped case must exist, and must really differ. */
export function runSuite(test: TestFn, engine: string, compile: CompileWalk, skips: Skips = {}): void {
  const self: WalkNode = { addresses: [nodes['k8s-node1'].address] };
  const outcomes = (proxyCase: ProxyCase): Record<string, Expectation> => {
    const walk = walkOf(proxyCase, compile);
    return Object.fromEntries(
      proxyCase.flows.map((flow) => [flowTitle(flow), observed(walk(packetOf(proxyCase, flow), self))]),
    );
  };
  for (const proxyCase of proxyCases) {
    const { name, flows } = proxyCase;
    const expected = Object.fromEntries(flows.map((flow) => [flowTitle(flow), flow.expect]));
    const reason = skips[name];
    if (reason === undefined) test(`${engine}: ${name}`, (t) => t.deepEqual(outcomes(proxyCase), expected));
    else test(`${engine} differs: ${name} (${reason})`, (t) => t.notDeepEqual(outcomes(proxyCase), expected));
  }
  test(`${engine}: every case it differs in exists`, (t) => {
    const names = new Set(proxyCases.map(({ name }) => name));
    t.deepEqual(Object.keys(skips).filter((name) => !names.has(name)), []);
  });
}
