/**
 * The image catalogue: which built-in behaviour an image name stands for, and the listeners of a whole pod.
 */
import type { Container } from 'kubernetes-types/core/v1.js';
import type { ContainerPlan, ImageBehaviour, PlanContext, PodView, ServerPlan, ServiceView } from './contract.js';
import { planEmulated } from './emulated.js';
import { repositoryOf } from './names.js';
import { onPort, planAgnhost, planCoreDns, planHttpEcho, planWhoami } from './servers.js';
import { planPause, shell, tool } from './shells.js';

type Planner = (container: Container, context: PlanContext) => ContainerPlan;

/** Repository patterns (`*` at the end matches any rest) with what they do; the first match counts. */
const catalogue: readonly [pattern: string, plan: Planner][] = [
  ['dbgurum/k8s-lab*', onPort(8080, 'k8s-lab')],
  ['dbgurum/mynode*', onPort(8000, 'k8s-lab')],
  ['traefik/whoami', planWhoami],
  ['containous/whoami', planWhoami],
  ['dbgurum/ingress*', planHttpEcho],
  ['hashicorp/http-echo', planHttpEcho],
  ['luksa/kubia*', onPort(8080, 'kubia')],
  ['nginxinc/nginx-unprivileged', onPort(8080, 'nginx', '/usr/share/nginx/html')],
  ['nginx', onPort(80, 'nginx', '/usr/share/nginx/html')],
  ['httpd', onPort(80, 'httpd', '/usr/local/apache2/htdocs')],
  ['gcr.io/google-samples/hello-app', onPort(8080, 'hello-app')],
  ['registry.k8s.io/e2e-test-images/agnhost*', planAgnhost],
  ['k8s.gcr.io/e2e-test-images/agnhost*', planAgnhost],
  ['registry.k8s.io/coredns/coredns', planCoreDns],
  ['k8s.gcr.io/coredns/coredns', planCoreDns],
  ['coredns/coredns', planCoreDns],
  ['nicolaka/netshoot', shell('bash')],
  ['busybox', shell('sh')],
  ['alpine', shell('/bin/sh')],
  ['ubuntu', shell('/bin/bash')],
  ['debian', shell('bash')],
  ['radial/busyboxplus', shell('/bin/sh')],
  ['curlimages/curl', tool('curl')],
  ['registry.k8s.io/pause', planPause],
  ['k8s.gcr.io/pause', planPause],
  ['gcr.io/google_containers/pause*', planPause],
  ['pause', planPause],
  // Its work is done by a controller of the control plane, while one of its pods is ready.
  ['quay.io/metallb/controller', planPause],
  ['quay.io/metallb/speaker', () => ({ kind: 'agent', agent: 'metallb-speaker' })],
];

/** Node agents whose work the lab does itself, whatever command they are given: calico's pods only hold the place. */
const nodeAgents: ReadonlyMap<string, ContainerPlan> = new Map([
  ['registry.k8s.io/kube-proxy', { kind: 'agent', agent: 'kube-proxy' }],
  ['calico/node', { kind: 'pause' }],
]);

/** What an image does. Images without an entry are emulated by their ports. */
export function behaviourOf(image: string): ImageBehaviour {
  const repository = repositoryOf(image);
  const entry = catalogue.find(([pattern]) => matches(pattern, repository));
  return { plan: entry?.[1] ?? planEmulated, emulated: entry === undefined };
}

function matches(pattern: string, repository: string): boolean {
  return pattern.endsWith('*') ? repository.startsWith(pattern.slice(0, -1)) : pattern === repository;
}

/** What starting one container means: its `command` when it has one, else what its image does. */
export function planContainer(container: Container, context: PlanContext): ContainerPlan {
  const { command = [], args = [] } = container;
  const nodeAgent = nodeAgents.get(repositoryOf(container.image ?? ''));
  if (nodeAgent) return nodeAgent;
  if (command.length > 0) return { kind: 'command', argv: [...command, ...args] };
  return behaviourOf(container.image ?? '').plan(container, context);
}

/** All listeners of a pod's containers, in the order of the spec. `env` gives a container's expanded environment. */
export function planServers(pod: PodView, services: readonly ServiceView[], env = literalEnvironment): ServerPlan[] {
  return (pod.spec?.containers ?? []).flatMap((container) => {
    const plan = planContainer(container, { pod, services, env: env(container) });
    return plan.kind === 'servers' ? plan.servers : [];
  });
}

/** The variables whose values stand in the manifest itself. */
function literalEnvironment(container: Container): Record<string, string> {
  return Object.fromEntries((container.env ?? []).map(({ name, value = '' }) => [name, value]));
}
