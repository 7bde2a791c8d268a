import test from 'ava';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { hostsFile } from '../../../src/kubelet/environment/hosts-file.js';
import { resolvConf, resolverOf } from '../../../src/kubelet/environment/resolv-conf.js';
import { planVolume } from '../../../src/kubelet/environment/volumes.js';

const config = { clusterDomain: 'cluster.local', dnsAddress: '10.96.0.10' };
const node = { nameservers: ['192.168.56.254'], searches: ['lan'], options: ['rotate'] };
const none = { ...node, searches: [] };
const textOf = (spec: Partial<PodSpec>, own = node): string =>
  resolvConf(resolverOf({ containers: [], ...spec }, 'default', config, own));

test('resolv.conf is what the course notes print', (t) => {
  t.is(
    textOf({}, none),
    'nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n',
  );
});

const policies: [name: string, spec: Partial<PodSpec>, expected: string][] = [
  [
    'ClusterFirst appends the node’s search path',
    {},
    'nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local cluster.local lan\noptions ndots:5\n',
  ],
  ['Default is the node’s', { dnsPolicy: 'Default' }, 'nameserver 192.168.56.254\nsearch lan\noptions rotate\n'],
  [
    'ClusterFirst on the host network is the node’s',
    { hostNetwork: true },
    'nameserver 192.168.56.254\nsearch lan\noptions rotate\n',
  ],
  [
    'ClusterFirstWithHostNet is the cluster’s',
    { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
    'nameserver 10.96.0.10\nsearch default.svc.cluster.local svc.cluster.local cluster.local lan\noptions ndots:5\n',
  ],
  [
    'None is only dnsConfig',
    {
      dnsPolicy: 'None',
      dnsConfig: {
        nameservers: ['1.2.3.4'],
        searches: ['a.b'],
        options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
      },
    },
    'nameserver 1.2.3.4\nsearch a.b\noptions ndots:2 edns0\n',
  ],
  [
    'dnsConfig is merged, its options win',
    {
      dnsConfig: {
        nameservers: ['1.2.3.4'],
        searches: ['svc.cluster.local', 'more'],
        options: [{ name: 'ndots', value: '1' }],
      },
    },
    'nameserver 10.96.0.10\nnameserver 1.2.3.4\nsearch default.svc.cluster.local svc.cluster.local cluster.local lan more\noptions ndots:1\n',
  ],
];
for (const [name, spec, expected] of policies) test(name, (t) => t.is(textOf(spec), expected));

const facts = {
  namespace: 'default',
  hostname: 'web',
  podIPs: ['10.1.0.1'],
  clusterDomain: 'cluster.local',
  nodeHosts: '127.0.0.1 node\n',
};

test('the hosts file is the kubelet’s', (t) => {
  const text = hostsFile({
    ...facts,
    spec: { containers: [], hostAliases: [{ ip: '1.2.3.4', hostnames: ['a', 'b'] }] },
  });
  t.true(text.startsWith('# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n'));
  t.true(text.endsWith('fe00::2\tip6-allrouters\n10.1.0.1\tweb\n\n# Entries added by HostAliases.\n1.2.3.4\ta\tb\n'));
});

test('a subdomain gives the full name, the host network the node’s file', (t) => {
  t.regex(
    hostsFile({ ...facts, spec: { containers: [], subdomain: 'sub' } }),
    /10\.1\.0\.1\tweb\.sub\.default\.svc\.cluster\.local\tweb\n$/,
  );
  t.is(
    hostsFile({ ...facts, spec: { containers: [], hostNetwork: true } }),
    '# Kubernetes-managed hosts file (host network).\n127.0.0.1 node\n',
  );
});

test('volumes hold the keys of their objects', (t) => {
  const sources = {
    pod: { metadata: { name: 'web', labels: { a: 'b' } }, podIPs: [], hostIP: '' },
    serviceVariables: () => ({}),
    configMap: (name: string) => (name === 'cm' ? { data: { x: '1', y: '2' } } : undefined),
    secret: () => ({ data: { k: Buffer.from('v').toString('base64') } }),
    serviceAccountFiles: { token: 'tok' },
  };
  t.deepEqual(planVolume({ name: 'v', emptyDir: {} }, sources), { kind: 'empty' });
  t.deepEqual(planVolume({ name: 'v', configMap: { name: 'cm' } }, sources), {
    kind: 'files',
    files: { x: '1', y: '2' },
  });
  t.deepEqual(planVolume({ name: 'v', configMap: { name: 'cm', items: [{ key: 'x', path: 'sub/z' }] } }, sources), {
    kind: 'files',
    files: { 'sub/z': '1' },
  });
  t.deepEqual(planVolume({ name: 'v', secret: { secretName: 's' } }, sources), {
    kind: 'files',
    files: { k: Buffer.from('v') },
  });
  t.deepEqual(planVolume({ name: 'v', hostPath: { path: '/data' } }, sources), { kind: 'host', path: '/data' });
  const downward = { downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } };
  t.deepEqual(
    planVolume({ name: 'v', projected: { sources: [downward, { serviceAccountToken: { path: 'token' } }] } }, sources),
    {
      kind: 'files',
      files: { labels: 'a="b"', token: 'tok' },
    },
  );
  t.throws(() => planVolume({ name: 'v', configMap: { name: 'none' } }, sources), {
    message: 'configmap "none" not found',
  });
  t.throws(() => planVolume({ name: 'v', configMap: { name: 'cm', items: [{ key: 'q', path: 'q' }] } }, sources), {
    message: 'references non-existent config key: q',
  });
});
