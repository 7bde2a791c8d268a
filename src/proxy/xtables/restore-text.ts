/**
 * Rules as `iptables-restore` input, in the exact words and order of kube-proxy v1.30.5.
 */
import { lowerCase } from '../../model/protocol.js';
import type { Protocol } from '../../model/traffic.js';
import type { Match, Rule, Target } from './rule.js';

/** A mark as kube-proxy prints it, `%#08x`: `0x00004000`. */
function markText(mark: number): string {
  return `0x${mark.toString(16).padStart(8, '0')}`;
}

function not(negate: boolean | undefined): string {
  return negate ? '! ' : '';
}

const protocolFirst: Record<Protocol, string> = {
  TCP: ' -p tcp -m tcp',
  UDP: ' -p udp -m udp',
  SCTP: ' -p sctp -m sctp',
};
const moduleFirst: Record<Protocol, string> = {
  TCP: ' -m tcp -p tcp',
  UDP: ' -m udp -p udp',
  SCTP: ' -m sctp -p sctp',
};

/** The matches that most rules have, in pieces that need not be put together first. */
function addMatch(match: Match, parts: string[]): void {
  switch (match.match) {
    case 'comment':
      // kube-proxy quotes comments with spaces in them and writes a bare service port name without quotes.
      if (match.text.includes(' ')) parts.push(' -m comment --comment "', match.text, '"');
      else parts.push(' -m comment --comment ', match.text);
      return;
    case 'protocol':
      parts.push((match.protocolFirst ? protocolFirst : moduleFirst)[match.protocol]);
      return;
    case 'source':
      parts.push(match.negate ? ' ! -s ' : ' -s ', match.cidr);
      return;
    case 'destination':
      parts.push(match.negate ? ' ! -d ' : ' -d ', match.cidr);
      return;
    default:
      parts.push(' ', matchText(match));
  }
}

/** The matches that `addMatch` does not write itself. */
type OtherMatch = Exclude<Match, { match: 'comment' | 'protocol' | 'source' | 'destination' }>;

export function matchText(match: OtherMatch): string {
  switch (match.match) {
    case 'bareProtocol':
      return `-p ${lowerCase[match.protocol]}`;
    case 'dport':
      return `--dport ${match.port}`;
    case 'inInterface':
      return `${not(match.negate)}-i ${match.name}`;
    case 'addrtype':
      return `-m addrtype ${not(match.negate)}--${match.side}-type LOCAL`;
    case 'physdevIsIn':
      return `-m physdev ${not(match.negate)}--physdev-is-in`;
    case 'conntrack':
      return `-m conntrack ${not(match.negate)}--ctstate ${match.states}`;
    case 'state':
      return `-m state --state ${match.states}`;
    case 'mark':
      return `-m mark ${not(match.negate)}--mark ${markText(match.mark)}/${markText(match.mark)}`;
    case 'random':
      return `-m statistic --mode random --probability ${(1 / match.oneIn).toFixed(10)}`;
    case 'nth':
      return `-m statistic --mode nth --every ${match.every} --packet ${match.packet}`;
    case 'recentSet':
      return `-m recent --name ${match.list} --set`;
    case 'recentCheck':
      return `-m recent --name ${match.list} --rcheck --seconds ${match.seconds} --reap`;
    case 'nfacct':
      return `-m nfacct --nfacct-name ${match.counter}`;
    case 'set':
      return `-m set --match-set ${match.set} ${match.flags}`;
    case 'ipvs':
      return `-m ipvs --vaddr ${match.address} --vproto ${lowerCase[match.protocol]} --vport ${match.port}`;
  }
}

/** Behind the matches, with the blank before it. */
export function targetText(target: Target): string {
  switch (target.target) {
    case 'verdict':
      return ` -j ${target.verdict}`;
    case 'jump':
      return ` -j ${target.chain}`;
    case 'mark':
      return ` -j MARK --${target.operation}-mark ${markText(target.mark)}`;
    case 'masquerade':
      return target.randomFully ? ' -j MASQUERADE --random-fully' : ' -j MASQUERADE';
    case 'dnat':
      return ` -j DNAT --to-destination ${target.to}`;
    case 'redirect':
      return ` -j REDIRECT --to-ports ${target.toPort}`;
  }
}

function addArguments(rule: Rule, parts: string[]): void {
  for (const match of rule.matches) addMatch(match, parts);
  const { target } = rule;
  if (target === undefined) return;
  if (target.target === 'jump') parts.push(' -j ', target.chain);
  else parts.push(targetText(target));
}

/** The rule without its chain: matches in kube-proxy's order, then the target. */
export function ruleArguments(rule: Rule): string {
  const parts: string[] = [];
  addArguments(rule, parts);
  return parts.join('');
}

/** Adds the pieces of `-A CHAIN …`, without a line end. */
function appendParts(rule: Rule, parts: string[]): void {
  parts.push('-A ', rule.chain);
  addArguments(rule, parts);
}

/** The line that creates a chain, or empties it when it exists (upstream `MakeChainLine`). */
function chainLine(chain: string): string {
  return `:${chain} - [0:0]`;
}

/** Chain lines, each with its line end. */
export function chainLines(chains: readonly string[]): string {
  return chains.map((chain) => `${chainLine(chain)}\n`).join('');
}

/**
 * `-A` lines, each with its line end. Joined from small pieces at once: strings added up one by one cost several times as
 * much at 100,000 rules.
 */
export function rulesText(rules: readonly Rule[]): string {
  if (rules.length === 0) return '';
  const parts: string[] = [];
  for (const rule of rules) {
    appendParts(rule, parts);
    parts.push('\n');
  }
  return parts.join('');
}
