import test from 'ava';
import { readCases } from './golden-cases.js';

const tables = ['service.yaml', 'pod.yaml', 'workload.yaml', 'others.yaml', 'job.yaml'];

for (const file of tables) {
  const { cases, verdict } = readCases(file);
  for (const row of cases) {
    test(`${file}: ${row.name}`, (t) => {
      // On an update upstream tells some kinds' changes first and others' last.
      const ordered = (errors: string[]) => (row.from === undefined ? errors : [...errors].sort());
      t.deepEqual(ordered(verdict(row)), ordered(row.errors));
    });
  }
}
