import test from 'ava';
import { importScript } from './tree.js';

interface Source {
  readSource(text: string): { code: string; comments: { offset: number; text: string }[] };
  readImports(text: string, code: string): { specifier: string; typeOnly: boolean; offset: number }[];
}

const source = await importScript<Source>('laws/source.mjs');

const isBlanked = test.macro({
  exec(t, text: string, code: string) {
    t.is(source.readSource(text).code, code);
    t.is(text.length, code.length);
  },
  title: (what) => `only code is left of ${what}`,
});

test('a line comment', isBlanked, 'a; // b\nc', 'a;     \nc');
test('a block comment over lines', isBlanked, 'a /* b\n*/ c', 'a     \n   c');
test('a string with an escaped quote', isBlanked, `a('b\\'c', d)`, `a('    ', d)`);
test('a comment mark in a string', isBlanked, `a("//") + b`, `a("  ") + b`);
test('a template with code in it', isBlanked, 'a`b $' + '{c({ d: `e` })} f`', 'a   $' + '{c({ d:     })}   ');
test('a regular expression with quotes and slashes', isBlanked, `a(/['"/\\/[/]]/g, b)`, `a(             , b)`);
test('a division', isBlanked, 'a / b / c', 'a / b / c');
test('text that is never closed', isBlanked, '/* a', '    ');

const findsImports = test.macro({
  exec(t, text: string, expected: [string, boolean][]) {
    const imports = source.readImports(text, source.readSource(text).code);
    t.deepEqual(
      imports.map((it) => [it.specifier, it.typeOnly]),
      expected,
    );
  },
  title: (what) => `imports are found in ${what}`,
});

test('a named import', findsImports, "import { a } from './a.js';", [['./a.js', false]]);
test('an import over lines', findsImports, "import {\n  a,\n  type B,\n} from './a.js';", [['./a.js', false]]);
test('a type import', findsImports, "import type { A } from './a.js';", [['./a.js', true]]);
test('an import for its effect', findsImports, "import 'a';", [['a', false]]);
test('a re-export', findsImports, "export * from './a.js';\nexport type { B } from './b.js';", [
  ['./a.js', false],
  ['./b.js', true],
]);
test('an import() call', findsImports, "const a = await import('./a.js');", [['./a.js', false]]);
test('an export that is none, before an import', findsImports, "export const a = 1;\nimport 'b';", [['b', false]]);
test('no comment or text', findsImports, `// import './a.js'\nconst a = "import './b.js'";`, []);
