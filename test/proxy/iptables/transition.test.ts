/** Partial syncs along a random history lead to the same tables as a full sync. */
import test from 'ava';
import { type NodeTraffic, planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import type { IptablesRuleSet } from '../../../src/proxy/iptables/compile.js';
import { iptablesEngine } from '../../../src/proxy/iptables/engine.js';
import { planRestore, renderFirstSync } from '../../../src/proxy/iptables/restore.js';
import { randomHistory } from '../cases/random.js';
import { node, podCIDR } from '../cases/world.js';

const options = iptablesEngine.options({ localTrafficDetector: { kind: 'ClusterCIDR', cidr: podCIDR } });

/** Tables by `table chain`, as iptables-restore --noflush would leave them. */
type Tables = ReadonlyMap<string, readonly string[]>;

function insert(rules: string[], line: string): void {
  if (line.startsWith('-I ')) rules.unshift(line.replace(/^-I (\S+) 1/, '-A $1'));
  else rules.push(line);
}

function restore(before: Tables, text: string): Tables {
  const tables = new Map([...before].map(([name, rules]) => [name, [...rules]]));
  let table = '';
  for (const line of text.split('\n')) {
    const [verb = '', chain = ''] = line.split(' ');
    if (line.startsWith('*')) table = line.slice(1);
    else if (line.startsWith(':')) tables.set(`${table} ${verb.slice(1)}`, []);
    else if (verb === '-X') removeChain(tables, table, chain);
    else if (verb === '-A' || verb === '-I') {
      const builtIn = /^[A-Z]+$/.test(chain);
      const rules = tables.get(`${table} ${chain}`) ?? (builtIn ? [] : undefined);
      if (rules === undefined) throw new Error(`${chain} does not exist`);
      insert(rules, line);
      tables.set(`${table} ${chain}`, rules);
    }
  }
  return tables;
}

function removeChain(tables: Map<string, string[]>, table: string, chain: string): void {
  const rules = tables.get(`${table} ${chain}`);
  if (rules?.length !== 0) throw new Error(`-X ${chain}: it is not there or not empty`);
  tables.delete(`${table} ${chain}`);
}

/** Every jump must lead somewhere once the whole text is in. */
function dangling(tables: Tables): string[] {
  return [...tables].flatMap(([name, rules]) =>
    rules.filter((rule) => {
      const target = / -j (KUBE-\S+)/.exec(rule)?.[1];
      return target !== undefined && !tables.has(`${name.split(' ')[0]} ${target}`);
    }),
  );
}

/** In the last, shared chains that stay as they are stay unwritten. */
const sizes = [
  ['small cluster', options],
  ['large cluster', iptablesEngine.options({ ...options, largeClusterEndpoints: 0 })],
] as const;

for (const [size, options] of sizes) {
  test(`every partial sync ends where a full sync would: ${size}`, (t) => {
    let tables: Tables = new Map();
    let ruleSet: IptablesRuleSet | undefined;
    let traffic: NodeTraffic | undefined;
    for (const [step, { services, slices }] of [...randomHistory(40)].entries()) {
      traffic = trafficOfNode(planTraffic({ services, endpointSlices: slices }), node(), traffic);
      const next = iptablesEngine.compile(traffic, options);
      const change = planRestore(ruleSet, next);
      if (change !== undefined) tables = restore(tables, [...change].join(''));
      ruleSet = next;
      const full = restore(new Map(), [...renderFirstSync(next)].join(''));
      t.deepEqual(new Map([...tables].sort()), new Map([...full].sort()), `step ${step}`);
      t.deepEqual(dangling(tables), [], `step ${step}`);
    }
  });
}
