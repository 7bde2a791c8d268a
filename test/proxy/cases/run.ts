/**
 * Runs the suite against one engine's virtual walk.
 */
import type { TestFn } from 'ava';
import { type NodeTraffic, planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import type { LocalTrafficDetector } from '../../../src/proxy/contract.js';
import type { Packet, WalkNode, WalkResult } from '../../../src/trace/packet.js';
import { proxyCases } from './all.js';
import { type CaseOptions, type Expectation, flowTitle, type ProxyCase, packetOf, type Seen } from './suite.js';
import { node, nodes, podCIDR, pods } from './world.js';

/** Compiles the node's rules once, and walks packets through them. */
export type CompileWalk = (
  traffic: NodeTraffic,
  options: CaseOptions,
) => (packet: Packet, node: WalkNode) => WalkResult<unknown>;

/**
 * In what a mode differs from the suite: by case name, why, and what its flows end in instead. `*` stands for all flows of
 * the case that some Service serves or refuses.
 */
export type Differences = Readonly<Record<string, { why: string; flows: Readonly<Record<string, Expectation>> }>>;

/** A case's options as engines take them. */
export function optionsFor({ node: { address = '' } }: NodeTraffic, { noDetector, ...given }: CaseOptions) {
  const localTrafficDetector: LocalTrafficDetector = noDetector
    ? { kind: 'none' }
    : { kind: 'ClusterCIDR', cidr: podCIDR };
  return { ...given, interfaceAddresses: ['127.0.0.1', address], localTrafficDetector };
}

const podOfAddress: ReadonlyMap<string, string> = new Map(Object.entries(pods).map(([name, { ip }]) => [ip, name]));
const noAnswer = { REJECT: 'refused', DROP: 'dropped', ACCEPT: 'passed', CLOSE: 'closed' } as const;

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

/** What a case expects of an engine, by flow. */
export function expectations({ name, flows }: ProxyCase, differences: Differences): Record<string, Expectation> {
  const { '*': everywhere, ...others } = differences[name]?.flows ?? {};
  const common = flows.map((flow): [string, Expectation] => [
    flowTitle(flow),
    flow.expect === 'passed' ? flow.expect : (everywhere ?? flow.expect),
  ]);
  return { ...Object.fromEntries(common), ...others };
}

/** One test a case. A difference must belong to a flow of the suite, and must not say what the suite says anyway. */
export function runSuite(test: TestFn, engine: string, compile: CompileWalk, differences: Differences = {}): void {
  const self: WalkNode = { addresses: [nodes['k8s-node1'].address] };
  for (const proxyCase of proxyCases) {
    test(`${engine}: ${proxyCase.name}`, (t) => {
      const walk = walkOf(proxyCase, compile);
      const seen = proxyCase.flows.map((flow) => [flowTitle(flow), observed(walk(packetOf(proxyCase, flow), self))]);
      t.deepEqual(Object.fromEntries(seen), expectations(proxyCase, differences));
    });
  }
  if (Object.keys(differences).length === 0) return;
  test(`${engine}: every difference is one`, (t) => {
    for (const [name, { flows }] of Object.entries(differences)) {
      const proxyCase = proxyCases.find((entry) => entry.name === name);
      const common = new Map(proxyCase?.flows.map((flow) => [flowTitle(flow), flow.expect]));
      for (const [title, expectation] of Object.entries(flows)) {
        const suite = title === '*' ? [...common.values()] : [common.get(title)];
        t.true(title === '*' ? proxyCase !== undefined : common.has(title), `${name}: ${title}`);
        t.true(
          suite.some((expected) => JSON.stringify(expected) !== JSON.stringify(expectation)),
          `${name}: ${title} is what the suite says`,
        );
      }
    }
  });
}
