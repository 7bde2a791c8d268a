/**
 * iptables as kube-proxy uses it: one `iptables-restore --noflush` a change, and `iptables-save` to look.
 *
 * Source: kubernetes pkg/util/iptables/iptables.go (RestoreAll, SaveInto).
 */
import type { NetworkNamespace } from './netns.js';
import { ProcessError, runProcess } from './process.js';
import { RepeatedCommand } from './repeated-command.js';

/** The kernel interface behind the command: x_tables, or nf_tables through its compatibility layer. */
export type IptablesVariant = 'legacy' | 'nft';

/** kube-proxy waits 5 s for the xtables lock, asking ten times a second. */
const WAIT = ['-w', '5'] as const;

/** Applies each input, a transaction a table. @throws ProcessError with the line iptables names. */
export function createRestore(
  namespace: NetworkNamespace,
  variant: IptablesVariant,
): (input: string | Iterable<string>) => Promise<void> {
  const restore = new RepeatedCommand(namespace, [`iptables-${variant}-restore`, ...WAIT, '--noflush', '--counters']);
  return (input) => restore.run(input);
}

/** What the kernel holds, as text. */
export async function saveRules(namespace: NetworkNamespace, variant: IptablesVariant): Promise<string> {
  const { code, stdout, stderr } = await runProcess(namespace, [`iptables-${variant}-save`]);
  if (code !== 0) throw new ProcessError([`iptables-${variant}-save`], namespace.name, code, stderr);
  return stdout;
}

/** The exit code for want of memory or of the lock. Source: kubernetes pkg/util/iptables, iptablesStatusResourceProblem. */
const RESOURCE_PROBLEM = 4;

/** Whether a table has a chain; `busy` when iptables could not look. @throws ProcessError when it cannot be started */
export async function lookForChain(
  namespace: NetworkNamespace,
  variant: IptablesVariant,
  table: string,
  chain: string,
): Promise<'there' | 'gone' | 'busy'> {
  const { code } = await runProcess(namespace, [`iptables-${variant}`, ...WAIT, '-t', table, '-S', chain]);
  if (code === RESOURCE_PROBLEM) return 'busy';
  return code === 0 ? 'there' : 'gone';
}

/** Which variants work here, asked by listing an empty nat table; legacy first, being faster. */
export async function usableVariants(namespace: NetworkNamespace): Promise<IptablesVariant[]> {
  const all: IptablesVariant[] = ['legacy', 'nft'];
  const works = await Promise.all(
    all.map(async (variant) => {
      const listed = await runProcess(namespace, [`iptables-${variant}`, '-t', 'nat', '-nL']).catch(() => undefined);
      return listed?.code === 0;
    }),
  );
  return all.filter((_, position) => works[position]);
}
