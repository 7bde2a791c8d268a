/**
 * MetalLB in a running lab: the speakers of all nodes, joined to the registry that they watch and tell events to.
 */
import type { ConfigMap, Service } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { recordEvent } from '../controllers/events.js';
import type { ContainerEnvironment } from '../kubelet/environment/environment.js';
import type { StartAgent } from '../kubelet/runtime/containers.js';
import { metallbNamespace } from '../metallb/install.js';
import { excludedInterfaces } from '../metallb/layer2/excluded-interfaces.js';
import { l2StatusChange } from '../metallb/layer2/service-l2-status.js';
import type { Liveness } from '../metallb/membership/contract.js';
import type { SpeakerNews } from '../metallb/speaker/contract.js';
import { concernsSpeakers, speakersTold } from '../metallb/speaker/told.js';
import { Speakers } from '../node/speaker/speakers.js';
import type { World } from '../world/contract.js';
import type { DesiredState } from './desired.js';

export interface MetalLB {
  speakers: Speakers;
  /** Runs a speaker pod's container. */
  startAgent: StartAgent;
}

export function createMetalLB({ registry, config }: DesiredState, { clock }: World): MetalLB {
  const excludeKey = () => {
    return { group: '', kind: 'ConfigMap', namespace: metallbNamespace(registry), name: 'metallb-excludel2' };
  };
  const speakers = new Speakers({
    clock,
    told: () => speakersTold(registry),
    isExcluded: (link) => excludedInterfaces(registry.get<Stored<ConfigMap> & KubeObject>(excludeKey()))(link),
    hear: (node, news) => tell(node, news),
  });
  registry.watch(undefined, (event) => {
    if (concernsSpeakers(event)) speakers.inform();
  });

  function tell(node: string, news: SpeakerNews): void {
    const event = eventOf(node, news);
    if (news.kind !== 'announceFailed') showStatus(node, news);
    const [namespace = '', name = ''] = news.service.split('/');
    const involved = registry.get<Stored<Service> & KubeObject>({ group: '', kind: 'Service', namespace, name });
    if (event && involved) recordEvent(registry, clock, { involved, component: 'metallb-speaker', ...event });
  }

  /** A namespace on its way out takes no new objects. */
  function showStatus(node: string, news: Exclude<SpeakerNews, { kind: 'announceFailed' }>): void {
    const interfaces = news.kind === 'announced' ? news.interfaces : undefined;
    const { create, remove } = l2StatusChange(registry, metallbNamespace(registry), node, news.service, interfaces);
    try {
      for (const key of remove) registry.delete(key);
      if (!create) return;
      const created = registry.create(create);
      registry.update({ ...created, status: create.status }, { subresource: 'status' });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }

  const startAgent: StartAgent = async (_agent, { place, attachment, env }) => {
    const address = config.nodes.find(({ name }) => name === place.node)?.address ?? '';
    const { namespace } = attachment;
    const speaker = await speakers.start({ node: place.node, address, namespace, liveness: livenessIn(env) });
    return {
      ended: speaker.ended.then((exitCode) => ({ exitCode })),
      kill: (signal) => speaker.kill(signal),
      onLine: () => {},
    };
  };
  return { speakers, startAgent };
}

/** The speaker container's own setting, so that `kubectl set env daemonset/speaker` changes it. */
const livenessVariable = 'KUBEWIRE_LIVENESS';

function livenessIn(env: ContainerEnvironment): Liveness {
  return env.get(livenessVariable) === 'memberlist' ? 'memberlist' : 'fast';
}

function eventOf(
  node: string,
  news: SpeakerNews,
): { type: 'Normal' | 'Warning'; reason: string; message: string } | undefined {
  switch (news.kind) {
    case 'announced': {
      const message = `announcing from node "${node}" with protocol "layer2"`;
      return { type: 'Normal', reason: 'nodeAssigned', message };
    }
    case 'announceFailed': {
      const message = `the interfaces specified by LB IP "${news.address}" doesn't exist in assigned node "${node}" with protocol "layer2"`;
      return { type: 'Warning', reason: 'announceFailed', message };
    }
    case 'withdrawn':
      return undefined;
  }
}
