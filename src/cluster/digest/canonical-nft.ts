/**
 * `nft -j list table` without what changes by itself: handles, which count, and the clients that affinity sets remember.
 */
import { canonicalJson } from '../../model/derive.js';

type Listed = Record<string, Record<string, unknown>>;

/** One line an object; rules keep their order within their chain, the rest has none. */
export function canonicalNft(json: string): string {
  if (json.trim() === '') return '';
  const { nftables } = JSON.parse(json) as { nftables: Listed[] };
  const lines = nftables.flatMap((entry) =>
    Object.entries(entry)
      .filter(([kind]) => kind !== 'metainfo')
      .map(([kind, object]) => ({ place: `${kind} ${object['chain'] ?? object['name']}`, text: textOf(kind, object) })),
  );
  lines.sort((one, other) => (one.place < other.place ? -1 : Number(one.place > other.place)));
  return lines.map(({ text }) => text).join('\n');
}

function textOf(kind: string, { handle: _handle, elem, ...object }: Record<string, unknown>): string {
  if (!Array.isArray(elem) || isDynamic(object)) return `${kind} ${canonicalJson(object)}`;
  return `${kind} ${canonicalJson({ ...object, elem: elem.map((one) => canonicalJson(one)).sort() })}`;
}

/** Sets that rules fill. */
function isDynamic({ flags }: Record<string, unknown>): boolean {
  return [flags].flat().includes('dynamic');
}
