/**
 * Loading kernel modules without modprobe: user-mode Linux' are in a folder that the machine's tools do not look into.
 *
 * Source: finit_module(2), modules.dep(5).
 */
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { finitModule } from './libc.js';

const LIST = 'modules.dep';

/** A module's file, and the names of the modules that it needs. */
export interface ModuleFile {
  path: string;
  needs: readonly string[];
}

/**
 * A `modules.dep` by module name. What a module needs is known by name, too, so that a module of one folder may need, or stand in
 * for, one of another: put the maps together, the later one wins.
 * @param folder what the list's paths are relative to
 */
export function parseDependencies(text: string, folder: string): Map<string, ModuleFile> {
  const lines = text.split('\n').filter((line) => line.includes(':'));
  return new Map(
    lines.map((line) => {
      const path = line.slice(0, line.indexOf(':'));
      const needs = words(line.slice(line.indexOf(':') + 1)).map(moduleName);
      return [moduleName(path), { path: join(folder, path), needs }];
    }),
  );
}

/** The files to load for these modules, each after those it needs; a module without a file is built in, or not to be had. */
export function loadOrder(files: ReadonlyMap<string, ModuleFile>, modules: readonly string[]): string[] {
  const order = new Set<string>();
  const visit = (name: string): void => {
    const file = files.get(name);
    if (file === undefined || order.has(file.path)) return;
    for (const needed of file.needs) visit(needed);
    order.add(file.path);
  };
  for (const name of modules) visit(name);
  return [...order];
}

/**
 * Loads them, with what they need, into the running kernel.
 * @param folders each with a folder a kernel release; one that has none for this kernel is left out, a later one's files win
 * @throws KernelError of the first that the kernel refuses
 */
export function loadModules(folders: readonly string[], modules: readonly string[]): void {
  const trees = folders.map((folder) => join(folder, release())).filter((tree) => existsSync(join(tree, LIST)));
  const lists = trees.map((tree) => parseDependencies(readFileSync(join(tree, LIST), 'utf8'), tree));
  const files = new Map(lists.flatMap((list) => [...list]));
  for (const path of loadOrder(files, modules)) loadModule(path);
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
