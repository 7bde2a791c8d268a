/**
 * What the engines' changes are done with, mode by mode, on one node.
 */
import { type IptablesVariant, lookForChain, saveRules } from '../../kernel/iptables.js';
import type { NetworkNamespace } from '../../kernel/netns.js';
import { listTable, runTransaction } from '../../kernel/nft.js';
import { nftGeneration } from '../../kernel/nft-generation.js';
import { canaryChain } from '../../proxy/iptables/canary.js';
import type { IptablesRuleSet } from '../../proxy/iptables/compile.js';
import type { RestoreInput } from '../../proxy/iptables/restore.js';
import type { NftablesRuleSet } from '../../proxy/nftables/compile.js';
import { isIntact } from '../../proxy/nftables/intact.js';
import { splitTransaction } from '../../proxy/nftables/split-transaction.js';
import { tableName } from '../../proxy/nftables/table.js';
import { deleteStale, type NftablesChange } from '../../proxy/nftables/transaction.js';
import { hasAllRules, type UserspaceChange, type UserspaceRuleSet } from '../../proxy/userspace/engine.js';
import { planRemoval } from '../../proxy/xtables/removal.js';
import type { Clock } from '../../world/contract.js';
import { createTurns } from '../in-turn.js';
import { UserspaceProcess } from '../userspace/client.js';
import { isFlushed } from './canary.js';
import type { ProxyApplier } from './kube-proxy.js';
import type { ProxyLog } from './proxy-log.js';

/** One node's tools. */
export interface NodeTools {
  namespace: NetworkNamespace;
  variant: IptablesVariant;
  /** Gives iptables its input, whole or in blocks. */
  restoreRules(input: string | RestoreInput): Promise<void>;
  /** Whether the lab is an ordinary user's, whose nft sends no long transactions. */
  rootless: boolean;
  clock: Clock;
  log: ProxyLog;
  /** Rules of others that must be in before the first of ours, as `iptables-restore` input; '' once they are. */
  prelude: string;
}

/** Ours, behind what must be there before them. */
export async function restore(tools: NodeTools, rules: string | RestoreInput): Promise<void> {
  const { prelude } = tools;
  if (typeof rules !== 'string') await tools.restoreRules(behind(prelude, rules));
  else if (prelude + rules !== '') await tools.restoreRules(prelude + rules);
  tools.prelude = '';
}

function* behind(prelude: string, rules: RestoreInput): RestoreInput {
  if (prelude !== '') yield prelude;
  yield* rules;
}

/** Takes every chain of kube-proxy's out of the node's tables. */
export async function removeChains({ namespace, variant, restoreRules }: NodeTools): Promise<void> {
  const removal = planRemoval(await saveRules(namespace, variant));
  if (removal !== '') await restoreRules(removal);
}

export function iptablesApplier(tools: NodeTools): ProxyApplier<IptablesRuleSet, RestoreInput> {
  const { namespace, variant, clock, log } = tools;
  const look = (table: string) => lookForChain(namespace, variant, table, canaryChain);
  return {
    apply: (change) => restore(tools, change),
    observe: () => saveRules(namespace, variant),
    isLost: () => isFlushed({ look, clock, log }),
    remove: () => removeChains(tools),
  };
}

export function userspaceApplier(tools: NodeTools): ProxyApplier<UserspaceRuleSet, UserspaceChange> {
  const { namespace, variant } = tools;
  const proxies = new UserspaceProcess(namespace);
  return {
    async apply({ serve, close, only, iptables }) {
      await proxies.serve(serve);
      await restore(tools, iptables);
      await (only ? proxies.keepOnly(serve) : proxies.close(close));
    },
    observe: () => saveRules(namespace, variant),
    isLost: async (installed) => !hasAllRules(await saveRules(namespace, variant), installed),
    async remove() {
      await removeChains(tools);
      await proxies.end();
    },
  };
}

/** How long a chain without users is kept, in milliseconds. Source: kube-proxy v1.30.5 nftables, staleChains. */
const staleForMs = 1000;

export function nftablesApplier(tools: NodeTools): ProxyApplier<NftablesRuleSet, NftablesChange> {
  return new NftablesApplier(tools);
}

class NftablesApplier implements ProxyApplier<NftablesRuleSet, NftablesChange> {
  readonly #inTurn = createTurns();
  readonly #stale = new Set<string>();
  #current: NftablesRuleSet | undefined;
  /** The generation at which the table was last found whole. */
  #intactAt: number | undefined;
  #later: Promise<void> = Promise.resolve();

  constructor(private readonly tools: NodeTools) {}

  apply(change: NftablesChange, next: NftablesRuleSet): Promise<void> {
    return this.#inTurn(async () => {
      await restore(this.tools, '');
      // A table that is made anew has no chains of earlier changes.
      if (change.operations.some((operation) => operation.verb === 'delete' && 'table' in operation))
        this.#stale.clear();
      for (const transaction of change.transactions) await this.#run(transaction);
      this.#current = next;
      if (change.staleChains.length > 0) this.#deleteLater(change.staleChains);
    });
  }

  remove(): Promise<void> {
    return this.#inTurn(async () => {
      this.#stale.clear();
      this.#current = undefined;
      const table = `table ip ${tableName}`;
      await runTransaction(this.tools.namespace, `add ${table}\ndelete ${table}\n`);
    });
  }

  /** Nobody lists a table at which nothing has happened. */
  async isLost(installed: NftablesRuleSet): Promise<boolean> {
    const { namespace } = this.tools;
    const generation = nftGeneration(namespace);
    if (generation === this.#intactAt) return false;
    const intact = isIntact(await listProxyTable(namespace), installed);
    this.#intactAt = intact ? generation : undefined;
    return !intact;
  }

  settled(): Promise<void> {
    return this.#later;
  }

  #deleteLater(chains: readonly string[]): void {
    for (const chain of chains) this.#stale.add(chain);
    const waited = new Promise<void>((resolve) => this.tools.clock.after(staleForMs, resolve));
    const deleted = waited.then(() => this.#inTurn(() => this.#deleteStale(chains)));
    this.#later = deleted.catch((error: Error) => process.emitWarning(error));
  }

  /** A chain that came back into use in the meantime is none of these any more. */
  async #deleteStale(chains: readonly string[]): Promise<void> {
    const left = chains.filter((chain) => this.#stale.delete(chain));
    const transaction = this.#current && deleteStale(left, this.#current);
    if (transaction !== undefined) await this.#run(transaction);
  }

  async #run(transaction: string): Promise<void> {
    const pieces = this.tools.rootless ? splitTransaction(transaction) : [transaction];
    for (const piece of pieces) await runTransaction(this.tools.namespace, piece);
  }
}

/** kube-proxy's own table, as nft's JSON; '' when there is none. */
export function listProxyTable(namespace: NetworkNamespace): Promise<string> {
  return listTable(namespace, 'ip', tableName);
}
