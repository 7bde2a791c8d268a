/**
 * Runs inside network and mount namespaces of its own (bench/rules.ts): a real kube-proxy v1.30 beside an API with as many
 * Services as asked for. Prints as JSON how long it says that its first sync and that of a change took, in milliseconds.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { syntheticSlice, syntheticTraffic } from '../src/cluster/mode-bench/synthetic-traffic.js';
import { startSmallApi } from './small-api.js';

export interface KubeProxyTimes {
  full: number;
  change: number;
}

const METRICS = 'http://127.0.0.1:10249/metrics';
const PATIENCE = 60;
const LOOKS_A_SECOND = 10;

/** The iptables that this bench compares with, by the names that a kube-proxy calls. */
function legacyTools(folder: string): string {
  const tools = ['iptables', 'iptables-restore', 'iptables-save', 'ip6tables', 'ip6tables-restore', 'ip6tables-save'];
  for (const tool of tools) {
    const legacy = tool.replace('tables', 'tables-legacy');
    symlinkSync(execFileSync('which', [legacy], { encoding: 'utf8' }).trim(), join(folder, tool));
  }
  return `${folder}:${process.env.PATH}`;
}

function configure(folder: string, url: string): string {
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = { name: 'bench', cluster: { server: url } };
  const context = { name: 'bench', context: { cluster: 'bench', user: 'bench' } };
  const users = [{ name: 'bench', user: {} }];
  const config = { apiVersion: 'v1', kind: 'Config', clusters: [cluster], contexts: [context], users };
  writeFileSync(kubeconfig, JSON.stringify({ ...config, 'current-context': 'bench' }));
  const file = join(folder, 'config');
  const json = 'application/json';
  const settings = {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clusterCIDR: '10.96.0.0/12',
    hostnameOverride: 'k8s-node1',
    clientConnection: { kubeconfig, contentType: json, acceptContentTypes: json },
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
  writeFileSync(file, JSON.stringify(settings));
  return file;
}

/** '' while nobody answers. */
function metrics(): Promise<string> {
  return new Promise((resolve) => {
    const request = get(METRICS, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(body));
    });
    request.on('error', () => resolve(''));
  });
}

/** What a kube-proxy says of itself: milliseconds of all its syncs, their number, and how many nat rules it has. */
interface Account {
  readonly sum: number;
  readonly count: number;
  readonly rules: number;
}

async function account(): Promise<Account> {
  const text = await metrics();
  const value = (name: string) =>
    Number(new RegExp(`^kubeproxy_sync_proxy_rules_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  return {
    sum: value('duration_seconds_sum') * 1000,
    count: value('duration_seconds_count'),
    rules: value('iptables_total\\{table="nat"\\}'),
  };
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (let turn = 0; turn < PATIENCE * LOOKS_A_SECOND; turn += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(1000 / LOOKS_A_SECOND);
  }
  throw new Error(`kube-proxy has not synced within ${PATIENCE} s`);
}

async function measure(binary: string, services: number, endpoints: number): Promise<KubeProxyTimes> {
  execFileSync('ip', ['link', 'set', 'lo', 'up']);
  const { services: objects, endpointSlices } = syntheticTraffic(services, endpoints);
  const address = { type: 'InternalIP', address: '192.168.56.101' };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'k8s-node1' }, status: { addresses: [address] } };
  const api = await startSmallApi({ nodes: [node], services: objects, endpointslices: endpointSlices });
  const folder = mkdtempSync(join(tmpdir(), 'kubewire-kube-proxy-'));
  const env = { ...process.env, PATH: legacyTools(folder), XTABLES_LOCKFILE: join(folder, 'lock') };
  const proxy = spawn(binary, ['--config', configure(folder, api.url)], { env, stdio: 'ignore' });
  try {
    // It may sync before it has heard of any Service.
    let before = await account();
    const first = await until(async () => {
      const now = await account();
      if (now.rules > services * endpoints && now.count > before.count) return now;
      if (now.rules < services) before = now;
      return undefined;
    });
    const full = first.sum - before.sum;
    api.change(syntheticSlice(services >> 1, endpoints - 1));
    const change = await until(async () => {
      const now = await account();
      return now.count > first.count ? now.sum - first.sum : undefined;
    });
    return { full, change };
  } finally {
    proxy.kill('SIGKILL');
    api.close();
    rmSync(folder, { recursive: true });
  }
}

const [binary = '', services = '0', endpoints = '0'] = process.argv.slice(2);
console.log(JSON.stringify(await measure(binary, Number(services), Number(endpoints))));
