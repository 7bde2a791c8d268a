/**
 * `--name LAB`, which every command takes anywhere before a `--`.
 */

import { CommandFailure } from '../cluster/failure.js';
import { labNamePattern } from '../cluster/state/state-directory.js';

const defaultName = 'lab';

/** Commands whose own options follow: what comes after their target is not ours to read. */
const passingThrough = new Set(['exec', 'kubectl', 'vtysh']);

/** The lab's name and the other arguments. @throws CommandFailure for a name that cannot be one. */
export function takeName(argv: readonly string[]): { name: string; rest: string[] } {
  const rest: string[] = [];
  let name = process.env.KUBEWIRE_LAB ?? defaultName;
  for (let position = 0; position < argv.length; position++) {
    const argument = argv[position] ?? '';
    const own = argument === '--name' || argument.startsWith('--name=');
    if (!own) rest.push(argument);
    if (own) name = argument.startsWith('--name=') ? argument.slice('--name='.length) : (argv[++position] ?? '');
    if (argument === '--' || endsOwnOptions(rest)) {
      rest.push(...argv.slice(position + 1));
      break;
    }
  }
  if (labNamePattern.test(name)) return { name, rest };
  throw new CommandFailure(
    'usage',
    `lab: --name "${name}": a lab's name is lower-case letters, digits and "-", at most 32, such as "lab2"`,
  );
}

/** After `exec TARGET COMMAND` the rest belongs to the command, even a `--name`. */
function endsOwnOptions(rest: readonly string[]): boolean {
  const [command, ...words] = rest.filter((word) => !word.startsWith('-'));
  if (!passingThrough.has(command ?? '')) return false;
  return words.length >= (command === 'exec' ? 2 : 1);
}
