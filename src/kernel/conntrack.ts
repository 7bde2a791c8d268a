/**
 * Forgetting flows, through the `conntrack` tool as kube-proxy 1.30 does. Source: pkg/proxy/conntrack/conntrack.go.
 */
import type { StaleFlows } from '../proxy/stale-flows.js';
import type { NetworkNamespace } from './netns.js';
import { ProcessError, runProcess } from './process.js';

/** What `conntrack -D` says, with exit code 1, when nothing matched: not an error. */
const nothingDeleted = /0 flow entries have been deleted/;

/** Deletes the UDP entries that match. @throws ProcessError */
export async function forgetUdpFlows(namespace: NetworkNamespace, flows: StaleFlows): Promise<void> {
  const entrance = 'destination' in flows ? ['--orig-dst', flows.destination] : ['--dport', String(flows.nodePort)];
  const endpoint = flows.endpoint === undefined ? [] : ['--dst-nat', flows.endpoint];
  const command: [string, ...string[]] = ['conntrack', '-D', '-p', 'udp', ...entrance, ...endpoint];
  const { code, stderr } = await runProcess(namespace, command);
  if (code !== 0 && !nothingDeleted.test(stderr)) throw new ProcessError(command, namespace.name, code, stderr);
}
