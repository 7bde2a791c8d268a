/** A kubelet with real sandboxes and servers: commands, exec, attach, logs, volumes, in one throw-away lab. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/object.js';
import { createNamespace, inNamespace } from '../../src/kernel/netns.js';
import { mountScratch, unmountScratch } from '../../src/kernel/scratch.js';
import type { ExecStreams, StoredPod } from '../../src/kubelet/contract.js';
import { createKubelet } from '../../src/kubelet/kubelet.js';
import { startServerProcess } from '../../src/kubelet/servers/client.js';
import { createWorld } from '../../src/world/world.js';
import { courseConfig, openRegistry, pod } from '../registry/lab.js';

const { clock } = createWorld({ seed: 1 });
const registry = openRegistry();
const scratch = mkdtempSync(join(tmpdir(), 'scratch-'));
mountScratch(scratch);
const nodeNamespace = createNamespace('k8s-node1');
const kubelet = createKubelet({
  registry,
  clock,
  config: courseConfig,
  scratch,
  servers: await startServerProcess(),
  network: {
    async attach({ metadata: { name } }) {
      const namespace = createNamespace(name);
      return { namespace, namespacePath: `/proc/${process.pid}/fd/${namespace.fd}`, podIPs: ['10.111.156.70'] };
    },
    detach: async () => {},
  },
  node: (name) => (name === 'k8s-node1' ? { name, address: '192.168.56.101', namespace: nodeNamespace } : undefined),
  recordEvent: () => {},
  onError: (error) => console.error(error),
});
kubelet.start();

const stored = (name: string): StoredPod | undefined =>
  registry.get<StoredPod & KubeObject>({ group: '', kind: 'Pod', namespace: 'default', name });
const create = async (name: string, container: object, spec: object = {}): Promise<void> => {
  registry.create(
    pod(name, {
      nodeName: 'k8s-node1',
      restartPolicy: 'Never',
      containers: [{ name: 'c', image: 'busybox', ...container }],
      ...spec,
    }),
  );
  await kubelet.settled();
};

async function said({ stdin, stdout, stderr, ended }: ExecStreams, input?: string): Promise<object> {
  const text = { stdout: '', stderr: '' };
  stdout.on('data', (chunk) => {
    text.stdout += chunk;
  });
  stderr.on('data', (chunk) => {
    text.stderr += chunk;
  });
  if (input !== undefined) stdin.end(input);
  return { ...(await ended), ...text };
}

const logsOf = async (name: string, options = {}): Promise<string> => {
  let text = '';
  for await (const line of kubelet.logs({ namespace: 'default', pod: name }, options)) text += line;
  return text;
};

registry.create({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'page', namespace: 'default' },
  data: { 'index.html': 'hi' },
});
const seen: Record<string, unknown> = {};
const exec = (name: string, command: string[], more = {}, input?: string): Promise<object> =>
  kubelet.exec({ namespace: 'default', pod: name }, { command, ...more }).then((streams) => said(streams, input));

await create('job', { command: ['sh', '-c', 'echo out; echo err >&2; printf part; exit 3'] });
seen['followed'] = await logsOf('job', { follow: true });
await new Promise((resolve) => setTimeout(resolve, 100));
seen['job'] = stored('job')?.status?.containerStatuses?.[0]?.state?.terminated;
seen['jobLogs'] = await logsOf('job', { tail: 2 });

await create('web', { image: 'nginx' });
seen['hosts'] = await exec('web', ['cat', '/etc/hosts', '/etc/resolv.conf', '/etc/hostname']);
seen['env'] = await exec('web', ['sh', '-c', 'echo $HOSTNAME; hostname']);
seen['stdin'] = await exec('web', ['tar', '-xmf', '-', '-C', '/nowhere'], { stdin: true }, 'no tar');
seen['exit'] = await exec('web', ['sh', '-c', 'touch /var/ready; exit 4']);
seen['ready'] = await exec('web', ['ls', '/var/ready']);
seen['missing'] = await exec('web', ['no-such-program']);

const fetch = (name: string): string => {
  const namespace = kubelet.worker('default', name)?.attachment?.namespace;
  return namespace
    ? inNamespace(namespace, () => execFileSync('sh', ['-c', 'ip link set lo up; curl -s -m 2 127.0.0.1/']).toString())
    : '';
};
seen['welcome'] = fetch('web');
await exec('web', ['sh', '-c', 'echo page of web > /usr/share/nginx/html/index.html']);
seen['written'] = fetch('web');
await create(
  'served',
  { image: 'nginx', volumeMounts: [{ name: 'page', mountPath: '/usr/share/nginx/html' }] },
  { volumes: [{ name: 'page', configMap: { name: 'page' } }] },
);
seen['served'] = fetch('served');

const mounts = [
  { name: 'page', mountPath: '/usr/share/page' },
  { name: 'shared', mountPath: '/shared' },
];
const containers = ['a', 'b'].map((name) => ({
  name,
  image: 'busybox',
  command: ['sleep', '100'],
  volumeMounts: mounts,
}));
await create(
  'two',
  {},
  {
    containers,
    volumes: [
      { name: 'page', configMap: { name: 'page' } },
      { name: 'shared', emptyDir: {} },
    ],
  },
);
const inContainer = (container: string, script: string): Promise<object> =>
  kubelet
    .exec({ namespace: 'default', pod: 'two', container }, { command: ['sh', '-c', script] })
    .then((streams) => said(streams));
seen['write'] = await inContainer(
  'a',
  'cat /usr/share/page/index.html; echo shared > /shared/x; echo x > /usr/share/page/y',
);
seen['read'] = await inContainer('b', 'cat /shared/x');

await create('shell', { args: ['sh'], stdin: true, stdinOnce: true, tty: true });
const streams = await kubelet.attach({ namespace: 'default', pod: 'shell' }, { stdin: true, tty: true });
const screen = said(streams);
streams.resize(99, 33);
streams.stdin.write('stty size; exit 9\r');
seen['attached'] = await screen;
await new Promise((resolve) => setTimeout(resolve, 100));
seen['phase'] = stored('shell')?.status?.phase;

const { namespaces, env } = await kubelet.enter({ namespace: 'default', pod: 'web' });
const fd = (number: number | undefined): string => `/proc/${process.pid}/fd/${number}`;
const nsenter = [
  `--mount=${fd(namespaces.mount)}`,
  `--uts=${fd(namespaces.uts)}`,
  `--pid=${fd(namespaces.pid)}`,
  `--net=${fd(namespaces.network)}`,
];
const script = 'hostname; ls /var/ready; cat /proc/1/comm';
seen['entered'] = execFileSync('nsenter', [...nsenter, '--', 'sh', '-c', script], { env: { ...env } }).toString();

await create('deaf', { command: ['sleep', '1000'] }, { terminationGracePeriodSeconds: 1 });
const began = performance.now();
registry.delete({ group: '', kind: 'Pod', namespace: 'default', name: 'deaf' });
while (stored('deaf')) await new Promise((resolve) => setTimeout(resolve, 20));
seen['deafTook'] = performance.now() - began;
unmountScratch(scratch);
rmdirSync(scratch);
console.log(JSON.stringify(seen));
process.exit(0);
