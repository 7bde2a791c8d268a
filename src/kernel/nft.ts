/**
 * nft as kube-proxy uses it: one `nft -f -` a transaction, and `nft -j list` to look. Source: sigs.k8s.io/knftables.
 */
import type { NetworkNamespace } from './netns.js';
import { ProcessError, runProcess } from './process.js';

/** Applies the input, whole or not at all. @throws ProcessError with the line that nft names */
export async function runTransaction(namespace: NetworkNamespace, input: string): Promise<void> {
  const command: [string, ...string[]] = ['nft', '-f', '-'];
  const { code, stderr } = await runProcess(namespace, command, input);
  if (code !== 0) throw new ProcessError(command, namespace.name, code, stderr);
}

/** What nft says when there is no such table. */
const noTable = /No such file or directory/;

/** A table as nft's JSON, '' when there is none. @throws ProcessError */
export async function listTable(namespace: NetworkNamespace, family: 'ip' | 'ip6', table: string): Promise<string> {
  const command: [string, ...string[]] = ['nft', '-j', 'list', 'table', family, table];
  const { code, stdout, stderr } = await runProcess(namespace, command);
  if (code === 0) return stdout;
  if (noTable.test(stderr)) return '';
  throw new ProcessError(command, namespace.name, code, stderr);
}

/** Whether nft and the kernel can make an IPv4 table together: asked by a transaction that is checked and not done. */
export async function nftWorks(namespace: NetworkNamespace): Promise<boolean> {
  const probe = runProcess(namespace, ['nft', '--check', 'add table ip kubewire-probe']);
  return (await probe.catch(() => undefined))?.code === 0;
}
