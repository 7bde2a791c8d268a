/** Two pods on the same port in two namespaces, their logs, a stop, and a server process that is killed. */
import { execFileSync } from 'node:child_process';
import { createNamespace, inNamespace, type NetworkNamespace } from '../../src/kernel/netns.js';
import { planServers } from '../../src/kubelet/images/catalogue.js';
import { startServerProcess } from '../../src/kubelet/servers/client.js';

const started = performance.now();
const servers = await startServerProcess();
const readyAfter = performance.now() - started;

function makePod(name: string, address: string): { namespace: NetworkNamespace; path: string } {
  const namespace = createNamespace(name);
  inNamespace(namespace, () =>
    execFileSync('sh', [
      '-c',
      `ip link set lo up; ip link add eth0 type veth peer name x0; ip addr add ${address}/32 dev eth0; ip link set eth0 up; ip link set x0 up`,
    ]),
  );
  return { namespace, path: `/proc/${process.pid}/fd/${namespace.fd}` };
}

const curl = (pod: { namespace: NetworkNamespace }, ...args: string[]): string =>
  inNamespace(pod.namespace, () => {
    try {
      return execFileSync('curl', ['-s', '--max-time', '5', ...args]).toString();
    } catch (error) {
      return `curl exit ${(error as { status: number }).status}`;
    }
  });

const pods = ['web1', 'web2'].map((name, index) => ({ name, ...makePod(name, `10.1.0.${index + 1}`) }));
const place = (name: string) => ({ uid: `uid-${name}`, namespace: 'default', name, hostname: name, node: 'node1' });
const spec = (name: string, image: string, args: string[] = []) => ({
  metadata: { name, namespace: 'default' },
  spec: {
    containers: [{ name: 'c', image, args, ports: [{ containerPort: 9 }, { containerPort: 9, protocol: 'UDP' }] }],
  },
});
const start = (pod: (typeof pods)[number], image: string, args?: string[]) =>
  servers.start(place(pod.name), pod.path, planServers(spec(pod.name, image, args), []));

const [first, second] = pods as [(typeof pods)[number], (typeof pods)[number]];
await Promise.all([start(first, 'traefik/whoami'), start(second, 'traefik/whoami')]);
await start(first, 'dbgurum/k8s-lab:v1.0');
await start(second, 'other/image');
const taken = await start(first, 'nginx');
const whoami = curl(first, 'http://10.1.0.1/?a=b', '-H', 'X-Zed: 1', '-H', 'accept-language: en', '-A', 'test/1');
const secondWhoami = curl(second, 'http://10.1.0.2/');
const hostname = curl(first, 'http://127.0.0.1:8080/hostname');
const emulated = curl(second, 'http://10.1.0.2:9/x');
const udp = inNamespace(second.namespace, () =>
  execFileSync('bash', ['-c', 'exec 3<>/dev/udp/127.0.0.1/9; echo hi >&3; timeout 2 head -n1 <&3']).toString(),
);
const headers = curl(first, '-i', 'http://10.1.0.1:8080/hostname');
const twoOnOneConnection = curl(
  first,
  '-w',
  '%{num_connects},',
  '-o',
  '/dev/null',
  '-o',
  '/dev/null',
  'http://10.1.0.1/',
  'http://10.1.0.1/',
);
const log = (await servers.logs('uid-web1', 'c')).map((line) => line.text);
const followed: string[] = [];
servers.follow(
  'uid-web1',
  'c',
  (line) => followed.push(line.text),
  () => followed.push('ended'),
);
process.kill(servers.pid, 'SIGKILL');
// A busy machine takes its time to start the replacement.
let afterKill = '';
for (let tries = 0; tries < 100 && !afterKill.startsWith('Hostname'); tries += 1) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  afterKill = curl(first, 'http://10.1.0.1:8080/hostname');
}
await servers.stop('uid-web1', { graceMilliseconds: 1000 });
const afterStop = curl(first, 'http://10.1.0.1:8080/hostname');
const otherAfterStop = curl(second, 'http://10.1.0.2/api');
await servers.close();
console.log(
  JSON.stringify({
    readyAfter,
    taken,
    whoami,
    secondWhoami,
    hostname,
    emulated,
    udp,
    headers,
    twoOnOneConnection,
    log,
    followed,
    afterKill,
    afterStop,
    otherAfterStop,
  }),
);
process.exit(0);
