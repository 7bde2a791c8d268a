import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { matchesLabels, matchesSelector, parseFieldSelector, parseLabelSelector } from '../../src/api/selector.js';
import { StatusError } from '../../src/api/status.js';

interface Golden {
  labelSets: Record<string, string>[];
  labels: { text: string; matches?: number[]; error?: string }[];
  fields: { text: string; terms?: string[][]; error?: string }[];
}

const golden = parse(readFileSync(join(process.cwd(), 'test/golden/api/selectors.yaml'), 'utf8')) as Golden;

for (const { text, matches, error } of golden.labels) {
  test(`label selector '${text}' ${error === undefined ? 'matches as upstream' : 'is refused in upstream words'}`, (t) => {
    if (error !== undefined) {
      const thrown = t.throws(() => parseLabelSelector(text), { instanceOf: StatusError });
      t.deepEqual([thrown?.message, thrown?.code], [error, 400]);
      return;
    }
    const predicate = parseLabelSelector(text);
    t.deepEqual(
      golden.labelSets.flatMap((labels, i) => (predicate(labels) ? [i] : [])),
      matches,
    );
  });
}

for (const { text, terms, error } of golden.fields) {
  test(`field selector '${text}' ${error === undefined ? 'has the terms that upstream finds' : 'is refused in upstream words'}`, (t) => {
    if (error !== undefined) {
      t.is(t.throws(() => parseFieldSelector(text), { instanceOf: StatusError })?.message, error);
      return;
    }
    const found = parseFieldSelector(text).map(({ path, op, value }) => [path, op, value]);
    t.deepEqual(found.sort(), [...(terms ?? [])].sort());
  });
}

test('no labels are no obstacle to a selector that asks for none', (t) => {
  t.true(parseLabelSelector('!app')(undefined));
  t.false(parseLabelSelector('app')(undefined));
});

test('a missing LabelSelector matches nothing, an empty one everything', (t) => {
  t.false(matchesSelector(undefined, { app: 'web' }));
  t.true(matchesSelector({}, { app: 'web' }));
});

test('matchLabels and all matchExpressions must hold together', (t) => {
  const selector = {
    matchLabels: { app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['a', 'b'] },
      { key: 'size', operator: 'NotIn', values: ['3'] },
      { key: 'zone', operator: 'Exists' },
      { key: 'old', operator: 'DoesNotExist' },
    ],
  };
  const labels = { app: 'web', tier: 'a', zone: 'x' };
  t.true(matchesSelector(selector, labels));
  t.false(matchesSelector(selector, { ...labels, tier: 'c' }));
  t.false(matchesSelector(selector, { ...labels, size: '3' }));
  t.false(matchesSelector(selector, { ...labels, old: '' }));
  t.false(matchesSelector(selector, { app: 'web', tier: 'a' }));
});

test('a plain map matches labels that have all of it', (t) => {
  t.true(matchesLabels({ app: 'web' }, { app: 'web', more: 'x' }));
  t.false(matchesLabels({ app: 'web' }, { more: 'x' }));
  t.true(matchesLabels({}, undefined));
});
