/**
 * MetalLB in a running lab: the speakers of all nodes, joined to the registry that they watch and tell events to.
 */
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../api/object.js';
import type { Namespaces } from '../kernel/operations.js';
import type { ContainerEnvironment } from '../kubelet/environment/environment.js';
import type { ContainerStart } from '../kubelet/runtime/containers.js';
import type { AgentProcess } from '../kubelet/runtime/contract.js';
import { metallbNamespace } from '../metallb/install.js';
import { excludedInterfaces } from '../metallb/layer2/excluded-interfaces.js';
import type { Liveness } from '../metallb/membership/contract.js';
import type { SpeakerNews } from '../metallb/speaker/contract.js';
import { eventOf, statusOf } from '../metallb/speaker/news.js';
import { concernsSpeakers, speakersTold } from '../metallb/speaker/told.js';
import { addressText, blockOf } from '../model/address-block.js';
import { Speakers } from '../node/speaker/speakers.js';
import { startSpeaker as startSpeakerProcess } from '../node/speaker/start.js';
import type { World } from '../world/contract.js';
import type { DesiredState } from './desired.js';
import { MetalLBBgp } from './metallb-bgp.js';
import { SpeakerRecords } from './speaker-records.js';

export interface MetalLB {
  speakers: Speakers;
  bgp: MetalLBBgp;
  /** Runs a speaker pod's container. */
  startSpeaker(start: ContainerStart): Promise<AgentProcess>;
}

export interface MetalLBParts {
  desired: DesiredState;
  world: World;
  namespaces: Namespaces;
  /** Where FRR has its files. */
  frrDirectory: string;
}

export function createMetalLB({ desired, world, namespaces, frrDirectory }: MetalLBParts): MetalLB {
  const { registry, config } = desired;
  const { clock } = world;
  const excludeKey = () => {
    return { group: '', kind: 'ConfigMap', namespace: metallbNamespace(registry), name: 'metallb-excludel2' };
  };
  const records = new SpeakerRecords(registry, clock);
  const speakers = new Speakers({
    clock,
    startProcess: startSpeakerProcess,
    told: () => speakersTold(registry),
    isExcluded: (link) => excludedInterfaces(registry.get<Stored<ConfigMap> & KubeObject>(excludeKey()))(link),
    hear: (node, news) => tell(node, news),
    changed: () => bgp.inform(),
  });
  const bgp = new MetalLBBgp({
    desired,
    clock,
    records,
    namespaces,
    frrDirectory,
    isRunning: (node) => speakers.isRunning(node),
  });
  registry.watch(undefined, (event) => {
    if (!concernsSpeakers(event)) return;
    speakers.inform();
    bgp.inform();
  });

  function tell(node: string, news: SpeakerNews): void {
    const [status, event] = [statusOf(registry, node, news), eventOf(node, news)];
    if (status) records.status(status);
    if (event) records.event(news.service, event);
  }

  const lan = blockOf(config.lan.cidr);
  async function startSpeaker({ place, attachment, env }: ContainerStart): Promise<AgentProcess> {
    const { namespace } = attachment;
    const broadcast = addressText(lan.first + lan.size - 1);
    const speaker = await speakers.start({
      node: place.node,
      broadcast,
      namespace,
      liveness: livenessIn(env),
    });
    return {
      ended: speaker.ended.then((exitCode) => ({ exitCode })),
      kill: (signal) => speaker.kill(signal),
      onLine: () => {},
    };
  }
  return { speakers, bgp, startSpeaker };
}

/** The speaker container's own setting, so that `kubectl set env daemonset/speaker` changes it. */
const livenessVariable = 'KUBEWIRE_LIVENESS';

function livenessIn(env: ContainerEnvironment): Liveness {
  return env.get(livenessVariable) === 'memberlist' ? 'memberlist' : 'fast';
}
