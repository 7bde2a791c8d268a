/** What a lab weighs: proportional set size over all of its processes, so that shared pages count once. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { execa } from 'execa';

const isPid = (name: string) => /^\d+$/.test(name);

/** undefined for a process that ended, or that is not ours to look at. */
function read<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

const pidNamespace = (pid: number | string) => read(() => readlinkSync(`/proc/${pid}/ns/pid`));

/** All processes of the lab: those in the PID namespace that the daemon is in. */
export function processesOf(daemon: number): number[] {
  const namespace = pidNamespace(daemon);
  if (!namespace || namespace === pidNamespace('self')) throw new Error(`process ${daemon} is no lab's daemon`);
  return readdirSync('/proc')
    .filter((name) => isPid(name) && pidNamespace(name) === namespace)
    .map(Number);
}

const KILOBYTES_A_MEGABYTE = 1024;

/** MB. Source: proc_pid_smaps(5), smaps_rollup. */
export function memoryOf(pids: readonly number[]): number {
  const kilobytes = pids.map((pid) => {
    const rollup = read(() => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? '';
    return Number(rollup.match(/^Pss:\s+(\d+) kB/m)?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, it) => sum + it, 0) / KILOBYTES_A_MEGABYTE;
}

/** MB of a Node.js that does nothing: what any one process costs. */
export async function idleNodeMemory(): Promise<number> {
  const idle = execa(process.execPath, ['--eval', 'console.log("up"); setInterval(() => {}, 1e6)'], { reject: false });
  await new Promise((resolve) => idle.stdout?.once('data', resolve));
  const memory = memoryOf([idle.pid as number]);
  idle.kill();
  await idle;
  return memory;
}
