/**
 * The nftables rule language, as data: only the expressions and statements that kube-proxy uses.
 */
import { lowerCase } from '../../model/protocol.js';
import type { IPFamily, Protocol, Provenance } from '../../model/traffic.js';

/** What a packet's address is compared with. */
export type AddressValue =
  | { readonly is: string }
  | { readonly isNot: string }
  | { readonly in: readonly string[] }
  | { readonly notIn: readonly string[] }
  | { readonly inSet: string };

export type Expression =
  | { readonly expression: 'ctStateNew' }
  | { readonly expression: 'address'; readonly side: 'saddr' | 'daddr'; readonly value: AddressValue }
  | { readonly expression: 'dport'; readonly protocol: Protocol; readonly port: number }
  | { readonly expression: 'l4proto'; readonly protocol: Protocol }
  | { readonly expression: 'fibLocal'; readonly side: 'saddr' | 'daddr' }
  | { readonly expression: 'iifname'; readonly name: string; readonly negate: boolean }
  | { readonly expression: 'unmarked'; readonly mark: number };

export type Statement =
  | { readonly statement: 'jump' | 'goto'; readonly chain: string }
  | { readonly statement: 'return' | 'drop' | 'reject' }
  | { readonly statement: 'mark'; readonly operation: 'or' | 'xor'; readonly mark: number }
  | { readonly statement: 'masquerade' }
  | { readonly statement: 'dnat'; readonly to: string }
  /** Looks up daddr, protocol and port, or only protocol and port, in a verdict map. */
  | { readonly statement: 'vmap'; readonly key: 'address' | 'port'; readonly map: string }
  /** One of several chains, by lot or by turns. */
  | { readonly statement: 'numgen'; readonly mode: 'random' | 'inc'; readonly chains: readonly string[] }
  | { readonly statement: 'remember'; readonly set: string };

export interface NftRule {
  readonly chain: string;
  readonly when: readonly Expression[];
  readonly action: Statement;
  readonly comment?: string;
  readonly from: Provenance;
}

function hexMark(mark: number): string {
  return `0x${mark.toString(16).padStart(8, '0')}`;
}

function addressText(value: AddressValue): string {
  if ('is' in value) return value.is;
  if ('isNot' in value) return `!= ${value.isNot}`;
  if ('inSet' in value) return `@${value.inSet}`;
  return 'in' in value ? `{ ${value.in.join(', ')} }` : `!= { ${value.notIn.join(', ')} }`;
}

function expressionText(expression: Expression, ip: string): string {
  switch (expression.expression) {
    case 'ctStateNew':
      return 'ct state new';
    case 'address':
      return `${ip} ${expression.side} ${addressText(expression.value)}`;
    case 'dport':
      return `${lowerCase[expression.protocol]} dport ${expression.port}`;
    case 'l4proto':
      return `meta l4proto ${lowerCase[expression.protocol]}`;
    case 'fibLocal':
      return `fib ${expression.side} type local`;
    case 'iifname':
      return `iifname ${expression.negate ? '!= ' : ''}"${expression.name}"`;
    case 'unmarked':
      return `mark and ${hexMark(expression.mark)} == 0`;
  }
}

function statementText(statement: Statement, ip: string): string {
  switch (statement.statement) {
    case 'jump':
    case 'goto':
      return `${statement.statement} ${statement.chain}`;
    case 'return':
    case 'drop':
    case 'reject':
      return statement.statement;
    case 'mark':
      return `mark set mark ${statement.operation} ${hexMark(statement.mark)}`;
    case 'masquerade':
      return 'masquerade fully-random';
    case 'dnat':
      return `dnat to ${statement.to}`;
    case 'vmap':
      return `${statement.key === 'address' ? `${ip} daddr . ` : ''}meta l4proto . th dport vmap @${statement.map}`;
    case 'numgen':
      return `numgen ${statement.mode} mod ${statement.chains.length} vmap { ${statement.chains
        .map((chain, index) => `${index} : goto ${chain}`)
        .join(' , ')} }`;
    case 'remember':
      return `update @${statement.set} { ${ip} saddr }`;
  }
}

/** The family's keyword for addresses, and for the table. */
export function ipKeyword(family: IPFamily): 'ip' | 'ip6' {
  return family === 'IPv4' ? 'ip' : 'ip6';
}

/** A rule's text without its chain. */
export function ruleText({ when, action, comment }: NftRule, family: IPFamily): string {
  const ip = ipKeyword(family);
  const parts = [...when.map((expression) => expressionText(expression, ip)), statementText(action, ip)];
  if (comment !== undefined) parts.push(`comment "${comment}"`);
  return parts.join(' ');
}
