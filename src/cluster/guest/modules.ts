/**
 * What a lab asks of a kernel, as modules: links, rules, sets, balancers, faults. Those that are built in have no file.
 */

const links = [
  'veth',
  'bridge',
  'br_netfilter',
  'dummy',
  'ipip',
  'tun',
  'vxlan',
  'macvlan',
  'sch_netem',
  'sch_tbf',
  'overlay',
];

const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'mh', 'sed', 'nq', 'fo', 'ovf'];
const ipvs = ['ip_vs', ...schedulers.map((name) => `ip_vs_${name}`), 'xt_ipvs'];

const setTypes = ['bitmap_port', 'hash_ip', 'hash_ipport', 'hash_ipportip', 'hash_ipportnet', 'hash_net'];
const sets = ['ip_set', ...setTypes.map((name) => `ip_set_${name}`), 'xt_set'];

const tables = ['iptable_filter', 'iptable_nat', 'iptable_mangle', 'iptable_raw'];
const matches = [
  'addrtype',
  'comment',
  'conntrack',
  'connmark',
  'iprange',
  'limit',
  'mac',
  'mark',
  'multiport',
  'nat',
  'physdev',
  'recent',
  'sctp',
  'state',
  'statistic',
  'tcpudp',
  'LOG',
  'MASQUERADE',
  'REDIRECT',
  'TRACE',
];
const rules = [
  ...tables,
  ...matches.map((name) => `xt_${name}`),
  'ipt_REJECT',
  'nf_conntrack_netlink',
  'nf_log_syslog',
];

const expressions = ['compat', 'ct', 'fib', 'fib_ipv4', 'fib_ipv6', 'hash', 'limit', 'log', 'numgen', 'quota'];
const statements = ['chain_nat', 'masq', 'nat', 'redir', 'reject', 'reject_ipv4', 'reject_ipv6'];
const nftables = ['nf_tables', ...[...expressions, ...statements].map((name) => `nft_${name}`)];

/**
 * In the order in which they are loaded.
 * @param hasNftables whether there is an nf_tables that knows IPv4: Debian's does not, and the rest is of no use without
 */
export function guestModules(hasNftables: boolean): readonly string[] {
  return [...links, ...rules, ...sets, ...ipvs, ...(hasNftables ? nftables : [])];
}
