/**
 * What one service port contributes to a rule set: text that is made once, and rules as data that are made when asked for.
 *
 * A node of 10,000 Services has 110,000 rules. As objects they live for as long as the rule set does, and most of a sync's
 * time went to the garbage collector that carries them about; as text they are 10 MB of which it knows nothing.
 */
import { rulesText } from '../xtables/restore-text.js';
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

/** All that one service port contributes. The same object again means that nothing changed. */
export interface PortRules {
  /** Service port name and protocol: unique in a rule set. */
  readonly key: string;
  /** Its rules in the shared chains, as `iptables-restore` input; each line with its line end. */
  readonly shared: { readonly filter: string; readonly nat: string };
  /** Its own nat chains, and their rules as `iptables-restore` input. */
  readonly own: { readonly chains: readonly string[]; readonly rules: string };
  /** Its rules, each with where it comes from; compiled anew at every call. */
  compiled(): CompiledPort;
}

type SharedRules = Pick<CompiledPort, 'filter' | 'nat'>;
type OwnRules = Pick<CompiledPort, 'chains' | 'rules'>;

/** Compiled when first looked at: most of a first sync happens while `iptables-restore` reads what is ready. */
class LazyPort implements PortRules {
  #shared: PortRules['shared'] | undefined;
  #own: PortRules['own'] | undefined;

  constructor(
    readonly key: string,
    private readonly compileShared: () => SharedRules,
    private readonly compileOwn: () => OwnRules,
  ) {}

  get shared(): PortRules['shared'] {
    if (this.#shared === undefined) {
      const { filter, nat } = this.compileShared();
      this.#shared = { filter: rulesText(filter), nat: rulesText(nat) };
    }
    return this.#shared;
  }

  get own(): PortRules['own'] {
    if (this.#own === undefined) {
      const { chains, rules } = this.compileOwn();
      this.#own = { chains, rules: rulesText(rules) };
    }
    return this.#own;
  }

  compiled(): CompiledPort {
    return { ...this.compileShared(), ...this.compileOwn() };
  }
}

/** @param compileShared, compileOwn must be pure: they are called again when somebody wants to see the rules */
export function portRules(key: string, compileShared: () => SharedRules, compileOwn: () => OwnRules): PortRules {
  return new LazyPort(key, compileShared, compileOwn);
}

/** Whether two ports put the same rules into the tables. */
export function sameRules(a: PortRules, b: PortRules): boolean {
  if (a === b) return true;
  return a.shared.filter === b.shared.filter && a.shared.nat === b.shared.nat && sameOwn(a.own, b.own);
}

function sameOwn(a: PortRules['own'], b: PortRules['own']): boolean {
  return a.rules === b.rules && a.chains.join() === b.chains.join();
}
