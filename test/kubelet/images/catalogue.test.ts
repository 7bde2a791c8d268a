import test from 'ava';
import type { Container, Pod, Service } from 'kubernetes-types/core/v1.js';
import { behaviourOf, planContainer, planServers } from '../../../src/kubelet/images/catalogue.js';
import type { ContainerPlan } from '../../../src/kubelet/images/contract.js';
import { familiarToFull, repositoryOf } from '../../../src/kubelet/images/names.js';

const podOf = (container: Partial<Container>): Pod => ({
  metadata: { name: 'p', namespace: 'default', labels: { app: 'x' } },
  spec: { containers: [{ name: 'c', ...container }] },
});

const planOf = (container: Partial<Container>, env: Record<string, string> = {}): ContainerPlan =>
  planContainer({ name: 'c', ...container }, { pod: podOf(container), services: [], env });

/** `behaviour PROTOCOL/port` of each listener. */
const listeners = (container: Partial<Container>, services: Service[] = []): string[] =>
  planServers(podOf(container), services).map((plan) => `${plan.behaviour} ${plan.protocol}/${plan.port}`);

const serviceOf = (spec: Service['spec'], namespace = 'default'): Service => ({
  metadata: { name: 's', namespace },
  spec,
});

const listening: [image: string, args: string[], expected: string[]][] = [
  ['dbgurum/k8s-lab:v1.0', [], ['k8s-lab TCP/8080']],
  ['docker.io/dbgurum/mynode:1.0', [], ['k8s-lab TCP/8000']],
  ['traefik/whoami', [], ['whoami TCP/80']],
  ['traefik/whoami:v1.10@sha256:00', ['--port=8080'], ['whoami TCP/8080']],
  ['traefik/whoami', ['-port', '81'], ['whoami TCP/81']],
  ['traefik/whoami', ['--port=99999'], ['whoami TCP/80']],
  ['dbgurum/ingress:hi', ['-text=Hello'], ['http-echo TCP/5678']],
  ['hashicorp/http-echo', ['-text=a', '-listen=:80'], ['http-echo TCP/80']],
  ['luksa/kubia:v2', [], ['kubia TCP/8080']],
  ['nginx:1.25-alpine', [], ['nginx TCP/80']],
  ['docker.io/library/httpd', [], ['httpd TCP/80']],
  [
    'registry.k8s.io/e2e-test-images/agnhost:2.47',
    ['netexec', '--http-port=90', '--udp-port=91'],
    ['netexec TCP/90', 'netexec UDP/91'],
  ],
  ['registry.k8s.io/e2e-test-images/agnhost:2.47', ['serve-hostname'], ['serve-hostname TCP/9376']],
  ['registry.k8s.io/e2e-test-images/agnhost:2.47', [], []],
  ['busybox', [], []],
  ['nicolaka/netshoot', [], []],
];

for (const [image, args, expected] of listening) {
  test(`${image} ${args.join(' ')} listens on [${expected.join(', ')}]`, (t) => {
    t.deepEqual(listeners({ image, args }), expected);
  });
}

test('WHOAMI_PORT_NUMBER sets the port, a service variable named WHOAMI_PORT does not', (t) => {
  const plan = planOf({ image: 'traefik/whoami' }, { WHOAMI_PORT_NUMBER: '82', WHOAMI_PORT: 'tcp://10.96.0.9:80' });
  t.like(plan, { kind: 'servers', servers: [{ port: 82 }] });
});

test('http-echo without a text ends with 127, as the real one', (t) => {
  t.deepEqual(planOf({ image: 'hashicorp/http-echo' }), {
    kind: 'exit',
    exitCode: 127,
    output: 'Missing -text option!\n',
  });
});

test('an unknown image listens on its declared ports and owns up to the emulation', (t) => {
  const container = {
    image: 'happynut/sample-node-app:0.0.1',
    ports: [{ containerPort: 3000 }, { containerPort: 53, protocol: 'UDP' }],
  };
  t.deepEqual(listeners(container), ['emulated UDP/53', 'emulated TCP/3000']);
  t.like(planOf(container), {
    notice: 'Image "happynut/sample-node-app:0.0.1" is emulated: it answers on 53/UDP, 3000/TCP',
  });
  t.true(behaviourOf('happynut/sample-node-app').emulated);
  t.false(behaviourOf('nginx').emulated);
});

test('without declared ports it listens on the targetPorts of the Services that select it', (t) => {
  const services = [
    serviceOf({
      selector: { app: 'x' },
      ports: [{ port: 80, targetPort: 8000 }, { port: 81 }, { port: 82, targetPort: 'named' }],
    }),
    serviceOf({ selector: { app: 'y' }, ports: [{ port: 1 }] }),
    serviceOf({ ports: [{ port: 2 }] }),
    serviceOf({ selector: { app: 'x' }, ports: [{ port: 3 }] }, 'other'),
  ];
  t.deepEqual(listeners({ image: 'some/app' }, services), ['emulated TCP/81', 'emulated TCP/8000']);
  t.deepEqual(listeners({ image: 'some/app' }, []), []);
});

const processes: [name: string, container: Partial<Container>, expected: ContainerPlan][] = [
  [
    'a command replaces the server',
    { image: 'nginx', command: ['sleep'], args: ['9'] },
    { kind: 'command', argv: ['sleep', '9'] },
  ],
  ['args of a shell image are the command', { image: 'busybox', args: ['bash'] }, { kind: 'command', argv: ['bash'] }],
  ['a shell with stdin waits', { image: 'nicolaka/netshoot', stdin: true }, { kind: 'command', argv: ['bash'] }],
  ['a shell without stdin ends at once', { image: 'ubuntu' }, { kind: 'exit', exitCode: 0, output: '' }],
  [
    'options of curlimages/curl go to curl',
    { image: 'curlimages/curl', args: ['-s', 'x'] },
    { kind: 'command', argv: ['curl', '-s', 'x'] },
  ],
  ['another word there is a program', { image: 'curlimages/curl', args: ['sh'] }, { kind: 'command', argv: ['sh'] }],
  ['pause waits', { image: 'registry.k8s.io/pause:3.9' }, { kind: 'pause' }],
];

for (const [name, container, expected] of processes) {
  test(name, (t) => t.deepEqual(planOf(container), expected));
}

test('image references are split as distribution does', (t) => {
  t.is(repositoryOf('docker.io/library/nginx:1.25@sha256:ab'), 'nginx');
  t.is(repositoryOf('localhost:5000/a/b'), 'localhost:5000/a/b');
  t.is(familiarToFull('nginx'), 'docker.io/library/nginx:latest');
  t.is(familiarToFull('traefik/whoami:v1'), 'docker.io/traefik/whoami:v1');
  t.is(familiarToFull('registry.k8s.io/pause:3.9'), 'registry.k8s.io/pause:3.9');
});
