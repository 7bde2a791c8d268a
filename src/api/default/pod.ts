/**
 * What the API server fills into pods and pod templates, admission included.
 *
 * Source: `pkg/apis/core/v1/defaults.go` (`SetDefaults_PodSpec`, `SetDefaults_Pod`), and the admission plug-ins that are
 * on by default: ServiceAccount, Priority, DefaultTolerationSeconds.
 * Differs: no `kube-api-access-…` volume is mounted into pods; nothing in the lab reads the token.
 */
import type { Container, Pod, PodSpec, PodTemplateSpec, Toleration } from 'kubernetes-types/core/v1.js';
import { defaultContainer, defaultVolume } from './container.js';

/** What templates and pods share. Changes the draft that it is given. */
export function defaultTemplate(template: PodTemplateSpec): void {
  template.spec ??= { containers: [] };
  defaultPodSpec(template.spec);
}

function defaultPodSpec(spec: PodSpec): void {
  spec.restartPolicy ||= 'Always';
  spec.dnsPolicy ||= 'ClusterFirst';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.schedulerName ||= 'default-scheduler';
  spec.securityContext ??= {};
  spec.volumes?.forEach(defaultVolume);
  containersOf(spec).forEach(defaultContainer);
  if (spec.serviceAccountName) spec.serviceAccount ??= spec.serviceAccountName;
}

function containersOf({ containers = [], initContainers = [] }: PodSpec): Container[] {
  return [...initContainers, ...containers];
}

/** Changes the draft that it is given. */
export function defaultPod(pod: Pod): void {
  pod.spec ??= { containers: [] };
  const { spec } = pod;
  spec.enableServiceLinks ??= true;
  for (const container of containersOf(spec)) defaultRequests(container);
  if (spec.hostNetwork === true) defaultHostPorts(spec);
  defaultPodSpec(spec);
  admit(spec);
}

/** A limit without a request is also the request. */
function defaultRequests({ resources }: Container): void {
  if (resources?.limits !== undefined) resources.requests = { ...resources.limits, ...resources.requests };
}

function defaultHostPorts(spec: PodSpec): void {
  for (const port of containersOf(spec).flatMap(({ ports = [] }) => ports)) port.hostPort ||= port.containerPort;
}

function admit(spec: PodSpec): void {
  spec.serviceAccountName ||= 'default';
  spec.serviceAccount ??= spec.serviceAccountName;
  spec.priority ??= 0;
  spec.preemptionPolicy ??= 'PreemptLowerPriority';
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    if (!spec.tolerations?.some((toleration) => toleratesNoExecute(toleration, key))) {
      spec.tolerations = [...(spec.tolerations ?? []), unavailableNodeToleration(key)];
    }
  }
}

function toleratesNoExecute({ key, effect }: Toleration, taint: string): boolean {
  return (!key || key === taint) && (!effect || effect === 'NoExecute');
}

/** Five minutes: kube-apiserver's `--default-not-ready-toleration-seconds` and `-unreachable-`. */
function unavailableNodeToleration(key: string): Toleration {
  return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };
}
