/**
 * What the API gets to hear of a speaker's news: an event about the Service, and its ServiceL2Status.
 *
 * Models: MetalLB `speaker/main.go` SetBalancer and `speaker/layer2_controller.go` SetBalancer: the status is looked at only
 * when an address is really announced, or was.
 */
import type { EventInput } from '../../controllers/contract.js';
import type { Lister } from '../../registry/contract.js';
import { metallbNamespace } from '../install.js';
import { l2StatusChange } from '../layer2/service-l2-status.js';
import type { StatusChange } from '../service-status.js';
import type { SpeakerNews } from './contract.js';

export type SpeakerEvent = Pick<EventInput, 'type' | 'reason' | 'message'>;

export function nodeAssigned(node: string, protocol: 'layer2' | 'bgp'): SpeakerEvent {
  const message = `announcing from node "${node}" with protocol "${protocol}"`;
  return { type: 'Normal', reason: 'nodeAssigned', message };
}

export function eventOf(node: string, news: SpeakerNews): SpeakerEvent | undefined {
  if (news.kind === 'announced') return nodeAssigned(node, 'layer2');
  if (news.kind === 'withdrawn') return undefined;
  const message = `the interfaces specified by LB IP "${news.address}" doesn't exist in assigned node "${node}" with protocol "layer2"`;
  return { type: 'Warning', reason: 'announceFailed', message };
}

export function statusOf(lister: Lister, node: string, news: SpeakerNews): StatusChange | undefined {
  const subject = { namespace: metallbNamespace(lister), node, service: news.service };
  if (news.kind === 'withdrawn') return l2StatusChange(lister, subject, undefined);
  return news.kind === 'announced' && news.possible ? l2StatusChange(lister, subject, news.interfaces) : undefined;
}
