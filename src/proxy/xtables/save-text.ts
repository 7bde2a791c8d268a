/**
 * Rules in the canonical form that `iptables-save` prints after the kernel took them (iptables 1.8.9, legacy and nft
 * alike; measured). Addresses and protocol come first, matches keep their order, the target comes last.
 */
import { lowerCase } from '../../model/protocol.js';
import { matchText, targetText } from './restore-text.js';
import type { Match, Rule, Target } from './rule.js';

/** xt_statistic keeps a probability as round(p·2^31), and prints it back with 11 decimals. */
function savedProbability(oneIn: number): string {
  const fed = Number((1 / oneIn).toFixed(10));
  return (Math.round(fed * 0x80000000) / 0x80000000).toFixed(11);
}

function hex(mark: number): string {
  return `0x${mark.toString(16)}`;
}

/** `xtables_save_string` leaves only these unquoted, and escapes quotes and backslashes. */
function quoted(text: string): string {
  return /^[-_0-9a-zA-Z]+$/.test(text) ? text : `"${text.replace(/["'\\]/g, '\\$&')}"`;
}

function withPrefix(cidr: string): string {
  if (cidr.includes('/')) return cidr;
  return cidr.includes(':') ? `${cidr}/128` : `${cidr}/32`;
}

function not(negate: boolean | undefined): string {
  return negate ? '! ' : '';
}

/** The parts that iptables prints before all matches, in its order: source, destination, interface, protocol. */
function headText(matches: readonly Match[]): string {
  const parts: [string, string, string, string] = ['', '', '', ''];
  for (const match of matches) {
    if (match.match === 'source') parts[0] = ` ${not(match.negate)}-s ${withPrefix(match.cidr)}`;
    if (match.match === 'destination') parts[1] = ` ${not(match.negate)}-d ${withPrefix(match.cidr)}`;
    if (match.match === 'inInterface') parts[2] = ` ${not(match.negate)}-i ${match.name}`;
    if (match.match === 'protocol' || match.match === 'bareProtocol') {
      parts[3] = ` -p ${lowerCase[match.protocol]}`;
    }
  }
  // An empty prefix matches everything, so the kernel forgets it.
  return parts.join('').replace(/(?<! !) -[sd] (0\.0\.0\.0|::)\/0(?= |$)/g, '');
}

/** Assigned Internet protocol numbers. */
const protocolNumber = { TCP: 6, UDP: 17, SCTP: 132 } as const;

const tailMask = '--mask 255.255.255.255 --rsource';

/** What is printed as it was given, but for what the kernel keeps in another form. */
function tailText(match: Match): string {
  switch (match.match) {
    case 'source':
    case 'destination':
    case 'inInterface':
    case 'bareProtocol':
      return '';
    case 'comment':
      return ` -m comment --comment ${quoted(match.text)}`;
    case 'protocol':
      return ` -m ${lowerCase[match.protocol]}`;
    case 'mark':
      return ` -m mark ${not(match.negate)}--mark ${hex(match.mark)}/${hex(match.mark)}`;
    case 'random':
      return ` -m statistic --mode random --probability ${savedProbability(match.oneIn)}`;
    case 'recentSet':
      return ` -m recent --set --name ${match.list} ${tailMask}`;
    case 'recentCheck':
      return ` -m recent --rcheck --seconds ${match.seconds} --reap --name ${match.list} ${tailMask}`;
    case 'ipvs':
      return ` -m ipvs --vproto ${protocolNumber[match.protocol]} --vaddr ${withPrefix(match.address)} --vport ${match.port}`;
    default:
      return ` ${matchText(match)}`;
  }
}

function savedTarget(target: Target): string {
  switch (target.target) {
    case 'verdict':
      return target.verdict === 'REJECT' ? ' -j REJECT --reject-with icmp-port-unreachable' : ` -j ${target.verdict}`;
    case 'mark':
      return ` -j MARK --set-xmark ${hex(target.mark)}/${target.operation === 'or' ? hex(target.mark) : '0x0'}`;
    default:
      return targetText(target);
  }
}

/** The rule as `iptables-save` prints it. */
export function savedLine(rule: Rule): string {
  const matches = rule.matches.map(tailText).join('');
  const target = rule.target === undefined ? '' : savedTarget(rule.target);
  return `-A ${rule.chain}${headText(rule.matches)}${matches}${target}`;
}
