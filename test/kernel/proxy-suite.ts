/**
 * Runs the proxy behaviour suite against rules in the real kernel, and lists what did not come out as expected.
 */
import type { NetworkNamespace } from '../../src/kernel/netns.js';
import { runProcess, systemPath } from '../../src/kernel/process.js';
import { type NodeTraffic, planTraffic, trafficOfNode } from '../../src/model/traffic.js';
import type { Packet } from '../../src/trace/packet.js';
import { proxyCases } from '../proxy/cases/all.js';
import { type Differences, expectations } from '../proxy/cases/run.js';
import {
  type CaseOptions,
  type Expectation,
  type Flow,
  flowTitle,
  type ProxyCase,
  packetOf,
} from '../proxy/cases/suite.js';
import { node, nodes, type PodName, pods } from '../proxy/cases/world.js';
import { ask, createProxyWorld, type ProxyWorld } from './proxy-world.js';

/** Brings a case's rules into the node's kernel, from those of the case before. */
export type Install = (world: ProxyWorld, traffic: NodeTraffic, options: CaseOptions) => Promise<void>;

/** Gives a rule loader its input on the node. @throws Error with what it said */
export async function load(node: NetworkNamespace, command: [string, ...string[]], input: string): Promise<void> {
  const { code, stderr } = await runProcess(node, command, input);
  if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
}

/** Flows that only the walk can follow, with the reason. */
function unseen({ from }: Flow, { protocol }: Packet, wanted: Expectation): string | undefined {
  if (protocol === 'SCTP') return 'Node has no SCTP sockets';
  const isOutsider = from === 'host' || from === 'stranger';
  const isElsewhere = ([pod, seen]: [string, unknown]) =>
    pods[pod as PodName].node !== 'k8s-node1' && seen === 'client';
  if (isOutsider && typeof wanted === 'object' && Object.entries(wanted).some(isElsewhere)) {
    return 'an unmasqueraded answer of another node’s pod does not come back through this node';
  }
  return undefined;
}

const silences: ReadonlySet<string> = new Set(['refused', 'dropped', 'unreachable']);

/** What may be observed for an expectation: nobody can tell silence from an address that no rule knows. */
function agrees(expected: Expectation, seen: ReadonlyMap<string, Set<string>>, { source, protocol }: Packet): boolean {
  const answers = [...seen.keys()];
  if (expected === 'refused' || expected === 'unreachable') return answers.join() === expected;
  // An address that nobody on the LAN has may be found out before patience ends.
  if (expected === 'dropped') return ['dropped', 'unreachable'].includes(answers.join());
  // Whom nobody answers over UDP cannot tell that somebody took the question.
  if (expected === 'closed') return answers.join() === (protocol === 'UDP' ? 'dropped' : 'closed');
  if (typeof expected === 'string') return answers.every((answer) => silences.has(answer));
  const wanted = Object.keys(expected) as PodName[];
  return (
    wanted.sort().join() === answers.sort().join() &&
    wanted.every((pod) => {
      const address = expected[pod] === 'client' ? source : nodes['k8s-node1'].address;
      return [...(seen.get(pod) ?? [])].join() === address;
    })
  );
}

/** Asks again when silence was not expected: on a busy machine an answer may take longer than patience lasts. */
async function askPatiently(world: ProxyWorld, flow: Flow, packet: Packet, expected: Expectation): Promise<string> {
  const mayBeSilent = expected === 'dropped' || expected === 'passed' || expected === 'closed';
  let answer = await ask(world, flow.from, packet);
  for (let again = 0; again < 3 && answer === 'dropped' && !mayBeSilent; again++) {
    answer = await ask(world, flow.from, packet);
  }
  return answer;
}

/** Asks often enough to meet every endpoint by turns, twice. */
async function observe(
  world: ProxyWorld,
  flow: Flow,
  packet: Packet,
  expected: Expectation,
): Promise<Map<string, Set<string>>> {
  const seen = new Map<string, Set<string>>();
  const tries = 2 * Object.keys(pods).length;
  for (let turn = 0; turn < tries; turn++) {
    const [who = '', address = ''] = (await askPatiently(world, flow, packet, expected)).split(' ');
    seen.set(who, (seen.get(who) ?? new Set()).add(address));
    if (silences.has(who) || who === 'closed') break;
  }
  return seen;
}

async function runCase(world: ProxyWorld, proxyCase: ProxyCase, differences: Differences): Promise<string[]> {
  const expected = expectations(proxyCase, differences);
  const wrong: string[] = [];
  for (const flow of proxyCase.flows) {
    const packet = packetOf(proxyCase, flow);
    const wanted = expected[flowTitle(flow)];
    if (wanted === undefined || unseen(flow, packet, wanted) !== undefined) continue;
    const seen = await observe(world, flow, packet, wanted);
    const text = [...seen].map(([who, addresses]) => `${who} ${[...addresses].join()}`).join('; ');
    if (!agrees(wanted, seen, packet)) {
      wrong.push(`${proxyCase.name}: ${flowTitle(flow)}: expected ${JSON.stringify(wanted)}, saw ${text}`);
    }
  }
  return wrong;
}

/** iptables wants to write its lock file in /run, which an ordinary user's is not; this one goes with the scenario. */
async function ownRun(world: ProxyWorld): Promise<void> {
  await runProcess(world.node, ['mount', '-t', 'tmpfs', 'tmpfs', '/run']);
}

/** What `CASES` in the environment asks for: names that match it. */
const asked = proxyCases.filter(({ name }) => new RegExp(process.env.CASES ?? '').test(name));

/** Installs and asks, case by case. Prints the result as the scenario's last line. */
export async function runKernelSuite(install: Install, differences: Differences = {}): Promise<void> {
  // npm puts node_modules/.bin in front, where @vercel/nft (ava's) has a program called nft too.
  process.env.PATH = systemPath;
  const world = await createProxyWorld();
  await ownRun(world);
  const wrong: string[] = [];
  for (const proxyCase of asked) {
    const { services, slices, options = {} } = proxyCase;
    const traffic = trafficOfNode(planTraffic({ services, endpointSlices: slices }), node());
    await install(world, traffic, options);
    wrong.push(...(await runCase(world, proxyCase, differences)));
  }
  // Listeners keep the process alive; a pipe may take the text a moment after the write.
  process.stdout.write(`${JSON.stringify({ cases: asked.length, wrong })}\n`, () => process.exit(0));
}
