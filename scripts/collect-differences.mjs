/**
 * Collects the `Differs:` comments of `src/` into docs/differences.md: where the emulation knowingly departs from a real
 * cluster, said once, next to the code that departs. `--check` writes nothing and ends with 1 when the page is stale.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTree } from './laws/tree.mjs';
import { repositoryRoot } from './setup.mjs';

const HEADER = `# Where kubewire differs from a real cluster

Collected from the \`Differs:\` comments in the source by \`npm run differences\`; do not edit by hand.
What is not listed here is meant to behave as in a real cluster: if it does not, that is a bug.
`;

/** Comment text without its marks, one entry a line. */
const bareLines = (comment) =>
  comment
    .replace(/^\/\*+|\*+\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*(?:\*|\/\/)?\s?/, '').trim());

/** Line comments that follow each other directly are one text. */
function joinAdjacent({ text, comments }) {
  const joined = [];
  for (const { offset, text: comment } of comments) {
    const last = joined.at(-1);
    const isNext = last && comment.startsWith('//') && /^[ \t]*\n[ \t]*$/.test(text.slice(last.end, offset));
    if (isNext) Object.assign(last, { lines: [...last.lines, ...bareLines(comment)], end: offset + comment.length });
    else joined.push({ lines: bareLines(comment), end: offset + comment.length });
  }
  return joined;
}

/** From `Differs:` to the line that ends a sentence, an empty line, or the end of the comment. */
function sentences(lines) {
  const found = [];
  let open = false;
  for (const line of lines) {
    const start = line.match(/\bDiffers:\s*(.*)$/);
    if (start) found.push(start[1]);
    else if (open) found[found.length - 1] += ` ${line}`;
    if (start || open) open = line !== '' && !/[.!?]$/.test(line);
  }
  return found.map((text) => text.trim()).filter(Boolean);
}

/** @returns {{folder: string, path: string, sentence: string}[]} sorted by folder, file and place in the file */
export function collect(root) {
  return readTree(root, ['src']).flatMap((file) =>
    joinAdjacent(file)
      .flatMap(({ lines }) => sentences(lines))
      .map((sentence) => ({ folder: file.path.split('/')[1], path: file.path, sentence })),
  );
}

const capitalised = (text) => text[0].toUpperCase() + text.slice(1);

/** The page; links are relative to docs/. */
export function render(differences) {
  const folders = [...new Set(differences.map((it) => it.folder))].sort();
  const section = (folder) =>
    differences
      .filter((it) => it.folder === folder)
      .map(({ path, sentence }) => `- ${capitalised(sentence)} ([${path.slice('src/'.length)}](../${path}))`);
  return [HEADER, ...folders.map((folder) => `## ${folder}\n\n${section(folder).join('\n')}\n`)].join('\n');
}

const isMain = process.argv[1] === import.meta.filename;
if (isMain) {
  const page = join(repositoryRoot, 'docs', 'differences.md');
  const wanted = render(collect(repositoryRoot));
  const isFresh = existsSync(page) && readFileSync(page, 'utf8') === wanted;
  if (!process.argv.includes('--check')) writeFileSync(page, wanted);
  else if (!isFresh) {
    console.error('docs/differences.md is stale: run npm run differences and commit the result');
    process.exitCode = 1;
  }
}
