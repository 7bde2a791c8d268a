/**
 * What `ipvsadm-save -n` and `ipset save` print, in a form that two equal states share: to compare what was compiled, or
 * what another kube-proxy made, with what the kernel holds.
 *
 * Left out is what the tools or the kernel choose by themselves: the sizes and the random start of hash tables, and the
 * order, which is that of those tables.
 */

/** Words of `create` that a kernel or a version of ipset adds. Source: ipset(8), 7.x. */
const chosenByKernel = / (?:hashsize|bucketsize|initval) \S+/g;

function sorted(lines: readonly string[]): string {
  return [...lines]
    .sort()
    .map((line) => `${line}\n`)
    .join('');
}

/** kube-proxy's sets with their members, without those of others. */
export function canonicalSets(saved: string): string {
  const lines = saved.split('\n').map((line) => line.trimEnd());
  const ours = lines.filter((line) => /^(?:create|add) KUBE-/.test(line));
  return sorted(ours.map((line) => line.replace(chosenByKernel, '')));
}

/** `-A -t 10.0.0.1:80 …` and `-a -t 10.0.0.1:80 …` begin with the service that they belong to. */
const serverLine = /^-[Aa] (\S+ \S+)(.*)$/;

/** Virtual servers by address, each followed by its real servers. */
export function canonicalServers(saved: string): string {
  const lines = saved.split('\n').flatMap((line) => {
    const [, service, rest = ''] = serverLine.exec(line.trimEnd()) ?? [];
    return service === undefined ? [] : [`${service}${rest}`];
  });
  return sorted(lines);
}

/** Without real servers that only wait for their last connections to end: who they are is history. */
export function withoutDraining(saved: string): string {
  return saved.replace(/^-a .* -w 0 *\n/gm, '');
}

/** The addresses in what `ip -o address show dev kube-ipvs0` prints. */
export function canonicalAddresses(listed: string): string {
  return sorted([...listed.matchAll(/ inet6? (\S+)/g)].map(([, address = '']) => address));
}
