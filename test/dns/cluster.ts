/** The Services and slices that the DNS tests ask about, and a way to ask that reads like `dig +short`. */
import { answer } from '../../src/dns/answer.js';
import type { DnsRecord, DnsSettings, Reply } from '../../src/dns/contract.js';
import { dnsChange } from '../../src/dns/facts.js';
import { DnsRecords } from '../../src/dns/records.js';

export const settings: DnsSettings = { zone: 'cluster.local', ttl: 30, localAddress: '10.244.0.2' };

interface Spec {
  [field: string]: unknown;
}

const metadata = (name: string, namespace: string, labels?: Record<string, string>) => ({ name, namespace, labels });

const service = (name: string, spec: Spec, namespace = 'default') => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(name, namespace),
  spec,
});

const slice = (name: string, owner: string, endpoints: Spec[], ports: Spec[], namespace = 'default') => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: metadata(name, namespace, { 'kubernetes.io/service-name': owner }),
  addressType: 'IPv4',
  endpoints,
  ports,
});

const http = { name: 'http', port: 80, protocol: 'TCP' };
const dns = [
  { name: 'dns', port: 53, protocol: 'UDP' },
  { name: 'dns-tcp', port: 53, protocol: 'TCP' },
];

export const objects = [
  ...['default', 'kube-system', 'empty'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  service('kube-dns', { clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], ports: dns }, 'kube-system'),
  slice('kube-dns-1', 'kube-dns', [{ addresses: ['10.244.0.2'] }], dns, 'kube-system'),
  service('web', { clusterIP: '10.96.1.1', ports: [http, { name: 'metrics', port: 9100, protocol: 'TCP' }] }),
  slice('web-1', 'web', [{ addresses: ['10.244.1.5'], conditions: { ready: true } }], [http]),
  service('lonely', { clusterIP: '10.96.1.2', ports: [{ port: 8080, protocol: 'TCP' }] }),
  service('six', { clusterIPs: ['10.96.1.3', 'FD00:0::3'], clusterIP: '10.96.1.3', ports: [http] }),
  service('peers', { clusterIP: 'None', ports: [http] }),
  slice(
    'peers-1',
    'peers',
    [
      { addresses: ['10.244.1.6'], conditions: { ready: true }, hostname: 'peer-0' },
      { addresses: ['10.244.2.6'], hostname: 'peer-1' },
      { addresses: ['10.244.3.6'], conditions: { ready: false }, hostname: 'peer-2' },
    ],
    [http],
  ),
  slice('peers-2', 'peers', [{ addresses: ['10.244.2.7'], conditions: { ready: true } }], [http]),
  service('asleep', { clusterIP: 'None', ports: [http] }),
  slice('asleep-1', 'asleep', [{ addresses: ['10.244.3.8'], conditions: { ready: false } }], [http]),
  service('portless', { clusterIP: 'None' }),
  slice('portless-1', 'portless', [{ addresses: ['10.244.3.9'] }], []),
  service('outside', { type: 'ExternalName', externalName: 'Example.com.' }),
  service('inside', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' }),
  service('astray', { type: 'ExternalName', externalName: 'nothing.default.svc.cluster.local' }),
  service('ring-a', { type: 'ExternalName', externalName: 'ring-b.default.svc.cluster.local' }),
  service('ring-b', { type: 'ExternalName', externalName: 'ring-a.default.svc.cluster.local' }),
  service('numeric', { type: 'ExternalName', externalName: '10.1.2.3' }),
];

const groupOf = (apiVersion: string) => (apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '');

export function changeOf(object: { apiVersion: string; kind: string; metadata: { name: string; namespace?: string } }) {
  const { name, namespace = '' } = object.metadata;
  const change = dnsChange({ group: groupOf(object.apiVersion), kind: object.kind, namespace, name }, object);
  if (!change) throw new Error(`the DNS does not watch ${object.kind}`);
  return change;
}

/** `serial` 1700000000. */
export function clusterView(): DnsRecords {
  const records = new DnsRecords();
  records.apply(objects.map(changeOf), 1_700_000_000);
  return records;
}

function dataText({ type, data }: DnsRecord): string {
  if (type === 'SRV') return `${data.priority} ${data.weight} ${data.port} ${data.target}`;
  if (type !== 'SOA') return data;
  return [data.mname, data.rname, data.serial, data.refresh, data.retry, data.expire, data.minimum].join(' ');
}

/** `name ttl type data`, one line a record, in the order of the reply. */
export function lines(records: readonly DnsRecord[]): string[] {
  return records.map((record) => `${record.name} ${record.ttl} ${record.type} ${dataText(record)}`);
}

const view = clusterView();

/** What the course's cluster answers to `name type`. */
export function ask(question: string): Reply {
  const [name = '', type = ''] = question.split(' ');
  return answer({ name, type }, view, settings);
}

export const soa = 'cluster.local 30 SOA ns.dns.cluster.local hostmaster.cluster.local 1700000000 7200 1800 86400 30';
