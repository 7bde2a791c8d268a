/**
 * Whether a listed table still has all that a rule set put there.
 *
 * kube-proxy v1.30.5 does not look: it rewrites the whole table each sync period, so that whatever was taken away or added is
 * as it should be afterwards.
 * Differs: chains' rules and maps' elements are counted and not compared: a rule that was replaced by another one stays.
 */
import type { NftablesRuleSet } from './compile.js';
import { elementsOf } from './elements.js';

type Listed = Record<string, { name?: string; chain?: string; elem?: unknown[] }>;
type Counts = Map<string, number>;

/** @param json what `nft -j list table` printed, '' for no table */
export function isIntact(json: string, ruleSet: NftablesRuleSet): boolean {
  const [wanted, there] = [countsOf(ruleSet), listedCounts(json)];
  return [...wanted].every(([object, count]) => there.get(object) === count);
}

/** How many rules each chain and how many elements each set or map has to have; sets that rules fill have any number. */
function countsOf(ruleSet: NftablesRuleSet): Counts {
  const { chains, containers, rules, ports } = ruleSet;
  const counts: Counts = new Map();
  for (const { name } of chains) counts.set(`chain ${name}`, 0);
  for (const name of ports.flatMap((port) => port.chains)) counts.set(`chain ${name}`, 0);
  for (const { chain } of [...rules, ...ports.flatMap((port) => port.rules)]) add(counts, `chain ${chain}`);
  for (const { kind, name } of containers) counts.set(`${kind} ${name}`, 0);
  const kinds = new Map(containers.map(({ kind, name }) => [name, kind]));
  for (const { container } of elementsOf(ruleSet).values()) add(counts, `${kinds.get(container)} ${container}`);
  return counts;
}

function listedCounts(json: string): Counts {
  const counts: Counts = new Map();
  const { nftables } = (json === '' ? { nftables: [] } : JSON.parse(json)) as { nftables: Listed[] };
  for (const { chain, rule, set, map } of nftables) {
    if (chain) counts.set(`chain ${chain.name}`, 0);
    if (rule) add(counts, `chain ${rule.chain}`);
    if (set) counts.set(`set ${set.name}`, set.elem?.length ?? 0);
    if (map) counts.set(`map ${map.name}`, map.elem?.length ?? 0);
  }
  return counts;
}

function add(counts: Counts, object: string): void {
  counts.set(object, (counts.get(object) ?? 0) + 1);
}
