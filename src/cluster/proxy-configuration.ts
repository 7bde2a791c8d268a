/**
 * kube-proxy's ConfigMap, which says in which mode it starts. The course edits it with `kubectl edit` and deletes the
 * kube-proxy pods afterwards, as a running kube-proxy does not look at it again.
 *
 * Source: kubeadm `phases/addons/proxy`; KubeProxyConfiguration v1alpha1 (`mode`, `ipvs`).
 */
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { parse, parseDocument } from 'yaml';
import type { KubeObject, keyOf } from '../api/object.js';
import type { ProxyMode } from '../proxy/contract.js';
import type { Registry } from '../registry/contract.js';
import { CommandFailure } from './failure.js';
import { type IpvsConfiguration, type IpvsFields, type Refuse, readIpvsConfiguration } from './ipvs-configuration.js';
import { proxyModes } from './proxy-options.js';

export interface ProxyConfiguration {
  mode: ProxyMode;
  /** Other modes than IPVS do not look at it. */
  ipvs?: IpvsConfiguration;
}

const key = { group: '', kind: 'ConfigMap', namespace: 'kube-system', name: 'kube-proxy' };
const file = 'config.conf';
/** An empty mode is the best available one, and on Linux that is iptables. */
const usual: ProxyConfiguration = { mode: 'iptables' };

/** What a kube-proxy that starts now would do. @throws CommandFailure refused for a mode that there is not */
export function readProxyConfiguration(registry: Pick<Registry, 'get'>): ProxyConfiguration {
  const text = (registry.get(key) as ConfigMap | undefined)?.data?.[file];
  if (text === undefined) return usual;
  const { mode, ipvs } = (parse(text) ?? {}) as { mode?: string; ipvs?: IpvsFields | null };
  const chosen = mode ? known(mode) : usual.mode;
  return chosen === 'ipvs' ? { mode: chosen, ipvs: readIpvsConfiguration(ipvs ?? {}, refuse) } : { mode: chosen };
}

const refuse: Refuse = (field, why) => {
  throw new CommandFailure('refused', `configmap/kube-proxy: ${file}: ${field}: ${why}`);
};

function known(mode: string): ProxyMode {
  const names = proxyModes.map((one) => `"${one}"`).join(', ');
  const found = proxyModes.find((one) => one === mode);
  return found ?? refuse('mode', `Unsupported value: "${mode}": supported values: ${names}`);
}

/** Writes the mode into the ConfigMap; all else in it stays as it is. Nothing happens when it says so already. */
export function writeProxyMode(registry: Pick<Registry, 'get' | 'update'>, mode: ProxyMode): void {
  const stored = registry.get(key) as (KubeObject & ConfigMap) | undefined;
  if (!stored || readProxyConfiguration(registry).mode === mode) return;
  const document = parseDocument(stored.data?.[file] ?? '');
  document.set('mode', mode);
  registry.update({ ...stored, data: { ...stored.data, [file]: document.toString({ lineWidth: 0 }) } } as KubeObject);
}

/** Whether a key is that of the ConfigMap. */
export const isProxyConfiguration = (one: ReturnType<typeof keyOf>): boolean =>
  one.kind === key.kind && one.namespace === key.namespace && one.name === key.name;
