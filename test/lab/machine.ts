/**
 * What a lab must leave as it was: the machine's own namespace, its mounts, and its processes.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { systemPath } from '../../src/kernel/process.js';

const env = { PATH: `${process.env.PATH}:${systemPath}` };

/** Links, addresses, routes, rules, both kinds of iptables, mounts and network settings, as one text. */
export async function machineState(): Promise<string> {
  const ip = ['link', 'addr', 'route', 'rule'].map((object) => run('ip', '-j', object));
  const rules = process.getuid?.() === 0 ? [run('iptables-legacy-save'), run('iptables-nft-save')] : [];
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  const settings = await run('sh', '-c', 'grep -rs . /proc/sys/net/ipv4/conf /proc/sys/net/ipv4/ip_forward | sort');
  return [...(await Promise.all([...ip, ...rules])), mounts, settings].map(withoutCounters).join('\n---\n');
}

async function run(file: string, ...args: string[]): Promise<string> {
  return (await execa(file, args, { env, reject: false })).stdout;
}

function withoutCounters(text: string): string {
  return text.replace(/^#.*$/gm, '').replace(/\[\d+:\d+\]/g, '');
}

interface ProcessEntry {
  pid: number;
  parent: number;
  command: string;
}

/** All processes that are not waiting to be reaped. */
export function processes(): ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => entryOf(Number(name)) ?? []);
}

function entryOf(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return state === 'Z' ? undefined : { pid, parent: Number(parent), command };
  } catch {
    return undefined;
  }
}

/** The processes of a lab: what names it, and all their children. */
export function labProcesses(name: string): ProcessEntry[] {
  const all = processes();
  const found = new Map(all.filter(({ command }) => command.includes(`--lab=${name} `)).map((one) => [one.pid, one]));
  for (let grown = true; grown; ) {
    const children = all.filter(({ pid, parent }) => found.has(parent) && !found.has(pid));
    for (const child of children) found.set(child.pid, child);
    grown = children.length > 0;
  }
  return [...found.values()];
}
