/**
 * kubectl's label selector syntax: `app=web,tier in (a, b),!canary,zone!=x,release`.
 *
 * Models the lexer and parser of apimachinery `pkg/labels/selector.go`, with its error texts.
 */
import { invalid, renderFieldErrors } from './field-error.js';
import { labelValueFormat, qualifiedNameFormat } from './names.js';
import { StatusError } from './status.js';

export type Operator = 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

/** One demand on labels. `=` and `==` are `in` with one value, `!=` is `notin` with one value. */
export interface Requirement {
  key: string;
  operator: Operator;
  values: readonly string[];
}

interface Token {
  type: 'identifier' | 'word' | 'symbol' | 'end';
  text: string;
}

/** `in` and `notin` are words only where an operator is expected; elsewhere they are names. */
type Expecting = 'operator' | 'value';

/** What an operator's text stands for. */
const binary: Readonly<Record<string, Operator>> = {
  '=': 'in',
  '==': 'in',
  '!=': 'notin',
  in: 'in',
  notin: 'notin',
  '>': 'gt',
  '<': 'lt',
};

const binaryText = 'in, notin, =, ==, !=, gt, lt';

/** @throws StatusError BadRequest: `unable to parse requirement: …` */
export function parseRequirements(text: string): Requirement[] {
  return new Parser(tokenize(text)).requirements();
}

function tokenize(text: string): Token[] {
  const found = text.match(/==|!=|[=!(),<>]|[^=!(),<>\s]+/g) ?? [];
  return found.map((item): Token => {
    if (/^[=!(),<>]/.test(item)) return { type: 'symbol', text: item };
    return { type: item === 'in' || item === 'notin' ? 'word' : 'identifier', text: item };
  });
}

class Parser {
  #next = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  requirements(): Requirement[] {
    const found: Requirement[] = [];
    while (this.#peek().type !== 'end') {
      const { type, text } = this.#peek();
      if (type !== 'identifier' && text !== '!') fail(`found '${text}', expected: !, identifier, or 'end of string'`);
      found.push(this.#requirement());
      this.#separator();
    }
    return found;
  }

  #separator(): void {
    const { type, text } = this.#take();
    if (type === 'end') return;
    if (text !== ',') fail(`found '${text}', expected: ',' or 'end of string'`);
    const after = this.#peek();
    if (after.type !== 'identifier' && after.text !== '!')
      fail(`found '${after.text}', expected: identifier after ','`);
  }

  #requirement(): Requirement {
    const negated = this.#peek().text === '!';
    if (negated) this.#take();
    const { type, text: key } = this.#take();
    if (type !== 'identifier') failRequirement(`found '${key}', expected: identifier`);
    checkFormat('<nil>', key, qualifiedNameFormat(key));
    const follower = this.#peek();
    if (negated) return this.#checked({ key, operator: '!', values: [] });
    if (follower.type === 'end' || follower.text === ',') return { key, operator: 'exists', values: [] };
    return this.#checked(this.#comparison(key));
  }

  #comparison(key: string): Requirement {
    const { text } = this.#take('operator');
    const operator = binary[text];
    if (operator === undefined) failRequirement(`found '${text}', expected: ${binaryText}`);
    const values = text === 'in' || text === 'notin' ? this.#list() : [this.#exactValue()];
    return { key, operator, values };
  }

  #checked(requirement: Requirement): Requirement {
    const { operator, values } = requirement;
    values.forEach((value, i) => {
      checkFormat(`values[${i}][${requirement.key}]`, value, labelValueFormat(value));
    });
    const ordered = operator === 'gt' || operator === 'lt';
    if (ordered && !/^[-+]?\d+$/.test(values[0] ?? '')) {
      checkFormat('values[0]', values[0] ?? '', ["for 'Gt', 'Lt' operators, the value must be an integer"]);
    }
    return requirement;
  }

  #exactValue(): string {
    const { type, text } = this.#peek();
    if (type === 'end' || text === ',') return '';
    this.#take();
    if (type !== 'identifier') failRequirement(`found '${text}', expected: identifier`);
    return text;
  }

  /** `(a, b)`; a missing name stands for the empty value. */
  #list(): string[] {
    const open = this.#take();
    if (open.text !== '(') failRequirement(`found '${open.text}' expected: '('`);
    const values = new Set<string>();
    for (;;) {
      const { type, text } = this.#peek();
      if (type === 'identifier') this.#take();
      else if (text !== ',' && text !== ')') failRequirement(`found '${text}', expected: ${listItem(values.size)}`);
      values.add(type === 'identifier' ? text : '');
      const end = this.#take();
      if (end.text === ')') return [...values].sort();
      if (end.text !== ',') failRequirement(`found '${end.text}', expected: ',' or ')'`);
    }
  }

  #peek(expecting: Expecting = 'value'): Token {
    const token = this.tokens[this.#next] ?? { type: 'end', text: '' };
    return token.type === 'word' && expecting === 'value' ? { ...token, type: 'identifier' } : token;
  }

  #take(expecting: Expecting = 'value'): Token {
    const token = this.#peek(expecting);
    this.#next += 1;
    return token;
  }
}

/** Upstream words it differently at the start of a list and after a comma. */
function listItem(found: number): string {
  return found === 0 ? "',', ')' or identifier" : "',', or identifier";
}

function checkFormat(field: string, value: string, messages: readonly string[]): void {
  if (messages.length === 0) return;
  failRequirement(renderFieldErrors([invalid(field, value, messages.join('; '))]));
}

function failRequirement(message: string): never {
  throw new StatusError('BadRequest', `unable to parse requirement: ${message}`);
}

function fail(message: string): never {
  throw new StatusError('BadRequest', message);
}
