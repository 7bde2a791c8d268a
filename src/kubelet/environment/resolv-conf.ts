/**
 * A pod's /etc/resolv.conf. Source: kubelet `network/dns/dns.go` GetPodDNS.
 */
import type { PodDNSConfig, PodSpec } from 'kubernetes-types/core/v1.js';
import type { ClusterConfig } from '../../model/cluster-config.js';

/** A resolver configuration as data. */
export interface Resolver {
  nameservers: readonly string[];
  searches: readonly string[];
  /** `ndots:5`, `rotate`. */
  options: readonly string[];
}

/** Limits of glibc that the kubelet enforces. Source: `pkg/apis/core/validation` MaxDNSNameservers, MaxDNSSearchPaths. */
const maxNameservers = 3;
const maxSearches = 32;

/** `node` is the node's own resolver, which dnsPolicy Default takes over. */
export function resolverOf(
  spec: PodSpec | undefined,
  namespace: string,
  config: Pick<ClusterConfig, 'clusterDomain' | 'dnsAddress'>,
  node: Resolver,
): Resolver {
  return withConfig(policyResolver(spec, namespace, config, node), spec?.dnsConfig);
}

function policyResolver(
  spec: PodSpec | undefined,
  namespace: string,
  { clusterDomain, dnsAddress }: Pick<ClusterConfig, 'clusterDomain' | 'dnsAddress'>,
  node: Resolver,
): Resolver {
  const policy = spec?.dnsPolicy ?? 'ClusterFirst';
  if (policy === 'None') return { nameservers: [], searches: [], options: [] };
  if (policy === 'Default' || (policy === 'ClusterFirst' && spec?.hostNetwork)) return node;
  const cluster = [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
  return { nameservers: [dnsAddress], searches: [...cluster, ...node.searches], options: ['ndots:5'] };
}

function withConfig({ nameservers, searches, options }: Resolver, config: PodDNSConfig | undefined): Resolver {
  const added = (config?.options ?? []).map(({ name = '', value }) => (value ? `${name}:${value}` : name));
  const byName = new Map([...options, ...added].map((option) => [option.split(':')[0], option]));
  return {
    nameservers: [...new Set([...nameservers, ...(config?.nameservers ?? [])])].slice(0, maxNameservers),
    searches: [...new Set([...searches, ...(config?.searches ?? [])])].slice(0, maxSearches),
    options: [...byName.values()],
  };
}

/** The file's text, in the order that the course notes show. */
export function resolvConf({ nameservers, searches, options }: Resolver): string {
  const lines = [
    ...nameservers.map((address) => `nameserver ${address}`),
    ...(searches.length > 0 ? [`search ${searches.join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
