/**
 * What the scenarios of Kubernetes' own end-to-end tests need: a lab with some pods, its API, and requests from pods.
 */
import type { ExecutionContext } from 'ava';
import type { Pod, Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { apiOf, callApi } from '../api.js';
import type { TestLab } from '../lab.js';
import { until } from '../until.js';

export const netexecImage = 'registry.k8s.io/e2e-test-images/agnhost:2.47';

/** A pod of agnhost's netexec, on 80 over TCP and UDP unless told otherwise. */
export function netexec(name: string, labels: Record<string, string>, spec: object = {}, ...args: string[]): object {
  const ports = args.some((arg) => arg.startsWith('--http-port')) ? args : ['--http-port=80', '--udp-port=80', ...args];
  const container = { name: 'agnhost', image: netexecImage, args: ['netexec', ...ports] };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { terminationGracePeriodSeconds: 0, containers: [container], ...spec },
  };
}

export class Cluster {
  constructor(
    readonly t: ExecutionContext,
    readonly lab: TestLab,
  ) {}

  readonly #path = (plural: string) =>
    plural === 'endpointslices'
      ? '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices'
      : `/api/v1/namespaces/default/${plural}`;

  get<T>(plural: string, name: string): Promise<T> {
    return apiOf<T>(this.t, this.lab, 'GET', `${this.#path(plural)}/${name}`);
  }

  create<T = Service>(plural: string, object: object): Promise<T> {
    return apiOf<T>(this.t, this.lab, 'POST', this.#path(plural), object);
  }

  service(name: string, spec: object): Promise<Service> {
    return this.create('services', { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec });
  }

  patch(plural: string, name: string, change: object): Promise<Service> {
    return apiOf(this.t, this.lab, 'PATCH', `${this.#path(plural)}/${name}`, change);
  }

  /** PUT, as a strategic merge patch takes ports of one number for one port. */
  replace(plural: string, object: Service): Promise<Service> {
    return apiOf(this.t, this.lab, 'PUT', `${this.#path(plural)}/${object.metadata?.name}`, object);
  }

  async delete(plural: string, name: string): Promise<void> {
    await apiOf(this.t, this.lab, 'DELETE', `${this.#path(plural)}/${name}`);
  }

  /** Creates pods and waits until each is ready. */
  async pods(...pods: object[]): Promise<void> {
    for (const pod of pods) await this.create('pods', pod);
    for (const pod of pods) await this.ready((pod as { metadata: { name: string } }).metadata.name);
  }

  async ready(name: string): Promise<Pod> {
    const isReady = ({ status }: Pod) =>
      status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
    const pod = await until(() => this.get<Pod>('pods', name), isReady);
    this.t.true(isReady(pod), `${name} is ready`);
    return pod;
  }

  async gone(plural: string, name: string): Promise<void> {
    const path = `${this.#path(plural)}/${name}`;
    const { code } = await until(
      () => callApi(this.lab, 'GET', path),
      (answer) => answer.code === 404,
    );
    this.t.is(code, 404, `${plural}/${name} is gone`);
  }

  async slices(service: string): Promise<EndpointSlice[]> {
    const query = `?labelSelector=kubernetes.io%2Fservice-name%3D${service}`;
    const path = `${this.#path('endpointslices')}${query}`;
    return (await apiOf<{ items: EndpointSlice[] }>(this.t, this.lab, 'GET', path)).items;
  }

  /** `pod:port` of every ready endpoint, sorted. */
  async endpoints(service: string): Promise<string[]> {
    const slices = await this.slices(service);
    return slices
      .flatMap(({ endpoints, ports }) =>
        endpoints
          .filter(({ conditions }) => conditions?.ready !== false)
          .flatMap(({ targetRef }) => (ports ?? []).map(({ port }) => `${targetRef?.name}:${port}`)),
      )
      .sort();
  }

  /** Waits until a Service has just these. */
  async expectEndpoints(service: string, ...wanted: string[]): Promise<void> {
    const text = wanted.join();
    const found = await until(
      () => this.endpoints(service),
      (now) => now.join() === text,
    );
    this.t.deepEqual(found, wanted, `endpoints of ${service}`);
  }

  /** Who answers: the different answers of `times` requests, sorted; `7` or `28` (curl's codes) for those without. */
  async answers(from: string, url: string, times = 6): Promise<string[]> {
    const once = `curl -s --max-time 1 ${url} || echo $?; echo`;
    const text = await this.lab.on(from, 'sh', '-c', `for i in $(seq ${times}); do ${once}; done`);
    return [...new Set(text.split('\n').filter((line) => line !== ''))].sort();
  }

  /** The same for datagrams; no answer is `none`. */
  async datagrams(from: string, address: string, port: number, message: string, times = 6): Promise<string[]> {
    const loop = `for i in $(seq ${times}); do (timeout 1 bash -c "exec 3<>/dev/udp/${address}/${port}; printf '%s' '${message}' >&3; dd bs=65536 count=1 <&3 2>/dev/null" || printf none); echo; done`;
    const text = await this.lab.on(from, 'bash', '-c', loop);
    return [...new Set(text.split('\n').filter((line) => line !== ''))].sort();
  }

  /** Asks until the answers are just these. */
  async expectAnswers(from: string, url: string, ...wanted: string[]): Promise<void> {
    const found = await until(
      () => this.answers(from, url),
      (now) => now.join() === wanted.join(),
    );
    this.t.deepEqual(found, wanted, `${from} asks ${url}`);
  }

  async podIP(name: string): Promise<string> {
    return (await this.ready(name)).status?.podIP ?? '';
  }
}

export interface Scenario {
  /** As upstream names it, without the tags in brackets. */
  name: string;
  run(cluster: Cluster, t: ExecutionContext): Promise<void>;
}
