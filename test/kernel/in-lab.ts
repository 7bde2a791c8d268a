/**
 * Runs a scenario program in throw-away user, network, mount and PID namespaces, as root or as an ordinary user.
 * A scenario prints one line of JSON as its last line; whatever it leaves behind dies with its PID namespace.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const isolation = ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

export async function runInLab<T>(scenario: string): Promise<T> {
  const file = `${process.cwd()}/dist/test/kernel/${scenario}.scenario.js`;
  const { stdout } = await run('unshare', [...isolation, process.execPath, file], { timeout: 40_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}
