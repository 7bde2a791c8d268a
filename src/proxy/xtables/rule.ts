/**
 * The iptables rule language, as data: only the matches and targets that kube-proxy's modes use.
 *
 * The matches of a rule stand in the order in which kube-proxy writes them; `restore-text.ts` keeps that order,
 * `save-text.ts` prints the kernel's canonical one.
 */
import type { Protocol, Provenance } from '../../model/traffic.js';

export type XtablesTable = 'filter' | 'nat' | 'mangle';

export type Match =
  | { readonly match: 'comment'; readonly text: string }
  | { readonly match: 'protocol'; readonly protocol: Protocol; readonly protocolFirst?: boolean }
  | { readonly match: 'bareProtocol'; readonly protocol: Protocol }
  | { readonly match: 'source'; readonly cidr: string; readonly negate?: boolean }
  | { readonly match: 'destination'; readonly cidr: string; readonly negate?: boolean }
  | { readonly match: 'dport'; readonly port: number }
  | { readonly match: 'inInterface'; readonly name: string; readonly negate?: boolean }
  | { readonly match: 'addrtype'; readonly side: 'src' | 'dst'; readonly negate?: boolean }
  | { readonly match: 'physdevIsIn'; readonly negate: boolean }
  | { readonly match: 'conntrack'; readonly states: string; readonly negate?: boolean }
  | { readonly match: 'state'; readonly states: string }
  | { readonly match: 'mark'; readonly mark: number; readonly negate?: boolean }
  | { readonly match: 'random'; readonly oneIn: number }
  | { readonly match: 'nth'; readonly every: number; readonly packet: number }
  | { readonly match: 'recentSet'; readonly list: string }
  | { readonly match: 'recentCheck'; readonly list: string; readonly seconds: number }
  | { readonly match: 'nfacct'; readonly counter: string }
  | { readonly match: 'set'; readonly set: string; readonly flags: string }
  | { readonly match: 'ipvs'; readonly address: string; readonly protocol: Protocol; readonly port: number };

export type Verdict = 'ACCEPT' | 'DROP' | 'REJECT' | 'RETURN';

export type Target =
  | { readonly target: 'verdict'; readonly verdict: Verdict }
  | { readonly target: 'jump'; readonly chain: string }
  | { readonly target: 'mark'; readonly operation: 'or' | 'xor'; readonly mark: number }
  | { readonly target: 'masquerade'; readonly randomFully: boolean }
  | { readonly target: 'dnat'; readonly to: string }
  | { readonly target: 'redirect'; readonly toPort: number };

/** One rule. Without a target it only counts packets and carries its comment. */
export interface Rule {
  readonly chain: string;
  readonly matches: readonly Match[];
  readonly target?: Target;
  readonly from: Provenance;
}

export const accept: Target = { target: 'verdict', verdict: 'ACCEPT' };
export const drop: Target = { target: 'verdict', verdict: 'DROP' };
export const reject: Target = { target: 'verdict', verdict: 'REJECT' };
export const returns: Target = { target: 'verdict', verdict: 'RETURN' };

/** `-m tcp -p tcp`: the same three objects for all rules, of which a node may have a hundred thousand. */
export const protocolMatch: Readonly<Record<Protocol, Match>> = {
  TCP: { match: 'protocol', protocol: 'TCP' },
  UDP: { match: 'protocol', protocol: 'UDP' },
  SCTP: { match: 'protocol', protocol: 'SCTP' },
};

/** A jump to a chain. */
export function jump(chain: string): Target {
  return { target: 'jump', chain };
}

/** A comment match. */
export function comment(text: string): Match {
  return { match: 'comment', text };
}
