/**
 * Commands in network and mount namespaces of their own, which vanish with them. Floors run here: nothing reaches the machine's own.
 */
import { execa, type Options } from 'execa';

/** An ordinary user becomes root of a user namespace first. */
const identity = process.getuid?.() === 0 ? [] : ['--map-root-user'];

const unshare = [...identity, '--net', '--mount', '--kill-child'];

/** Runs it and returns its standard output. @throws ExecaError */
export async function privately(command: readonly string[], options: Options = {}): Promise<string> {
  const env = { PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
  const { stdout } = await execa('unshare', [...unshare, ...command], { env, ...options });
  return String(stdout);
}
