/**
 * Whether MetalLB is installed, and with which options: read from the workloads that its manifest makes.
 */
import type { DaemonSet, Deployment } from 'kubernetes-types/apps/v1.js';
import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../api/object.js';
import type { Lister } from '../registry/contract.js';

export const metallbGroup = 'metallb.io';

const controllerImage = /(^|\/)metallb\/controller(:|@|$)/;
const speakerImage = /(^|\/)metallb\/speaker(:|@|$)/;

export interface Installation {
  /** MetalLB's own namespace: where its configuration must be. */
  namespace: string;
  /** The controller's or speakers' `--lb-class`; absent: Services without a class. */
  loadBalancerClass?: string;
}

/** The installed controller, when one of its pods is ready. */
export function runningController(lister: Lister): Installation | undefined {
  const deployments = lister.list<Stored<Deployment>>('apps', 'Deployment');
  const found = deployments.find(isControllerDeployment);
  const container = containerOf(found?.spec?.template.spec, controllerImage);
  return found && container && found.status?.readyReplicas ? installation(found, container) : undefined;
}

/** The speakers' DaemonSet. Whether a node's speaker runs is that node's business. */
export function installedSpeakers(lister: Lister): (Installation & { ignoreExcludeLabel: boolean }) | undefined {
  const sets = lister.list<Stored<DaemonSet>>('apps', 'DaemonSet');
  const found = sets.find((one) => containerOf(one.spec?.template.spec, speakerImage));
  const container = containerOf(found?.spec?.template.spec, speakerImage);
  if (!found || !container) return undefined;
  return { ...installation(found, container), ignoreExcludeLabel: flag(container, 'ignore-exclude-lb') === 'true' };
}

/** Namespaces where MetalLB's own parts are or would be: its configuration belongs there. */
export function metallbNamespace(lister: Lister): string {
  return (runningController(lister) ?? installedSpeakers(lister))?.namespace ?? 'metallb-system';
}

/** Whether this MetalLB looks after a Service of this class. */
export function handlesClass({ loadBalancerClass }: Installation, asked: string | undefined): boolean {
  return loadBalancerClass === asked;
}

function containerOf(spec: PodSpec | undefined, image: RegExp): Container | undefined {
  return spec?.containers.find((container) => image.test(container.image ?? ''));
}

function installation({ metadata }: Pick<Stored<Deployment>, 'metadata'>, container: Container): Installation {
  const loadBalancerClass = flag(container, 'lb-class');
  return { namespace: metadata.namespace ?? '', ...(loadBalancerClass ? { loadBalancerClass } : {}) };
}

/** The value of `--name=value`; `true` for a bare `--name`. */
function flag({ args = [] }: Container, name: string): string | undefined {
  const found = args.map((arg) => arg.replace(/^--?/, '')).find((arg) => arg === name || arg.startsWith(`${name}=`));
  return found === undefined || found === name ? found && 'true' : found.slice(name.length + 1);
}

export function isSpeakerPod({ spec }: Pick<Stored<Pod>, 'spec'>): boolean {
  return containerOf(spec, speakerImage) !== undefined;
}

export function isControllerDeployment({ spec }: Pick<Stored<Deployment>, 'spec'>): boolean {
  return containerOf(spec?.template.spec, controllerImage) !== undefined;
}
