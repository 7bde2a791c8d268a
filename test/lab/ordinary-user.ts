/**
 * Being another, ordinary user in a test that runs as root.
 *
 * A checkout or a Node below /root is closed to others, so both are shown in an open folder, in a mount namespace that
 * only the command sees.
 */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** `nobody` on Debian, Fedora and Alpine. */
const NOBODY = 65534;

export const isRoot = process.getuid?.() === 0;

const become = `mount --bind "$0" "$1/repo" && mount --bind "$2" "$1/bin/node" && cd "$1/repo" || exit
folder=$1
shift 2
exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups env -u XDG_RUNTIME_DIR HOME="$folder/home" PATH="$folder/bin:$PATH" "$@"`;

/** What to put in front of a command, so that an ordinary user runs it in the checkout; nothing when we are one. */
export function asOrdinaryUser(t: ExecutionContext): string[] {
  if (!isRoot) return [];
  const folder = mkdtempSync(join(tmpdir(), 'kubewire-user-'));
  chmodSync(folder, 0o755);
  for (const name of ['repo', 'bin', 'home']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'bin/node'), '');
  giveToOrdinaryUser(join(folder, 'home'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const isolated = ['unshare', '--mount', '--propagation', 'private'];
  return [...isolated, 'sh', '-c', become, process.cwd(), folder, process.execPath];
}

export function giveToOrdinaryUser(path: string): void {
  if (isRoot) chownSync(path, NOBODY, NOBODY);
}
