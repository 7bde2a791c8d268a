/**
 * What one service port contributes to a rule set: text that is kept, and rules as data that are made when asked for.
 *
 * A node of 10,000 Services has 110,000 rules. As objects they live for as long as the rule set does, and most of a sync's
 * time went to the garbage collector that carries them about; as text they are 10 MB of which it knows nothing.
 */
import { chainLines, rulesText } from '../xtables/restore-text.js';
import type { Rule } from '../xtables/rule.js';

/** Rules of one service port, as data. */
export interface CompiledPort {
  /** Rules in the shared chains of each table. */
  readonly filter: readonly Rule[];
  readonly nat: readonly Rule[];
  /** The port's own nat chains and their rules. */
  readonly chains: readonly string[];
  readonly rules: readonly Rule[];
}

/** The same as `iptables-restore` input, each line with its line end. */
export interface PortText {
  readonly filter: string;
  readonly nat: string;
  readonly chains: string;
  readonly rules: string;
}

/** All that one service port contributes. The same object again means that nothing changed. */
export interface PortRules {
  /** Service port name and protocol: unique in a rule set. */
  readonly key: string;
  /** Its own nat chains. */
  readonly chains: readonly string[];
  readonly text: PortText;
  /** Its rules, each with where it comes from; compiled anew at every call. */
  compiled(): CompiledPort;
}

/** @param compile must be pure: it is called again when somebody wants to see the rules */
export function portRules(key: string, compile: () => CompiledPort): PortRules {
  const { filter, nat, chains, rules } = compile();
  const text = { filter: rulesText(filter), nat: rulesText(nat), chains: chainLines(chains), rules: rulesText(rules) };
  return { key, chains, text, compiled: compile };
}

/** Whether two ports put the same rules into the tables. */
export function sameRules(a: PortRules, b: PortRules): boolean {
  if (a === b) return true;
  const [x, y] = [a.text, b.text];
  return x.filter === y.filter && x.nat === y.nat && x.chains === y.chains && x.rules === y.rules;
}
