/**
 * One BGPPeer as a session of a node.
 *
 * Models: MetalLB `internal/config/config.go` peerFromCR, passwordFromSecretForPeer.
 * Differs: a peer whose BFDProfile or password is missing gets no session until it is there; MetalLB leaves its whole configuration as it was.
 * Differs: dualStackAddressFamily changes nothing, as the lab has no IPv6 addresses to announce.
 * Differs: a BGPPeer with an interface or a VRF instead of an address gets no session; the lab's nodes have neither.
 */
import type { Secret } from 'kubernetes-types/core/v1.js';
import type { Stored } from '../../api/object.js';
import { parseAddress } from '../pools/address.js';
import { type BFDProfile, type BGPPeer, checkPeer, durationSeconds, sessionTimers } from './configuration.js';
import type { BfdTimers, BgpRoute, BgpSession } from './contract.js';

export interface PeerWorld {
  profiles: readonly BFDProfile[];
  /** In MetalLB's namespace. */
  secret(name: string): Pick<Stored<Secret>, 'data' | 'type'> | undefined;
}

/** BGP's port, RFC 4271. */
const BGP_PORT = 179;
/** FRR's own is 120; see the difference in `frr.ts`. */
const CONNECT_SECONDS = 1;

/** @throws Error saying, in MetalLB's words where it has them, why there can be no session */
export function sessionOf(peer: BGPPeer, world: PeerWorld, routes: readonly BgpRoute[]): BgpSession {
  checkPeer(peer);
  const { spec = {} } = peer;
  const { name } = peer.metadata;
  if (spec.interface || spec.vrf) throw new Error('the lab has sessions by peerAddress only, in no VRF');
  if (parseAddress(spec.peerAddress ?? '')?.family !== 'ipv4') throw new Error('the lab has no IPv6 sessions');
  const timers = sessionTimers(spec);
  const password = passwordOf(peer, world);
  const bfd = profileOf(name, spec.bfdProfile, world.profiles);
  return {
    name,
    address: spec.peerAddress ?? '',
    port: spec.peerPort ?? BGP_PORT,
    asn: spec.dynamicASN ?? String(spec.peerASN),
    connectSeconds: durationSeconds(spec.connectTime) ?? CONNECT_SECONDS,
    ebgpMultiHop: spec.ebgpMultiHop ?? false,
    gracefulRestart: spec.enableGracefulRestart ?? false,
    ...(spec.localASN && { localAsn: spec.localASN }),
    ...(timers && { timers }),
    ...(password && { password }),
    ...(spec.sourceAddress && { sourceAddress: spec.sourceAddress }),
    ...(bfd && { bfd }),
    routes,
  };
}

function profileOf(peer: string, name: string | undefined, profiles: readonly BFDProfile[]): BfdTimers | undefined {
  if (!name) return undefined;
  const profile = profiles.find(({ metadata }) => metadata.name === name);
  if (!profile) throw new Error(`peer ${peer} referencing non existing bfd profile ${name}`);
  return { name, ...profile.spec };
}

function passwordOf({ metadata, spec = {} }: BGPPeer, world: PeerWorld): string | undefined {
  const { namespace } = metadata;
  const name = spec.passwordSecret?.name;
  if (!name) return spec.password;
  const secret = world.secret(name);
  if (!secret) throw new Error(`secret ref not found for peer config "${namespace}"/"${metadata.name}"`);
  const basic = 'kubernetes.io/basic-auth';
  const where = `"${namespace}"/"${name}"`;
  if (secret.type !== basic) throw new Error(`secret type mismatch on ${where}, type "${basic}" is expected`);
  const encoded = secret.data?.['password'];
  if (encoded === undefined) throw new Error(`password not specified in the secret ${where}`);
  return Buffer.from(encoded, 'base64').toString('utf8');
}
