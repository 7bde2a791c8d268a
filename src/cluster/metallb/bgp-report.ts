/**
 * What `lab bgp` shows: for each Service who announces it and why the others do not, and each node's sessions.
 */
import { hasFrr } from '../../kernel/frr.js';
import type { BgpSession } from '../../metallb/bgp/contract.js';
import { type BgpExplanation, explainBgp } from '../../metallb/bgp/explanation.js';
import { type Neighbor, sessionReason } from '../../metallb/bgp/session-reason.js';
import type { RouterConfig } from '../../model/cluster-config.js';
import type { DesiredState } from '../desired.js';
import type { MetalLB } from './metallb.js';
import type { LabRouter } from './router.js';

export interface BgpLine extends BgpExplanation {
  service: string;
  node: string;
}

export interface SessionLine {
  node: string;
  /** The BGPPeer's name. */
  peer: string;
  address: string;
  asn: string;
  /** FRR's word: Idle, Connect, Active, OpenSent, OpenConfirm, Established; `withheld` when there is to be none. */
  state: string;
  /** Prefixes that it was told. */
  sent: number;
  /** `up`, `down`, or empty without BFD. */
  bfd: string;
  /** Why it is not up, as far as FRR knows; or empty. */
  because: string;
}

export interface BgpReport {
  frr: boolean;
  router?: RouterConfig;
  services: BgpLine[];
  sessions: SessionLine[];
}

export interface BgpReportParts {
  desired: DesiredState;
  metallb: MetalLB;
  router: LabRouter;
}

export async function bgpReport({ desired, metallb: { bgp }, router }: BgpReportParts): Promise<BgpReport> {
  const plans = bgp.plans();
  const nodes = desired.config.nodes.map(({ name }) => name);
  const services = new Set([...plans.values()].flatMap((plan) => [...announced(plan), ...Object.keys(plan.refused)]));
  const sessions = await Promise.all(nodes.map((node) => sessionsOf(node, bgp)));
  return {
    frr: hasFrr(),
    ...(router.state && { router: router.state }),
    services: [...services]
      .sort()
      .flatMap((service) => nodes.map((node) => ({ service, node, ...explainBgp(service, plans.get(node)) }))),
    sessions: sessions.flat(),
  };
}

const announced = (plan: { services: readonly { service: string }[] }) => plan.services.map(({ service }) => service);

type BfdPeers = { peer: string; status: string }[];

/** The sessions that a node should have, and how they are; then those that it does not get. */
async function sessionsOf(node: string, bgp: MetalLB['bgp']): Promise<SessionLine[]> {
  const plan = bgp.plans().get(node);
  if (!plan) return [];
  const frr = bgp.speakers.frrOf(node);
  const neighbors = await frr?.ask<Record<string, Neighbor>>('bgpd', 'show bgp neighbors json');
  const watched = await frr?.ask<BfdPeers>('bfdd', 'show bfd peers json');
  const line = ({ name, address, asn, bfd, connectSeconds }: BgpSession): SessionLine => {
    const neighbor = neighbors?.[address];
    const status = watched?.find(({ peer }) => peer === address)?.status ?? 'down';
    return {
      ...{ node, peer: name, address, asn, bfd: bfd ? status : '' },
      state: neighbor?.bgpState ?? (hasFrr() ? 'starting' : 'noFRR'),
      sent: neighbor?.addressFamilyInfo?.ipv4Unicast?.sentPrefixCounter ?? 0,
      because: neighbor ? sessionReason(neighbor, bgp.speakers.attemptsOf(node, address), connectSeconds) : '',
    };
  };
  const withheld = Object.entries(plan.withheld).map(([peer, because]): SessionLine => {
    return { node, peer, address: '', asn: '', state: 'withheld', sent: 0, bfd: '', because };
  });
  return [...plan.sessions.map(line), ...withheld];
}
