/**
 * Runs a scenario program in throw-away user, network, mount and PID namespaces, as root or as an ordinary user.
 * A scenario prints one line of JSON as its last line; whatever it leaves behind dies with its PID namespace.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const isolation = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

interface Surroundings {
  /** Stay who we are, in no user namespace: for what only root may do. Without it a scenario's argument says `rootless`. */
  asOurselves?: boolean;
}

export async function runInLab<T>(scenario: string, { asOurselves = false }: Surroundings = {}): Promise<T> {
  const file = `${process.cwd()}/dist/test/kernel/${scenario}.scenario.js`;
  const user = asOurselves ? [] : ['--user', '--map-root-user'];
  const scene = [process.execPath, file, ...(asOurselves ? [] : ['rootless'])];
  const { stdout } = await run('unshare', [...user, ...isolation, ...scene], { timeout: 40_000 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}
