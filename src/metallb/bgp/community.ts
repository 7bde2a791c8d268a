/**
 * BGP communities as MetalLB reads them: `64500:1`, `large:64500:1:2`, or the name that a Community object gives to one.
 * Source: MetalLB `internal/bgp/community/community.go`, `internal/config/config.go` communitiesFromCrs, getCommunityValue.
 */
import type { KubeObject } from '../../api/object.js';

export type Community = KubeObject & { spec?: { communities?: { name: string; value: string }[] } };

/** @throws Error in MetalLB's words for what is no community */
export function checkCommunity(text: string): void {
  const sections = text.split(':');
  if (sections.length === 2) return sections.forEach((one) => void checkSection(one, text, 16));
  if (sections.length !== 4) throw new Error(`invalid community format: ${text}`);
  if (sections[0] !== 'large') {
    const form = 'expected community to be of format large:<uint32>:<uint32>:<uint32>';
    throw new Error(
      `invalid community value: invalid marker for large community, ${form} but got ${JSON.stringify(text)} instead`,
    );
  }
  sections.slice(1).forEach((one) => void checkSection(one, text, 32));
}

/** As Go's `strconv.ParseUint`. */
function checkSection(section: string, community: string, bits: number): void {
  const digits = /^\d+$/.test(section);
  if (digits && Number(section) < 2 ** bits) return;
  const why = digits ? 'value out of range' : 'invalid syntax';
  const cause = `strconv.ParseUint: parsing ${JSON.stringify(section)}: ${why}`;
  const where = `invalid section ${JSON.stringify(section)} of community ${JSON.stringify(community)}`;
  throw new Error(`invalid community value: ${where}, err: ${JSON.stringify(cause)}`);
}

/** Values by name. @throws Error for a value that is none, or a name given twice */
export function communityAliases(objects: readonly Community[]): Map<string, string> {
  const aliases = new Map<string, string>();
  for (const { name, value } of objects.flatMap(({ spec }) => spec?.communities ?? [])) {
    try {
      checkCommunity(value);
    } catch (error) {
      throw new Error(`parsing community "${name}": ${(error as Error).message}`);
    }
    if (aliases.has(name)) throw new Error(`duplicate definition of community "${name}"`);
    aliases.set(name, value);
  }
  return aliases;
}
