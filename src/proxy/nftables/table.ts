/**
 * What a rule set consists of, and the operations of a transaction, as data (after sigs.k8s.io/knftables).
 */
import type { IPFamily } from '../../model/traffic.js';
import { ipKeyword, type NftRule, ruleText } from './expression.js';

export const tableName = 'kube-proxy';
const tableComment = 'rules for kube-proxy';

/** Where a base chain hangs. Priorities as numbers: dstnat is -100, srcnat 100. */
export interface BaseChain {
  readonly type: 'filter' | 'nat';
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  readonly priority: number;
}

export interface Chain {
  readonly name: string;
  readonly base?: BaseChain;
  readonly comment?: string;
}

/** A set, or with `: verdict` in its type a map. */
export interface Container {
  readonly kind: 'set' | 'map';
  readonly name: string;
  readonly type: string;
  readonly comment?: string;
  /** Elements are added by rules and expire after that many seconds. */
  readonly dynamicSeconds?: number;
}

/** A member of a set or map. `value` is a verdict: `goto CHAIN` or `drop`. */
export interface Element {
  readonly container: string;
  readonly key: readonly string[];
  readonly value?: string;
  readonly comment?: string;
}

export type Operation =
  | { readonly verb: 'add' | 'delete'; readonly table: true }
  | { readonly verb: 'add' | 'flush' | 'delete'; readonly chain: Chain }
  | { readonly verb: 'add' | 'flush' | 'delete'; readonly container: Container }
  | { readonly verb: 'add'; readonly rule: NftRule }
  | { readonly verb: 'add' | 'delete'; readonly element: Element };

function braces(parts: readonly string[]): string {
  return parts.length === 0 ? '' : ` { ${parts.map((part) => `${part} ;`).join(' ')} }`;
}

function chainText({ base, comment }: Chain): string {
  const hook = base === undefined ? [] : [`type ${base.type} hook ${base.hook} priority ${base.priority}`];
  return braces(comment === undefined ? hook : [...hook, `comment "${comment}"`]);
}

function containerText({ type, comment, dynamicSeconds }: Container): string {
  const parts = [`type ${type}`];
  if (dynamicSeconds !== undefined) parts.push('flags dynamic,timeout', `timeout ${dynamicSeconds}s`);
  if (comment !== undefined) parts.push(`comment "${comment}"`);
  return braces(parts);
}

function elementText({ key, value, comment }: Element, verb: string): string {
  const parts = [key.join(' . ')];
  if (verb === 'add' && comment !== undefined) parts.push(`comment "${comment}"`);
  if (verb === 'add' && value !== undefined) parts.push(`: ${value}`);
  return `{ ${parts.join(' ')} }`;
}

/** One line of `nft -f` input, without a line end. */
function operationText(operation: Operation, family: IPFamily): string {
  const table = `${ipKeyword(family)} ${tableName}`;
  const { verb } = operation;
  if ('table' in operation) return `${verb} table ${table}${verb === 'add' ? ` { comment "${tableComment}" ; }` : ''}`;
  if ('rule' in operation) return `add rule ${table} ${operation.rule.chain} ${ruleText(operation.rule, family)}`;
  if ('element' in operation) {
    return `${verb} element ${table} ${operation.element.container} ${elementText(operation.element, verb)}`;
  }
  if ('chain' in operation) {
    const { chain } = operation;
    return `${verb} chain ${table} ${chain.name}${verb === 'add' ? chainText(chain) : ''}`;
  }
  const { container } = operation;
  // A map is emptied and deleted by its own keyword too.
  return `${verb} ${container.kind} ${table} ${container.name}${verb === 'add' ? containerText(container) : ''}`;
}

/** `nft -f` input: one transaction, all or nothing. */
export function transactionText(operations: readonly Operation[], family: IPFamily): string {
  return operations.map((operation) => `${operationText(operation, family)}\n`).join('');
}
