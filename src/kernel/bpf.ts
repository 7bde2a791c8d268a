/**
 * eBPF programs on control groups: compiled by clang, loaded by bpftool, attached by the daemon itself.
 *
 * Programs and maps are pinned in a bpf file system that only the daemon's mount namespace has, and programs are attached by
 * links that only its descriptors hold: when it dies, however, the kernel detaches and frees everything. Source:
 * bpf(2), bpftool-prog(8), and BPF_LINK_CREATE in linux/bpf.h (Linux 5.7; the cookies of namespaces came with 5.14).
 */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { KernelError, libc, syscallError } from './libc.js';
import { inNamespace, type NetworkNamespace } from './netns.js';
import { ProcessError, runProcess } from './process.js';

/** __NR_bpf, asm/unistd.h. */
const SYS_BPF: Partial<Record<NodeJS.Architecture, number>> = { x64: 321, arm64: 280 };
/** Of enum bpf_cmd, linux/bpf.h. */
const [BPF_PROG_GET_FD_BY_ID, BPF_LINK_CREATE] = [13, 28];
/** Where Debian keeps the headers of an architecture, by Node's name of it. */
const TRIPLETS: Partial<Record<NodeJS.Architecture, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
/** SOL_SOCKET and SO_NETNS_COOKIE, asm-generic/socket.h; AF_INET and SOCK_DGRAM | SOCK_CLOEXEC. */
const [SOL_SOCKET, SO_NETNS_COOKIE, AF_INET, SOCK_DGRAM] = [1, 71, 2, 2 | 0o2000000];
/** MS_NOSUID | MS_NODEV | MS_NOEXEC, linux/mount.h. */
const MOUNT_FLAGS = 0x2 | 0x4 | 0x8;

/** Where programs are attached to, by the name of their function: enum bpf_attach_type, linux/bpf.h. */
export const ATTACH_TYPES = { connect4: 10, sendmsg4: 14, recvmsg4: 19, getpeername4: 29 } as const;
export type Hook = keyof typeof ATTACH_TYPES;

async function run(command: [string, ...string[]], place: NetworkNamespace, input?: string): Promise<string> {
  const { code, stdout, stderr } = await runProcess(place, command, input);
  if (code !== 0) throw new ProcessError(command, place.name, code, stderr);
  return stdout;
}

function mount(type: 'bpf' | 'cgroup2', target: string): string {
  mkdirSync(target, { recursive: true, mode: 0o700 });
  if (libc().mount(type, target, type, MOUNT_FLAGS, null) !== 0) throw syscallError(`mount ${type}`, target);
  return target;
}

/** Programs and maps that live as long as this process. */
export interface LoadedPrograms {
  /** Where the maps are pinned, for bpftool. */
  readonly maps: string;
  /** Runs `bpftool batch`: one command a line; stops at the first that fails. @throws ProcessError */
  batch(input: string): Promise<void>;
  /** A map's entries as bpftool's JSON. */
  dump(map: string): Promise<string>;
}

export interface ProgramSource {
  /** The C file. */
  source: string;
  /** A folder of the lab's own. */
  folder: string;
  hooks: readonly Hook[];
  /** Where tools run; they ask nothing of its network. */
  place: NetworkNamespace;
}

/**
 * Compiles, loads and attaches to all processes that this one can see the control groups of.
 * @throws ProcessError in clang's or bpftool's words; KernelError when the kernel refuses to attach
 */
export async function loadPrograms({ source, folder, hooks, place }: ProgramSource): Promise<LoadedPrograms> {
  const object = join(folder, 'socket-lb.o');
  const headers = `-I/usr/include/${TRIPLETS[process.arch] ?? process.arch}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await run(['clang', '-O2', '-g', '-target', 'bpf', '-mcpu=v3', headers, '-c', source, '-o', object], place);
  const pinned = mount('bpf', join(folder, 'pinned'));
  const [programs, maps] = [join(pinned, 'programs'), join(pinned, 'maps')];
  await run(['bpftool', 'prog', 'loadall', object, programs, 'pinmaps', maps], place);
  const root = openSync(mount('cgroup2', join(folder, 'cgroup')), 'r');
  for (const hook of hooks) attach(await programId(join(programs, hook), place), root, hook);
  closeSync(root);
  return {
    maps,
    batch: async (input) => void (await run(['bpftool', 'batch', 'file', '-'], place, input)),
    dump: (map) => run(['bpftool', '-j', 'map', 'dump', 'pinned', join(maps, map)], place),
  };
}

async function programId(path: string, place: NetworkNamespace): Promise<number> {
  const shown = await run(['bpftool', '-j', 'prog', 'show', 'pinned', path], place);
  return (JSON.parse(shown) as { id: number }).id;
}

/** The link's descriptor is left open on purpose: it is what keeps the program attached. */
function attach(id: number, cgroup: number, hook: Hook): void {
  const program = bpf(BPF_PROG_GET_FD_BY_ID, [id, 0, 0], `program ${id}`);
  bpf(BPF_LINK_CREATE, [program, cgroup, ATTACH_TYPES[hook], 0], `cgroup/${hook}`);
  closeSync(program);
}

/** The system call, with attributes that are all 32-bit numbers. @throws KernelError */
function bpf(command: number, attributes: readonly number[], subject: string): number {
  const number = SYS_BPF[process.arch];
  if (number === undefined) throw new KernelError('bpf', `on ${process.arch}`, 0, 'unknown architecture');
  const bytes = Buffer.alloc(attributes.length * 4);
  for (const [index, value] of attributes.entries()) bytes.writeUInt32LE(value, index * 4);
  const result = libc().syscall(number, command, bytes, bytes.length);
  if (result < 0) throw syscallError('bpf', subject);
  return result;
}

/** What programs know a network namespace by; no other ever has the same. @throws KernelError ENOPROTOOPT before 5.14 */
export function namespaceCookie(namespace: NetworkNamespace): bigint {
  const fd = inNamespace(namespace, () => libc().socket(AF_INET, SOCK_DGRAM, 0));
  if (fd < 0) throw syscallError('socket', namespace.name);
  const [cookie, length] = [Buffer.alloc(8), Buffer.alloc(4)];
  length.writeInt32LE(cookie.length);
  const failed = libc().getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, length) !== 0;
  const error = failed ? syscallError('getsockopt SO_NETNS_COOKIE', namespace.name) : undefined;
  closeSync(fd);
  if (error) throw error;
  return cookie.readBigUInt64LE();
}
