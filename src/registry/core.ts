/**
 * What the registry's verbs share: the kinds, the table, the identity of new objects, and the one way to commit.
 */
import { groupOf, type KubeObject, keyOf, type ObjectKey } from '../api/object.js';
import type { AddressBlock } from '../model/address-block.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import { type NodeBlocks, nodeBlocks } from '../model/pod-addresses-blocks.js';
import type { World } from '../world/contract.js';
import type { ChangeEvent, KindInfo, WatchEventType, WriteOptions } from './contract.js';
import { Identity } from './identity.js';
import { deepFreeze } from './plain-data.js';
import { noMatch, unknownKey } from './refusal.js';
import { type ApiRules, trustingRules } from './rules.js';
import { Store } from './store.js';
import type { Reservations, StrategyContext } from './strategy/contract.js';
import { Transaction } from './transaction.js';

export interface RegistryOptions {
  config: ClusterConfig;
  world: World;
  rules: ApiRules;
  kinds: readonly KindInfo[];
}

const nothingReserved: Reservations = { addresses: new Set(), ports: new Set() };

export class Core {
  readonly store = new Store();
  readonly identity: Identity;
  readonly kinds: readonly KindInfo[];
  readonly world: World;
  /** Values that the batch under way asks for. */
  reserved: Reservations = nothingReserved;
  resourceVersion = 0;
  readonly #byName = new Map<string, KindInfo>();
  readonly #rules: ApiRules;
  readonly #config: ClusterConfig;
  readonly #blocks: readonly NodeBlocks[];
  readonly #podRanges: readonly AddressBlock[];
  #transaction: Transaction | undefined;

  constructor(options: RegistryOptions) {
    this.kinds = options.kinds;
    this.#rules = options.rules;
    this.world = options.world;
    this.identity = new Identity(options.world.seed);
    this.#config = options.config;
    this.#blocks = nodeBlocks(options.config);
    this.#podRanges = this.#blocks.flatMap((entry) => entry.blocks);
    for (const info of options.kinds) this.#byName.set(`${info.group}/${info.kind}`, info);
  }

  /** @throws StatusError NotFound for a kind or version that the lab does not store. */
  kindOf(object: KubeObject): KindInfo {
    const info = this.#byName.get(`${groupOf(object.apiVersion)}/${object.kind}`);
    const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1);
    if (!info?.versions.includes(version)) throw noMatch(object);
    return info;
  }

  /** @throws StatusError NotFound for an unknown kind. */
  kindOfKey(key: ObjectKey): KindInfo {
    const info = this.#byName.get(`${key.group}/${key.kind}`);
    if (!info) throw unknownKey(key);
    return info;
  }

  /** The rules for a write. */
  rulesFor({ trusted }: WriteOptions): ApiRules {
    return trusted ? trustingRules : this.#rules;
  }

  context(): StrategyContext {
    return {
      config: this.#config,
      lister: this.store,
      blocks: this.#blocks,
      podRanges: this.#podRanges,
      reserved: this.reserved,
      timestamp: () => this.world.clock.timestamp(),
    };
  }

  /** The write under way. */
  get transaction(): Transaction {
    if (!this.#transaction) throw new Error('a write outside a transaction: call one of the registry verbs');
    return this.#transaction;
  }

  /**
   * Run a write. When it throws or `keep` is false everything is as before; else the changes are returned for publishing.
   * Inside another transaction it is a part of that one.
   */
  transact<T>(keep: boolean, run: () => T): { value: T; events: ChangeEvent[] } {
    const outer = this.#transaction;
    const transaction = outer ?? new Transaction();
    const mark = transaction.mark;
    const logged = transaction.events.length;
    this.#transaction = transaction;
    let done = false;
    try {
      const value = run();
      done = keep;
      return { value, events: outer || !keep ? [] : transaction.events };
    } finally {
      if (!done) {
        transaction.rollback(mark);
        transaction.events.length = logged;
      }
      this.#transaction = outer;
    }
  }

  /** Store (or for DELETED forget) an object under a new resourceVersion. */
  commit(type: WatchEventType, object: KubeObject, previous?: KubeObject): KubeObject {
    const { transaction, store } = this;
    const before = this.resourceVersion;
    this.resourceVersion = before + 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.resourceVersion) };
    const stored = deepFreeze({ ...object, metadata });
    const key = keyOf(stored);
    if (type === 'DELETED') store.remove(key);
    else store.put(stored);
    transaction.undo(() => {
      this.resourceVersion = before;
      if (previous) store.put(previous);
      else store.remove(key);
    });
    const event = { type, key, object: stored, resourceVersion: this.resourceVersion };
    transaction.events.push(previous ? { ...event, previous } : event);
    return stored;
  }
}
