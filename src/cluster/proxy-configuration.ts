/**
 * kube-proxy's ConfigMap, which says in which mode it starts. The course edits it with `kubectl edit` and deletes the
 * kube-proxy pods afterwards, as a running kube-proxy does not look at it again.
 *
 * Source: kubeadm `phases/addons/proxy`; KubeProxyConfiguration v1alpha1 (`mode`, `ipvs`, and
 * `syncPeriod`, `minSyncPeriod` of each mode), its defaults and pkg/proxy/apis/config/validation.
 * Differs: changes are written at once, not `minSyncPeriod` after the one before.
 */
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { parse, parseDocument } from 'yaml';
import type { KubeObject } from '../api/object.js';
import type { ProxyMode } from '../proxy/contract.js';
import type { Registry } from '../registry/contract.js';
import { duration, configurationFile as file, invalid, named } from './configuration-checks.js';
import { type IpvsConfiguration, type IpvsFields, readIpvsConfiguration } from './ipvs-configuration.js';
import { proxyModes } from './proxy-options.js';

export interface ProxyConfiguration {
  mode: ProxyMode;
  /** Other modes than IPVS do not look at it. */
  ipvs?: IpvsConfiguration;
}

const key = { group: '', kind: 'ConfigMap', namespace: 'kube-system', name: 'kube-proxy' };
/** An empty mode is the best available one, and on Linux that is iptables. */
const usual: ProxyConfiguration = { mode: 'iptables' };

interface SyncPeriods {
  syncPeriod?: string;
  minSyncPeriod?: string;
}

interface ConfigurationFile {
  mode?: string;
  iptables?: SyncPeriods;
  nftables?: SyncPeriods;
  ipvs?: SyncPeriods & IpvsFields;
}

function readFile(registry: Pick<Registry, 'get'>): ConfigurationFile {
  const text = (registry.get(key) as ConfigMap | undefined)?.data?.[file];
  return text === undefined ? {} : ((parse(text) ?? {}) as ConfigurationFile);
}

/** What a kube-proxy that starts now would do. @throws CommandFailure refused for a mode that there is not */
export function readProxyConfiguration(registry: Pick<Registry, 'get'>): ProxyConfiguration {
  const { mode, ipvs } = readFile(registry);
  const chosen = mode ? named('mode', proxyModes, mode) : usual.mode;
  return chosen === 'ipvs' ? { mode: chosen, ipvs: readIpvsConfiguration(ipvs ?? {}) } : { mode: chosen };
}

/** Milliseconds. Source: kubernetes v1.30.5 pkg/proxy/apis/config/v1alpha1/defaults.go. */
const usualSyncPeriod = 30_000;
const usualMinSyncPeriod = { iptables: 1000, nftables: 1000, ipvs: 0 };

/**
 * How often a kube-proxy of that mode that starts now looks after its rules, in milliseconds; userspace mode goes by the
 * periods of iptables.
 * @throws CommandFailure refused
 */
export function readSyncPeriod(registry: Pick<Registry, 'get'>, mode: ProxyMode): number {
  const section = mode === 'userspace' ? 'iptables' : mode;
  const given = readFile(registry)[section];
  const field = (name: keyof SyncPeriods) => `${section}.${name}`;
  const period = duration(field('syncPeriod'), given?.syncPeriod) || usualSyncPeriod;
  const least = duration(field('minSyncPeriod'), given?.minSyncPeriod) || usualMinSyncPeriod[section];
  if (period < 0) throw invalid(field('syncPeriod'), given?.syncPeriod, 'must be greater than 0');
  if (least < 0) throw invalid(field('minSyncPeriod'), given?.minSyncPeriod, 'must be greater than or equal to 0');
  if (period < least)
    throw invalid(field('syncPeriod'), given?.syncPeriod, `must be greater than or equal to ${field('minSyncPeriod')}`);
  return period;
}

/** Writes the mode into the ConfigMap; all else in it stays as it is. Nothing happens when it says so already. */
export function writeProxyMode(registry: Pick<Registry, 'get' | 'update'>, mode: ProxyMode): void {
  const stored = registry.get(key) as (KubeObject & ConfigMap) | undefined;
  if (!stored || readProxyConfiguration(registry).mode === mode) return;
  const document = parseDocument(stored.data?.[file] ?? '');
  document.set('mode', mode);
  registry.update({ ...stored, data: { ...stored.data, [file]: document.toString({ lineWidth: 0 }) } } as KubeObject);
}
