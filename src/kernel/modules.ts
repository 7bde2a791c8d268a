/**
 * Loading kernel modules without modprobe: user-mode Linux' are in a folder that the machine's tools do not look into.
 *
 * Source: finit_module(2), modules.dep(5).
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finitModule } from './libc.js';

/** `path: what it needs …` lines as a map. */
export function parseDependencies(text: string): Map<string, string[]> {
  const lines = text.split('\n').filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), words(line.slice(line.indexOf(':') + 1))]));
}

/**
 * The files to load for these modules, each after those it needs; a module without a file is built in, or not to be had.
 * @param dependencies of `parseDependencies`
 */
export function loadOrder(dependencies: ReadonlyMap<string, readonly string[]>, modules: readonly string[]): string[] {
  const byName = new Map([...dependencies.keys()].map((path) => [moduleName(path), path]));
  const order = new Set<string>();
  const visit = (path: string): void => {
    if (order.has(path)) return;
    for (const needed of dependencies.get(path) ?? []) visit(needed);
    order.add(path);
  };
  for (const name of modules) {
    const path = byName.get(name);
    if (path !== undefined) visit(path);
  }
  return [...order];
}

/** Loads them, with what they need, into the running kernel. @throws KernelError of the first that the kernel refuses */
export function loadModules(folder: string, modules: readonly string[]): void {
  const release = readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim();
  const tree = join(folder, release);
  const dependencies = parseDependencies(readFileSync(join(tree, 'modules.dep'), 'utf8'));
  for (const path of loadOrder(dependencies, modules)) loadModule(join(tree, path));
}

function loadModule(path: string): void {
  const fd = openSync(path, 'r');
  try {
    finitModule(fd, path);
  } finally {
    closeSync(fd);
  }
}

/** `kernel/net/sched/sch_netem.ko` is `sch_netem`; modules say `_` where files may say `-`. */
function moduleName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1, path.lastIndexOf('.ko')).replaceAll('-', '_');
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
