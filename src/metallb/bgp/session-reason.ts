/**
 * Why a session is not up, from what its FRR knows: how its attempts to connect ended, and what ended the session before.
 * Source: FRR 8.4 `bgpd/bgp_fsm.c` bgp_connect_check, `bgpd/bgp_vty.c` bgp_show_peer_reset.
 */

/** How connecting to a peer went lately. */
export interface Attempts {
  /** Since one ended. */
  begun: number;
  /** In the kernel's words; empty for none. */
  failure: string;
}

export const noAttempts: Attempts = { begun: 0, failure: '' };

/** A peer's attempts after a line of bgpd's log (`debug bgp neighbor-events`); undefined for a line about something else. */
export function attemptsAfter(
  line: string,
  before: (address: string) => Attempts,
): { address: string; attempts: Attempts } | undefined {
  const [, address = '', event = ''] = /(\S+) (\[Event\] Connect .*|open active,.*)/.exec(line) ?? [];
  const { begun, failure } = before(address);
  if (event.startsWith('[Event] Connect start')) return { address, attempts: { begun: begun + 1, failure } };
  const [, words] = /Connect failed \d+\((.*)\)/.exec(event) ?? [];
  if (words !== undefined) return { address, attempts: { begun: 0, failure: words } };
  return event.startsWith('open active') ? { address, attempts: noAttempts } : undefined;
}

/** What `show bgp neighbors json` says of a peer. */
export interface Neighbor {
  /** Idle, Connect, Active, OpenSent, OpenConfirm, Established. */
  bgpState: string;
  lastResetDueTo?: string;
  /** The error of RFC 4271 that one side told the other: `OPEN Message Error/Bad Peer AS`. */
  lastNotificationReason?: string;
  addressFamilyInfo?: { ipv4Unicast?: { sentPrefixCounter?: number } };
}

/** Seconds. That nobody answers ARP is found out in three; silence after that is somebody's who has the address. */
const SILENCE = 4;

/** What FRR says of a peer that was just configured. */
const meaningless: ReadonlySet<string> = new Set([
  'Waiting for peer OPEN',
  'No AFI/SAFI activated for peer',
  'Cease/Other Configuration Change',
]);

/**
 * Empty for a session that is up, or of which nothing bad is known yet.
 * @param connectSeconds between two attempts
 */
export function sessionReason(
  { bgpState, lastResetDueTo = '', lastNotificationReason }: Neighbor,
  attempts: Attempts,
  connectSeconds: number,
): string {
  if (bgpState === 'Established') return '';
  if ((attempts.begun - 1) * connectSeconds >= SILENCE)
    return 'no answer: is it up, and do both sides have the same password?';
  const reason = attempts.failure || (lastNotificationReason ?? lastResetDueTo);
  return meaningless.has(reason) ? '' : reason;
}
