/**
 * Interfaces that speakers leave alone, by name: the ConfigMap metallb-excludel2.
 * Source: MetalLB `speaker/main.go` parseAnnouncedInterfacesToExclude.
 */
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { parse } from 'yaml';

const file = 'excludel2.yaml';

/** A test of interface names. Without the ConfigMap, or with one that cannot be read, nothing is excluded. */
export function excludedInterfaces(configMap: Pick<ConfigMap, 'data'> | undefined): (link: string) => boolean {
  const patterns = patternsIn(configMap?.data?.[file] ?? '');
  return (link) => patterns.some((pattern) => pattern.test(link));
}

function patternsIn(text: string): RegExp[] {
  try {
    const content = parse(text) as { announcedInterfacesToExclude?: string[] } | null;
    return (content?.announcedInterfacesToExclude ?? []).map((pattern) => new RegExp(pattern));
  } catch {
    return [];
  }
}
