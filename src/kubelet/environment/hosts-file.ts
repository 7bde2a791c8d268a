/**
 * A pod's /etc/hosts. Source: kubelet `kubelet_pods.go` managedHostsFileContent, nodeHostsFileContent.
 */
import type { PodSpec } from 'kubernetes-types/core/v1.js';

export interface HostsFacts {
  spec: PodSpec | undefined;
  namespace: string;
  hostname: string;
  podIPs: readonly string[];
  clusterDomain: string;
  /** The node's own /etc/hosts, which pods with hostNetwork get. */
  nodeHosts: string;
}

const loopback = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::0\tip6-localnet',
  'fe00::0\tip6-mcastprefix',
  'fe00::1\tip6-allnodes',
  'fe00::2\tip6-allrouters',
];

export function hostsFile({ spec, namespace, hostname, podIPs, clusterDomain, nodeHosts }: HostsFacts): string {
  const aliases = aliasLines(spec);
  if (spec?.hostNetwork) return `# Kubernetes-managed hosts file (host network).\n${nodeHosts}${aliases}`;
  const domain = spec?.subdomain ? `${hostname}.${spec.subdomain}.${namespace}.svc.${clusterDomain}\t` : '';
  const own = podIPs.map((address) => `${address}\t${domain}${hostname}`);
  return `${['# Kubernetes-managed hosts file.', ...loopback, ...own].join('\n')}\n${aliases}`;
}

function aliasLines(spec: PodSpec | undefined): string {
  const aliases = spec?.hostAliases ?? [];
  if (aliases.length === 0) return '';
  const lines = aliases.map(({ ip, hostnames = [] }) => `${ip}\t${hostnames.join('\t')}`);
  return `\n# Entries added by HostAliases.\n${lines.join('\n')}\n`;
}
