import test from 'ava';
import { maxNesting, tooDeepJson, tooDeepYaml } from '../../src/api/nesting.js';
import { readYaml } from '../../src/api/yaml-source.js';

const nested = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);
const indented = (levels: number) => Array.from({ length: levels }, (_, level) => `${' '.repeat(level)}a:`).join('\n');

test('JSON may nest to the limit and no deeper; brackets in strings do not count', (t) => {
  t.false(tooDeepJson(nested('[', ']', maxNesting)));
  t.true(tooDeepJson(nested('[', ']', maxNesting + 1)));
  t.true(tooDeepJson('{"a":'.repeat(100_000)));
  t.false(tooDeepJson(JSON.stringify({ text: '[{'.repeat(10_000), quoted: '"[\\"' })));
  t.false(tooDeepJson(`[${'{},'.repeat(10_000)}{}]`));
  t.false(tooDeepJson('"unfinished \\'));
});

test('YAML may not nest deep in any of its styles', (t) => {
  t.false(tooDeepYaml(indented(100)));
  for (const text of [
    indented(1000),
    '- '.repeat(100_000),
    '['.repeat(100_000),
    '{a: '.repeat(50_000),
    '? '.repeat(50_000),
  ]) {
    t.true(tooDeepYaml(text), text.slice(0, 20));
  }
});

test('text full of brackets is no nesting', (t) => {
  t.false(
    tooDeepYaml(`data:\n  script: |\n    ${'['.repeat(5000)}\n  other: "${'{'.repeat(5000)}"\n# ${'['.repeat(5000)}\n`),
  );
});

test('a file that nests too deep is refused in words, not by a crash', (t) => {
  const [document] = readYaml('['.repeat(100_000));
  t.is(document?.error?.message, 'error converting YAML to JSON: yaml: exceeded max depth of 250');
});
