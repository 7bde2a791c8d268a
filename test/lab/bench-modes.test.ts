/** `lab bench modes` on a few Services: the real thing, but short. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import type { ModeReport } from '../../src/cluster/mode-bench/contract.js';

test('iptables is measured with one Service and with three, and written to files', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'kubewire-bench-modes-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const { stdout } = await execa('scripts/lab', [
    ...['bench', 'modes', '--services', '1,3', '--modes', 'iptables', '--out', folder],
  ]);
  t.regex(stdout, /^MODE +SERVICES +FIRST PACKET .*\niptables +1 .*\niptables +3 .*\nwrote /);
  const { points, failures } = JSON.parse(readFileSync(join(folder, 'modes.json'), 'utf8')) as ModeReport;
  t.deepEqual(failures, []);
  t.deepEqual(
    points.map(({ services }) => services),
    [1, 3],
  );
  for (const { connect, answer, connectionsPerSecond, fullSync, change } of points) {
    t.true(connect.p10 > 0 && connect.p10 <= answer.p10 && answer.p10 <= answer.p99);
    t.true(connectionsPerSecond > 1 && fullSync > 0 && change > 0);
  }
  t.true(readFileSync(join(folder, 'modes.svg'), 'utf8').startsWith('<svg '));
});
