/**
 * The kubelet's events, in its words. Source: kubelet `events/event.go`, `kuberuntime_container.go`, `images/image_manager.go`.
 */
export interface PodEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

const normal = (reason: string, message: string): PodEvent => ({ type: 'Normal', reason, message });
const warning = (reason: string, message: string): PodEvent => ({ type: 'Warning', reason, message });

export const podEvents = {
  pulled: (image: string) => normal('Pulled', `Container image "${image}" already present on machine`),
  /** Differs: an event with reason Emulated owns up to an image that the lab does not know. */
  emulated: (notice: string) => normal('Emulated', notice),
  created: (container: string) => normal('Created', `Created container ${container}`),
  started: (container: string) => normal('Started', `Started container ${container}`),
  killing: (container: string) => normal('Killing', `Stopping container ${container}`),
  killingUnhealthy: (container: string, probe: 'liveness' | 'startup') =>
    normal('Killing', `Container ${container} failed ${probe} probe, will be restarted`),
  killingChanged: (container: string) =>
    normal('Killing', `Container ${container} definition changed, will be restarted`),
  backOff: (container: string, pod: string) =>
    warning('BackOff', `Back-off restarting failed container ${container} in pod ${pod}`),
  unhealthy: (probe: 'Readiness' | 'Liveness' | 'Startup', output: string) =>
    warning('Unhealthy', `${probe} probe failed: ${output}`),
  failedPreStop: (message: string) => warning('FailedPreStopHook', message),
  failedPostStart: (message: string) => warning('FailedPostStartHook', message),
  failed: (message: string) => warning('Failed', `Error: ${message}`),
  failedSandbox: (message: string) => warning('FailedCreatePodSandBox', `Failed to create pod sandbox: ${message}`),
  failedMount: (volume: string, message: string) =>
    warning('FailedMount', `MountVolume.SetUp failed for volume "${volume}" : ${message}`),
};

/** `name_namespace(uid)`, as the kubelet names a pod in its messages. Source: `format.Pod`. */
export function podText(name: string, namespace: string, uid: string): string {
  return `${name}_${namespace}(${uid})`;
}
