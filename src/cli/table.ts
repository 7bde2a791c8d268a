/**
 * Tables as kubectl prints them: upper-case headings, three spaces, no lines.
 */
import Table from 'cli-table3';

const bare = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right', 'left']
  .concat(['left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
  .map((part) => [part, ''] as const);

/** A line of headings and one for each row, without the blanks that would fill up the last column. */
export function tableText(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({
    head: [...head],
    chars: { ...Object.fromEntries(bare), middle: '   ' },
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString().replace(/ +$/gm, '');
}
