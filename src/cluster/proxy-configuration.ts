/**
 * kube-proxy's ConfigMap, which says in which mode it starts. The course edits it with `kubectl edit` and deletes the
 * kube-proxy pods afterwards, as a running kube-proxy does not look at it again.
 *
 * Source: kubeadm `phases/addons/proxy`; KubeProxyConfiguration v1alpha1 (`mode`, `ipvs.strictARP`, `ipvs.scheduler`).
 */
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { parse, parseDocument } from 'yaml';
import type { KubeObject, keyOf } from '../api/object.js';
import type { ProxyMode } from '../proxy/contract.js';
import { type Scheduler, schedulers } from '../proxy/ipvs/options.js';
import type { Registry } from '../registry/contract.js';
import { CommandFailure } from './failure.js';
import { proxyModes } from './proxy-options.js';

export interface ProxyConfiguration {
  mode: ProxyMode;
  /** Other modes than IPVS do not look at it. */
  strictARP: boolean;
  /** Likewise; absent: rr. */
  scheduler?: Scheduler;
}

const key = { group: '', kind: 'ConfigMap', namespace: 'kube-system', name: 'kube-proxy' };
const file = 'config.conf';
/** An empty mode is the best available one, and on Linux that is iptables. */
const usual: ProxyConfiguration = { mode: 'iptables', strictARP: false };

/** What a kube-proxy that starts now would do. @throws CommandFailure refused for a mode that there is not */
export function readProxyConfiguration(registry: Pick<Registry, 'get'>): ProxyConfiguration {
  const text = (registry.get(key) as ConfigMap | undefined)?.data?.[file];
  if (text === undefined) return usual;
  const { mode, ipvs } = (parse(text) ?? {}) as {
    mode?: string;
    ipvs?: { strictARP?: boolean; scheduler?: string };
  };
  const chosen = mode ? named('mode', proxyModes, mode) : usual.mode;
  if (chosen !== 'ipvs') return { mode: chosen, strictARP: false };
  const scheduler = ipvs?.scheduler ? named('ipvs.scheduler', schedulers, ipvs.scheduler) : undefined;
  return { mode: chosen, strictARP: ipvs?.strictARP === true, ...(scheduler && { scheduler }) };
}

/** @throws CommandFailure refused */
function named<Name extends string>(field: string, names: readonly Name[], text: string): Name {
  const name = names.find((one) => one === text);
  if (name) return name;
  throw new CommandFailure(
    'refused',
    `configmap/kube-proxy: ${file}: ${field}: Unsupported value: "${text}": supported values: ${names.map((one) => `"${one}"`).join(', ')}`,
  );
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
