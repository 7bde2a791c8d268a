/**
 * Another program in this command's place: it has this terminal, gets the signals, and its exit code is ours.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Resolves with the exit code, 128+N when signal N ended it.
 * @throws Error of spawn(2) when it cannot be started
 */
export function runInForeground(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(program, args, { stdio: 'inherit', env });
  // The terminal sends an interrupt to the whole foreground group; what comes to us alone is passed on.
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
