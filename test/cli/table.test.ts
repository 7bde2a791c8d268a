import test from 'ava';
import { tableText } from '../../src/cli/table.js';

test('a table has its columns under their headings, and no blanks at the ends of its lines', (t) => {
  const rows = [
    ['web', 1, 'short'],
    ['a-longer-name', 20, 'the last column is as long as it is'],
    ['db', 3, ''],
  ];
  t.deepEqual(tableText(['NAME', 'PORTS', 'WHY'], rows).split('\n'), [
    'NAME            PORTS   WHY',
    'web             1       short',
    'a-longer-name   20      the last column is as long as it is',
    'db              3',
  ]);
});

test('a table without rows is its headings', (t) => {
  t.is(tableText(['NAME', 'WHY'], []), 'NAME   WHY');
});
