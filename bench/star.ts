/**
 * The topology for comparing link making: hosts on one bridge, each a namespace with one veth, a MAC and an address. It is what
 * Mininet's `single,N` makes too.
 */

export interface StarHost {
  namespace: string;
  port: string;
  address: string;
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
      address: `10.0.${high}.${low}/16`,
      mac: `02:00:00:00:${hex(high)}:${hex(low)}`,
    };
  });
}

/** The floor: `ip -batch` from a shell, one batch for namespaces and links, then one in each namespace. Prints nanoseconds. */
export function starByIpBatch(hosts: readonly StarHost[]): string {
  const outer = [
    'link add lan type bridge',
    'link set lan up',
    ...hosts.flatMap(({ namespace, port, mac }) => [
      `netns add ${namespace}`,
      `link add ${port} type veth peer name eth1 netns ${namespace} address ${mac}`,
      `link set ${port} master lan up`,
    ]),
  ];
  const inner = hosts.map(({ namespace, address }) => {
    const lines = ['link set lo up', `address add ${address} dev eth1`, 'link set eth1 up'];
    return `printf '${lines.join('\\n')}\\n' | ip -n ${namespace} -batch -`;
  });
  return [
    'set -e',
    'mount -t tmpfs tmpfs /run',
    'start=$(date +%s%N)',
    `printf '${outer.join('\\n')}\\n' | ip -batch -`,
    ...inner,
    'echo $(($(date +%s%N) - start))',
  ].join('\n');
}
