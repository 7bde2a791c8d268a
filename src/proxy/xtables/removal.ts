/**
 * Taking kube-proxy's chains out of the kernel again: what it jumps into from other chains, and its chains themselves.
 *
 * Models the `CleanupLeftovers` of each proxier, which is what `kube-proxy --cleanup` runs.
 * Differs: every chain whose name begins with KUBE- goes; upstream lists names, and leaves those of older versions.
 */

/** Chains with this prefix are Kubernetes' own. */
const own = /^KUBE-/;
const chainLine = /^:(\S+) /;
const jumpLine = /^-A (\S+) .*?-[jg] (KUBE-\S+)/;

interface Removal {
  readonly unlink: string[];
  readonly chains: string[];
}

function removalOf(table: readonly string[]): Removal {
  const chains = table.flatMap((line) => chainLine.exec(line)?.[1] ?? []).filter((name) => own.test(name));
  const unlink = table.filter((line) => {
    const [, chain = '', target] = jumpLine.exec(line) ?? [];
    return target !== undefined && !own.test(chain);
  });
  return { chains, unlink: unlink.map((line) => line.replace('-A', '-D')) };
}

function tableText(name: string, { chains, unlink }: Removal): string {
  if (chains.length === 0) return '';
  // A chain that is named again is emptied: then no chain refers to another, and all can go.
  const lines = [...chains.map((chain) => `:${chain} - [0:0]`), ...unlink, ...chains.map((chain) => `-X ${chain}`)];
  return `*${name}\n${lines.join('\n')}\nCOMMIT\n`;
}

/** `iptables-restore --noflush` input that removes every chain of Kubernetes' which `saved` shows; '' when there is none. */
export function planRemoval(saved: string): string {
  const tables = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) {
      current = [];
      tables.set(line.slice(1), current);
    } else current.push(line.replace(/^\[\d+:\d+\] /, ''));
  }
  return [...tables].map(([name, lines]) => tableText(name, removalOf(lines))).join('');
}
