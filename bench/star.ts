/**
 * The topology for comparing link making: hosts on one bridge, each a namespace with one veth and a
 * MAC. Only what a single `ip -batch` can do as well: it cannot enter a namespace, so there are no addresses.
 */

export interface StarHost {
  namespace: string;
  port: string;
  mac: string;
}

/** At most 65,000 hosts. */
export function starHosts(count: number): StarHost[] {
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const [high, low] = [number >> 8, number & 255];
    const hex = (byte: number) => byte.toString(16).padStart(2, '0');
    return {
      namespace: `h${number}`,
      port: `p${number}`,
      mac: `02:00:00:00:${hex(high)}:${hex(low)}`,
    };
  });
}

/** The floor: one `ip -batch` for everything. Prints nanoseconds, without the start of a shell. */
export function starByIpBatch(hosts: readonly StarHost[]): string {
  const lines = [
    'link add lan type bridge',
    'link set lan up',
    ...hosts.flatMap(({ namespace, port, mac }) => [
      `netns add ${namespace}`,
      `link add ${port} type veth peer name eth1 netns ${namespace} address ${mac}`,
      `link set ${port} master lan up`,
    ]),
  ];
  return [
    'set -e',
    'mount -t tmpfs tmpfs /run',
    'start=$(date +%s%N)',
    `ip -batch - <<'BATCH'\n${lines.join('\n')}\nBATCH`,
    'echo $(($(date +%s%N) - start))',
    '',
  ].join('\n');
}
