import test from 'ava';
import { findAll, parseJsonPath } from '../../src/printers/json-path.js';

const object = {
  metadata: { annotations: { 'a.b/c': 'x' } },
  items: [{ name: 'a', n: 1 }, { name: 'b', n: 0 }, { n: null }],
  flag: false,
};

const rows: [string, unknown[]][] = [
  ['.flag', [false]],
  ['.items[0].name', ['a']],
  ['.items[*].name', ['a', 'b']],
  ['.items[*].n', [1, 0]],
  ['.items[?(@.name=="b")].n', [0]],
  [".items[?(@.name == 'a')].n", [1]],
  ['.metadata.annotations.a\\.b/c', ['x']],
  ['.missing.deeper', []],
  ['.flag.deeper', []],
  ['.items[9].name', []],
  ['.constructor', []],
];

for (const [path, found] of rows) {
  test(`${path} finds ${JSON.stringify(found)}`, (t) => {
    t.deepEqual(findAll(object, parseJsonPath(path)), found);
  });
}

for (const path of ['spec', '.a[', '.a[b]', '.a[?(@.b>1)]', '..']) {
  test(`${path} is refused with the place that is not understood`, (t) => {
    t.throws(() => parseJsonPath(path), { instanceOf: RangeError, message: /is not understood from/ });
  });
}
