/**
 * The ordered in-memory table behind the registry: objects by kind, namespace and name, with indexes.
 *
 * It knows no semantics: whoever calls `put` has decided. Names are kept sorted by binary insertion, so a list is a
 * walk and a write moves at most one array of pointers.
 */
import { type KubeObject, keyOf, keyText, type ObjectKey } from '../api/object.js';
import type { ListOptions } from './contract.js';
import { type IndexedLister, type IndexName, indexEntries } from './indexes.js';
import { deepFreeze } from './plain-data.js';

/** One namespace of one kind: objects by name, and the names in order. */
interface Shelf {
  readonly objects: Map<string, KubeObject>;
  readonly names: string[];
}

/** One kind: shelves by namespace, and the namespaces in order. */
interface Table {
  readonly shelves: Map<string, Shelf>;
  readonly namespaces: string[];
}

export class Store implements IndexedLister {
  readonly #tables = new Map<string, Table>();
  readonly #indexes = new Map<string, Map<string, KubeObject>>();
  #size = 0;

  /** How many objects there are. */
  get size(): number {
    return this.#size;
  }

  get<T extends KubeObject = KubeObject>(key: ObjectKey): T | undefined {
    const table = this.#tables.get(`${key.group}/${key.kind}`);
    return table?.shelves.get(key.namespace)?.objects.get(key.name) as T | undefined;
  }

  list<T extends KubeObject = KubeObject>(group: string, kind: string, options: ListOptions = {}): T[] {
    const table = this.#tables.get(`${group}/${kind}`);
    if (!table) return [];
    const namespaces = options.namespace === undefined ? table.namespaces : [options.namespace];
    const found: KubeObject[] = [];
    for (const namespace of namespaces) collect(table.shelves.get(namespace), options.where, found);
    return found as T[];
  }

  indexed<T extends KubeObject = KubeObject>(index: IndexName, value: string): T[] {
    const bucket = this.#indexes.get(`${index} ${value}`);
    if (!bucket) return [];
    const keys = [...bucket.keys()].sort();
    return keys.map((key) => bucket.get(key) as T);
  }

  /** Store the object, replacing what has its key. It is frozen from here on. */
  put(object: KubeObject): void {
    const key = keyOf(object);
    const previous = this.get(key);
    if (previous) this.#unindex(previous);
    else this.#size += 1;
    this.#shelf(key).objects.set(key.name, deepFreeze(object));
    this.#index(object);
  }

  /** Forget the object of that key. */
  remove(key: ObjectKey): void {
    const previous = this.get(key);
    const shelf = this.#tables.get(`${key.group}/${key.kind}`)?.shelves.get(key.namespace);
    if (!previous || !shelf) return;
    this.#unindex(previous);
    shelf.objects.delete(key.name);
    shelf.names.splice(position(shelf.names, key.name), 1);
    this.#size -= 1;
  }

  #shelf(key: ObjectKey): Shelf {
    const tableName = `${key.group}/${key.kind}`;
    const table = this.#tables.get(tableName) ?? { shelves: new Map(), namespaces: [] };
    this.#tables.set(tableName, table);
    const shelf = table.shelves.get(key.namespace) ?? { objects: new Map(), names: [] };
    if (!table.shelves.has(key.namespace)) insertSorted(table.namespaces, key.namespace);
    table.shelves.set(key.namespace, shelf);
    if (!shelf.objects.has(key.name)) insertSorted(shelf.names, key.name);
    return shelf;
  }

  #index(object: KubeObject): void {
    const key = keyText(keyOf(object));
    for (const [index, value] of indexEntries(object)) {
      const name = `${index} ${value}`;
      const bucket = this.#indexes.get(name) ?? new Map<string, KubeObject>();
      this.#indexes.set(name, bucket.set(key, object));
    }
  }

  #unindex(object: KubeObject): void {
    const key = keyText(keyOf(object));
    for (const [index, value] of indexEntries(object)) {
      const name = `${index} ${value}`;
      const bucket = this.#indexes.get(name);
      bucket?.delete(key);
      if (bucket?.size === 0) this.#indexes.delete(name);
    }
  }
}

function collect(shelf: Shelf | undefined, where: ListOptions['where'], into: KubeObject[]): void {
  if (!shelf) return;
  for (const name of shelf.names) {
    const object = shelf.objects.get(name);
    if (object && (!where || where(object))) into.push(object);
  }
}

function insertSorted(names: string[], name: string): void {
  names.splice(position(names, name), 0, name);
}

/** Index of the first name that is not less than `name`. */
function position(names: readonly string[], name: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
