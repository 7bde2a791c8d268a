/**
 * Tables as kubectl prints them: upper-case headings, three spaces, no lines.
 */
import type { TableConstructorOptions } from 'cli-table3';

const bare = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left']
  .concat(['left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
  .map((part) => [part, ''] as const);

export function plainTable(head: string[]): TableConstructorOptions {
  return {
    head,
    chars: { ...Object.fromEntries(bare), middle: '   ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  };
}

/** A printed table without the blanks that fill up its last column. */
export function trimmed(text: string): string {
  return text.replace(/ +$/gm, '');
}
