/**
 * What comparing a proxy mode with a real kube-proxy takes: how that one is configured, and how to read a node's state in
 * a form that two equal nodes share. `read` is given `run(command)`, which runs a command on the node and resolves to
 * what it printed.
 *
 * In some places the order is that of a Go map, and means nothing: chains and maps that hold all Services.
 */
import { canonicalNft } from '../../dist/src/cluster/digest/canonical-nft.js';
import { canonicalAddresses, canonicalServers, canonicalSets } from '../../dist/src/proxy/ipvs/canonical.js';
import { canonicalSave, parseSave } from '../../dist/src/proxy/xtables/canonical.js';

/** Only kube-proxy's chains, and the jumps to them. `unordered`: chains whose rules have no order. */
export function canonicalChains(saved, unordered) {
  const tables = parseSave(saved);
  for (const [, chains] of tables) {
    for (const [chain, rules] of chains) {
      if (!chain.startsWith('KUBE-'))
        chains.set(
          chain,
          rules.filter((rule) => / -j KUBE-/.test(rule)),
        );
      if (chain.startsWith('cali-') || chains.get(chain).length + chain.startsWith('KUBE-') === 0) chains.delete(chain);
      if (/^KUBE-(IPTABLES-HINT|KUBELET-CANARY)$/.test(chain)) chains.delete(chain);
      if (unordered.test(chain)) rules.sort();
    }
  }
  return canonicalSave(tables);
}

/**
 * Without the chains that went out of use: emptied at once, a kube-proxy deletes them at some later sync, and the lab
 * after a second. A chain of these names is never empty while it is in use.
 */
export function canonicalTable(json) {
  if (json.trim() === '') return '';
  const { nftables } = JSON.parse(json);
  const inUse = new Set(nftables.flatMap(({ rule }) => (rule ? [rule.chain] : [])));
  const stale = ({ chain }) =>
    chain && /^(service|local|external|firewall|endpoint)-/.test(chain.name) && !inUse.has(chain.name);
  return canonicalNft(JSON.stringify({ nftables: nftables.filter((object) => !stale(object)) }));
}

/** What IPVS mode sets; where a key is not there, it is on neither side. */
const SYSCTLS =
  'net.ipv4.vs.conntrack net.ipv4.vs.conn_reuse_mode net.ipv4.vs.expire_nodest_conn net.ipv4.vs.expire_quiescent_template';

async function readIpvs(run, save) {
  const parts = {
    sysctl: await run(['sh', '-c', `sysctl --ignore ${SYSCTLS} 2>/dev/null; true`]),
    addresses: canonicalAddresses(await run(['sh', '-c', 'ip -o address show dev kube-ipvs0 2>/dev/null; true'])),
    ipset: canonicalSets(await run(['ipset', 'save'])),
    iptables: canonicalChains(await run(save), /^KUBE-IPVS-OUT-FILTER$/),
    ipvsadm: canonicalServers(await run(['ipvsadm-save', '-n'])),
  };
  return Object.entries(parts)
    .map(([part, text]) => `# ${part}\n${text}`)
    .join('\n');
}

/**
 * userspace mode: a proxy's local port is any that was free, so the service port that it is for stands in its place. Its
 * rules come in the order in which Services did.
 */
export function canonicalPortals(saved) {
  const named = saved.replaceAll(/^-A KUBE-.*$/gm, (rule) => {
    const name = /--comment "?([^" ]+)"?/.exec(rule)?.[1];
    const port = rule.includes('NON-LOCAL') ? /(?<=--dport )\d+/ : /(?<=--to-destination \S+:)\d+/;
    return rule.replace(port, `<${name}>`);
  });
  return canonicalChains(named, /^KUBE-/);
}

/**
 * By mode. `settings`: lines of KubeProxyConfiguration for a node of that address; `addressed`: the mode looks at the
 * addresses of the node's interfaces, or listens there; `emptyBetween`: no cluster begins before the one before is gone;
 * `adapt`: what a random Service must be without.
 */
export const MODES = {
  iptables: {
    settings: () => ['iptables: {minSyncPeriod: 0s, syncPeriod: 30s}'],
    gates: ['ServiceTrafficDistribution'],
    read: async (run, save) =>
      canonicalChains(await run(save), /^KUBE-(SERVICES|EXTERNAL-SERVICES|NODEPORTS|PROXY-FIREWALL)$/),
  },
  nftables: {
    settings: () => ['nftables: {minSyncPeriod: 0s, syncPeriod: 30s}'],
    gates: ['ServiceTrafficDistribution', 'NFTablesProxyMode'],
    addressed: true,
    read: async (run) => canonicalTable(await run(['sh', '-c', 'nft -j list table ip kube-proxy 2>/dev/null; true'])),
  },
  ipvs: {
    settings: () => ['ipvs: {minSyncPeriod: 0s, syncPeriod: 30s}'],
    gates: ['ServiceTrafficDistribution'],
    addressed: true,
    read: readIpvs,
  },
  // Gone since 1.26: the binary must be of 1.25 or older. The lab's proxies listen on the node's address.
  userspace: {
    settings: (address) => [`bindAddress: ${address}`, 'iptables: {minSyncPeriod: 0s, syncPeriod: 30s}'],
    gates: [],
    addressed: true,
    // It claims a node port before it lets go of those of deleted Services, and does not try again.
    emptyBetween: true,
    // ipMode came with 1.29: to it every address is one to serve.
    adapt: ({ status, ...service }) => ({
      ...service,
      status: JSON.parse(JSON.stringify(status ?? {}).replaceAll('"Proxy"', '"VIP"')),
    }),
    read: async (run, save) => canonicalPortals(await run(save)),
  },
};
