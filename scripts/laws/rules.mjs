/**
 * One function a law. Each takes the files of a tree and returns what breaks it: `{path, line, law, message}`.
 * A file is `{path, text, code, comments, imports}` with `path` relative to the root; imports carry `target`, the file they lead to.
 */
import { posix } from 'node:path';
import { lineAt } from './source.mjs';
import * as table from './table.mjs';

const inSource = (file) => file.path.startsWith('src/');
const folderOf = (path) => path.split('/')[1];
const kindOf = (path) => (table.EDGE_FILES[path.slice('src/'.length)] ? 'effects' : table.FOLDERS[folderOf(path)]);

const broken = (law, file, offset, message) => ({ law, path: file.path, line: lineAt(file.text, offset), message });

/** For every import of every source file. */
const eachImport = (files, check) =>
  files.filter(inSource).flatMap((file) => file.imports.flatMap((it) => check(file, it) ?? []));

/** A contract holds types that both sides of a border agree on, so anybody may import them as types. */
const isContract = (target) => posix.basename(target) === 'contract.ts';

/** src/ has only the folders of the table. */
export function knownFolders(files) {
  return files
    .filter((file) => inSource(file) && !(folderOf(file.path) in table.FOLDERS))
    .map((file) => broken('folders', file, 0, `src/${folderOf(file.path)} is not in scripts/laws/table.mjs`));
}

/** Edge → composition → effects → base → pure, never back. */
export function direction(files) {
  return eachImport(files, (file, { target, typeOnly, offset }) => {
    if (!target?.startsWith('src/') || (typeOnly && isContract(target))) return;
    const [from, to] = [kindOf(file.path), kindOf(target)];
    if (!from || !to || table.RANKS[to] <= table.RANKS[from]) return;
    return [
      broken('direction', file, offset, `${from} code imports ${to} code (${target}); turn it round or pass it in`),
    ];
  });
}

const engineOf = (path) => table.ENGINES.find((engine) => path.startsWith(`src/${engine}/`));

/** proxy/iptables knows nothing of proxy/ipvs: what they share is in proxy/ or model/. */
export function separateEngines(files) {
  return eachImport(files, (file, { target, offset }) => {
    const [from, to] = [engineOf(file.path), target && engineOf(target)];
    if (!from || !to || from === to) return;
    return [broken('engines', file, offset, `${from} imports ${to}; engines share only what is outside both`)];
  });
}

const isNodeModule = (specifier) => specifier.startsWith('node:');

/** Pure folders import pure things: no node: module but node:crypto, for hashing. */
export function purity(files) {
  return eachImport(files, (file, { specifier, offset }) => {
    if (kindOf(file.path) !== 'pure' || !isNodeModule(specifier) || table.PURE_MODULES.includes(specifier)) return;
    return [broken('purity', file, offset, `a pure folder imports ${specifier}`)];
  });
}

/** Bare names of Node's own modules hide from the other laws. */
export function prefixedModules(files) {
  const bare =
    /^(?:child_process|crypto|dgram|dns|events|fs|http|https|net|os|path|process|stream|timers|url|util|worker_threads)(?:\/|$)/;
  return eachImport(files, (file, { specifier, offset }) =>
    bare.test(specifier) ? [broken('prefix', file, offset, `write node:${specifier}`)] : undefined,
  );
}

const packageOf = (specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');

/** Processes are started and the kernel is reached in kernel/ only. */
export function ownedModules(files) {
  return eachImport(files, (file, { specifier, typeOnly, offset }) => {
    const owned = table.OWNED_MODULES[isNodeModule(specifier) ? specifier : packageOf(specifier)];
    const folder = folderOf(file.path);
    if (!owned || typeOnly || folder === 'kernel' || owned.also.includes(folder)) return;
    return [broken('kernel', file, offset, `${specifier} belongs to kernel/; call what kernel/ offers`)];
  });
}

const isExcepted = (path, word) =>
  table.WORD_EXCEPTIONS.some((it) => `src/${it.path}` === path && it.words.includes(word));

/** Time and chance come as parameters; only world/ makes them. */
export function ownedWords(files) {
  const outside = files.filter((file) => inSource(file) && folderOf(file.path) !== 'world');
  const words = outside.flatMap((file) =>
    Object.entries(table.OWNED_WORDS).flatMap(([word, pattern]) =>
      isExcepted(file.path, word)
        ? []
        : [...file.code.matchAll(pattern)].map((it) =>
            broken('world', file, it.index, `${word} belongs to world/; take a clock or a seed as a parameter`),
          ),
    ),
  );
  const timers = eachImport(outside, (file, { specifier, offset }) =>
    specifier.startsWith('node:timers') ? [broken('world', file, offset, `${specifier} belongs to world/`)] : undefined,
  );
  return [...words, ...timers];
}

/** No import cycle, types included: each is reported once, from its first file in the alphabet. */
export function acyclic(files) {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set();
  const found = [];
  const visit = (path, trail) => {
    const file = byPath.get(path);
    if (!file || done.has(path)) return;
    if (trail.includes(path)) {
      const cycle = [...trail.slice(trail.indexOf(path)), path];
      found.push(broken('cycles', file, 0, `import cycle: ${cycle.join(' → ')}`));
      return;
    }
    for (const { target } of file.imports) if (target) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

/** No folder or file called utils, helpers, common ... */
export function names(files) {
  return files.flatMap((file) =>
    file.path
      .split('/')
      .map((part) => part.replace(/\..*$/, ''))
      .filter((part) => table.FORBIDDEN_NAMES.includes(part))
      .map((part) => broken('names', file, 0, `nothing is called ${part}: name it after what it does`)),
  );
}

const lineCount = ({ text }) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** @returns broken laws over the hard limit; with `warn`, the files between the two limits */
export function lengths(files, { warn = false } = {}) {
  const isLong = (count) => (warn ? count > table.LINES.warn && count <= table.LINES.fail : count > table.LINES.fail);
  return files
    .filter((file) => !(file.path in table.LONG_FILES) && isLong(lineCount(file)))
    .map((file) =>
      broken('length', file, 0, `${lineCount(file)} lines; ${warn ? table.LINES.warn : table.LINES.fail} is the limit`),
    );
}

/** Nothing unfinished, no test switched off. */
export function finished(files) {
  return files.flatMap((file) => [
    ...file.comments
      .filter(({ text }) => /\b(?:TODO|FIXME|XXX)\b/.test(text))
      .map(({ offset }) => broken('finished', file, offset, 'finish it, or open an issue')),
    ...[...file.code.matchAll(/\btest(?:\.serial)?\.(?:skip|only|todo|failing)\b/g)].map((it) =>
      broken('finished', file, it.index, `${it[0]} switches tests off`),
    ),
  ]);
}

export const LAWS = [
  knownFolders,
  direction,
  separateEngines,
  purity,
  prefixedModules,
  ownedModules,
  ownedWords,
  acyclic,
  names,
  lengths,
  finished,
];
