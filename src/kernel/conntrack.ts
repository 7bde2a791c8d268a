/**
 * Forgetting flows, through the `conntrack` tool as kube-proxy 1.30 does. Source: pkg/proxy/conntrack/conntrack.go.
 */
import { conntrackArguments, type StaleEntries } from '../proxy/conntrack.js';
import type { NetworkNamespace } from './netns.js';
import { ProcessError, runProcess } from './process.js';

/** What `conntrack -D` says, with exit code 1, when nothing matched: not an error. */
const nothingDeleted = /0 flow entries have been deleted/;

/** Deletes the UDP entries that match. @throws ProcessError */
export async function forgetUdpFlows(namespace: NetworkNamespace, entries: StaleEntries): Promise<void> {
  const command: [string, ...string[]] = ['conntrack', ...conntrackArguments(entries)];
  const { code, stderr } = await runProcess(namespace, command);
  if (code !== 0 && !nothingDeleted.test(stderr)) throw new ProcessError(command, namespace.name, code, stderr);
}
