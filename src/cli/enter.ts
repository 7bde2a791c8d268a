/**
 * Running a program inside the lab, with this terminal: what `exec` and `shell` share.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LabTarget } from '../cluster/target.js';
import { enterCommand } from '../kernel/launch.js';
import { lockFile, toolPath } from '../kernel/process.js';
import { findProgram } from '../kernel/sandbox-process.js';
import { runInGuest } from './enter-guest.js';
import { runInForeground } from './foreground.js';
import { kubectlEnvironment } from './kubectl-environment.js';
import type { RunningLab } from './running.js';
import { installation } from './version.js';

/** Commands that the course notes type and a bare namespace lacks: sudo, k, and the lab's iptables. */
const shimFolder = fileURLToPath(new URL('scripts/shell', installation));
const toolFolder = fileURLToPath(new URL('scripts', installation));

/**
 * Changes to a directory, if it is there, and becomes the program: `sh -c THIS sh DIRECTORY PROGRAM ARGS…`. What is not found is
 * said here: a shell ends with 126 instead of 127 when the PATH has a folder that the user may not look into.
 */
const FROM_DIRECTORY = `cd "$1" 2>/dev/null; unset OLDPWD; shift
case $1 in */*) ;; *) command -v -- "$1" >/dev/null || { printf 'exec: "%s": executable file not found in $PATH\\n' "$1" >&2; exit 127; } ;; esac
exec "$@"`;

/** Runs it with inherited stdio. Resolves with its exit code, 128+N when signal N ended it, 127 when not found. */
export function runInside(lab: RunningLab, target: LabTarget, command: readonly string[]): Promise<number> {
  const inside = ['/bin/sh', '-c', FROM_DIRECTORY, 'sh', target.cwd ?? process.cwd(), ...command];
  const env = environment(lab, target);
  if (lab.status.kernel === 'uml' && !lab.inside) {
    const argv = [...enterCommand(lab.status.innerPid, target.namespaces, true), ...inside];
    return runInGuest(lab.directory.guest, { argv, env: definedOnly(env) });
  }
  const [program = '', ...args] = [...enterCommand(lab.pid, target.namespaces), ...endedWithParent(), ...inside];
  // By its path: a container's PATH may lead nowhere on the machine.
  return runInForeground(findProgram(program), args, env);
}

/**
 * nsenter waits for the command and hands on no signal: whoever ends it would leave the command behind. A hang-up ends shells, too.
 * Source: nsenter(1), prctl(2) PR_SET_PDEATHSIG
 */
function endedWithParent(): string[] {
  return [findProgram('setpriv'), '--pdeathsig', 'HUP', '--'];
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** A pod's command has the container's environment, as with `kubectl exec`; a machine's has the caller's. */
function environment(lab: RunningLab, target: LabTarget): NodeJS.ProcessEnv {
  if (target.env) return { ...(process.env.TERM ? { TERM: process.env.TERM } : {}), ...target.env };
  return {
    ...process.env,
    PATH: `${shimFolder}:${toolFolder}:${toolPath()}`,
    ...kubectlEnvironment(lab),
    KUBEWIRE_LAB: lab.status.name,
    // Inside, an ordinary user is root, whose labs are elsewhere.
    KUBEWIRE_STATE: dirname(lab.directory.root),
    KUBEWIRE_IPTABLES: lab.status.iptables,
    KUBEWIRE_TARGET: target.name,
    ...lockFile(lab.directory.locks, target.name),
  };
}
