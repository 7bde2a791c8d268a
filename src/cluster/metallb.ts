/**
 * MetalLB in a running lab: the speakers of all nodes, joined to the registry that they watch and tell events to.
 */
import type { ConfigMap, Service } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../api/object.js';
import { StatusError } from '../api/status.js';
import type { EventInput } from '../controllers/contract.js';
import { recordEvent } from '../controllers/events.js';
import type { Namespaces } from '../kernel/operations.js';
import type { ContainerEnvironment } from '../kubelet/environment/environment.js';
import type { StartAgent } from '../kubelet/runtime/containers.js';
import { metallbNamespace } from '../metallb/install.js';
import { excludedInterfaces } from '../metallb/layer2/excluded-interfaces.js';
import { l2StatusChange } from '../metallb/layer2/service-l2-status.js';
import type { Liveness } from '../metallb/membership/contract.js';
import type { SpeakerNews } from '../metallb/speaker/contract.js';
import { bgpPlans, concernsSpeakers, speakersTold } from '../metallb/speaker/told.js';
import { addressText, blockOf } from '../model/address-block.js';
import { BgpSpeakers } from '../node/bgp/bgp-speakers.js';
import { Speakers } from '../node/speaker/speakers.js';
import type { World } from '../world/contract.js';
import type { DesiredState } from './desired.js';

export interface MetalLB {
  speakers: Speakers;
  /** Runs a speaker pod's container. */
  startAgent: StartAgent;
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
  const speakers = new Speakers({
    clock,
    told: () => speakersTold(registry),
    isExcluded: (link) => excludedInterfaces(registry.get<Stored<ConfigMap> & KubeObject>(excludeKey()))(link),
    hear: (node, news) => tell(node, news),
    changed: () => informBgp(),
  });
  const bgp = new BgpSpeakers({
    namespace: (node) => namespaces.get(node),
    directory: frrDirectory,
    announced: (node, service) => record(service, nodeAssigned(node, 'bgp')),
    onError: (error) => process.stderr.write(`bgp: ${error.message}\n`),
  });
  /** All changes of one turn of the event loop become one. */
  const informBgp = oncePerTurn(() => {
    const plans = bgpPlans(registry);
    for (const { name } of config.nodes) void bgp.sync(name, speakers.isRunning(name) ? plans.get(name) : undefined);
  });
  registry.watch(undefined, (event) => {
    if (!concernsSpeakers(event)) return;
    speakers.inform();
    informBgp();
  });

  function tell(node: string, news: SpeakerNews): void {
    const event = eventOf(node, news);
    if (news.kind !== 'announceFailed') showStatus(node, news);
    if (event) record(news.service, event);
  }

  function record(service: string, event: SpeakerEvent): void {
    const [namespace = '', name = ''] = service.split('/');
    const involved = registry.get<Stored<Service> & KubeObject>({ group: '', kind: 'Service', namespace, name });
    if (involved) recordEvent(registry, clock, { involved, component: 'metallb-speaker', ...event });
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

  const lan = blockOf(config.lan.cidr);
  const startAgent: StartAgent = async (_agent, { place, attachment, env }) => {
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
  };
  return { speakers, startAgent };
}

/** The speaker container's own setting, so that `kubectl set env daemonset/speaker` changes it. */
const livenessVariable = 'KUBEWIRE_LIVENESS';

function livenessIn(env: ContainerEnvironment): Liveness {
  return env.get(livenessVariable) === 'memberlist' ? 'memberlist' : 'fast';
}

type SpeakerEvent = Pick<EventInput, 'type' | 'reason' | 'message'>;

function nodeAssigned(node: string, protocol: 'layer2' | 'bgp'): SpeakerEvent {
  const message = `announcing from node "${node}" with protocol "${protocol}"`;
  return { type: 'Normal', reason: 'nodeAssigned', message };
}

function eventOf(node: string, news: SpeakerNews): SpeakerEvent | undefined {
  if (news.kind === 'announced') return nodeAssigned(node, 'layer2');
  if (news.kind === 'withdrawn') return undefined;
  const message = `the interfaces specified by LB IP "${news.address}" doesn't exist in assigned node "${node}" with protocol "layer2"`;
  return { type: 'Warning', reason: 'announceFailed', message };
}

function oncePerTurn(work: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setImmediate(() => {
      waiting = false;
      work();
    });
  };
}
