/**
 * A canonical form of a table, to compare what was compiled with what the kernel holds: without counters and remarks,
 * chains sorted by name, rules under their chain in order.
 */

/** Chains of one table, each with its rules as `iptables-save` prints them. */
export type SavedTable = Map<string, string[]>;

/** Tables by name. */
export type SavedTables = Map<string, SavedTable>;

function chainOf(table: SavedTable, chain: string): string[] {
  const rules = table.get(chain) ?? [];
  table.set(chain, rules);
  return rules;
}

/** Reads what `iptables-save` printed (with or without `-c`). */
export function parseSave(text: string): SavedTables {
  const tables: SavedTables = new Map();
  let table: SavedTable = new Map();
  for (const raw of text.split('\n')) {
    const line = raw.replace(/^\[\d+:\d+\] /, '').trimEnd();
    if (line.startsWith('*')) {
      table = tables.get(line.slice(1)) ?? new Map();
      tables.set(line.slice(1), table);
    } else if (line.startsWith(':')) {
      chainOf(table, line.slice(1).split(' ')[0] ?? '');
    } else if (line.startsWith('-A ')) {
      chainOf(table, line.split(' ')[1] ?? '').push(line);
    }
  }
  return tables;
}

/** Prints tables in canonical form: tables and chains by name; empty tables are left out. */
export function canonicalSave(tables: SavedTables): string {
  const sorted = [...tables].sort(([a], [b]) => (a < b ? -1 : 1)).filter(([, chains]) => chains.size > 0);
  const lines = sorted.flatMap(([name, chains]) => {
    const inOrder = [...chains].sort(([a], [b]) => (a < b ? -1 : 1));
    return [`*${name}`, ...inOrder.map(([chain]) => `:${chain}`), ...inOrder.flatMap(([, rules]) => rules), 'COMMIT'];
  });
  return lines.map((line) => `${line}\n`).join('');
}
