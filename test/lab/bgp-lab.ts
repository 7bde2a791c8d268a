/** What tests of MetalLB's BGP mode do to a lab with a router. */
import type { ExecutionContext } from 'ava';
import type { TestLab } from './lab.js';
import { until } from './until.js';

/** Until it sees just this. */
export async function untilIs(t: ExecutionContext, look: () => Promise<unknown>, expected: unknown): Promise<void> {
  t.is(await until(look, (seen) => seen === expected), expected);
}

/** Next hops in the router's kernel for a prefix, in order. */
export async function paths(lab: TestLab, prefix = '10.99.0.0'): Promise<string[]> {
  const routes = await lab.on('router', 'ip', 'route', 'show', prefix);
  return [...routes.matchAll(/via (\S+) /g)].map(([, address]) => address ?? '').sort();
}

/** Until the router sends to these nodes and no others. */
export function untilPaths(t: ExecutionContext, lab: TestLab, ...nodes: number[]): Promise<void> {
  const expected = nodes.map((node) => `192.168.56.${node}`).join();
  return untilIs(t, async () => (await paths(lab)).join(), expected);
}

export async function vtysh(lab: TestLab, machine: string, ...commands: string[]): Promise<string> {
  const { stdout, stderr } = await lab.lab('vtysh', machine, ...commands.flatMap((command) => ['-c', command]));
  return `${stdout}\n${stderr}`;
}

/** Configures the router; users do the same. */
export function configure(lab: TestLab, asn: number, ...lines: string[]): Promise<string> {
  return vtysh(lab, 'router', 'configure terminal', `router bgp ${asn}`, ...lines);
}

export function apply(lab: TestLab, text: string): Promise<string> {
  return lab.on('host', 'sh', '-c', `kubectl apply -f - <<'END'\n${text}\nEND`);
}

export interface Session {
  node: string;
  state: string;
  because: string;
}

export async function sessions(lab: TestLab): Promise<Session[]> {
  return (JSON.parse((await lab.lab('bgp', '-o', 'json')).stdout) as { sessions: Session[] }).sessions;
}

/** Until every session that there should be is up. */
export function untilEstablished(t: ExecutionContext, lab: TestLab, number: number): Promise<void> {
  const up = Array(number).fill('Established').join();
  return untilIs(t, async () => (await sessions(lab)).map(({ state }) => state).join(), up);
}

/** Until `lab bgp` gives a reason why the session of a node is not up. */
export function untilBecause(t: ExecutionContext, lab: TestLab, node: string, words: string): Promise<void> {
  return untilIs(t, async () => (await sessions(lab)).find((one) => one.node === node)?.because, words);
}
