import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { askControl } from '../../src/cluster/control.js';
import { stateDirectory } from '../../src/cluster/state/state-directory.js';
import { pause } from '../../src/world/pause.js';
import { ask, bringUp, createTestLab } from './lab.js';
import { labProcesses } from './machine.js';

const configMap = (n: number) => `apiVersion: v1
kind: ConfigMap
metadata:
  name: c${n}
data:
  n: "${n}"
`;

test('after a crash the next up brings back the same objects, names and addresses', async (t) => {
  const lab = createTestLab(t);
  const myweb = 'lab/workshop/01-nodeport.yaml';
  await bringUp(t, lab, '-f', myweb, '--seed', '5');
  const addressOf = (pod: string) => lab.on(`pod/${pod}`, 'ip', '-4', '-o', 'addr', 'show', 'eth0');
  const addresses = [await addressOf('myweb1'), await addressOf('myweb2')];
  const answers = await ask(lab, 'host', '192.168.56.101:30090/hostname', 2);
  const digest = (await lab.lab('digest')).stdout;

  const { control } = stateDirectory(lab.name, lab.state);
  const stored: string[] = [];
  const writing = (async () => {
    for (let n = 0; n < 100; n++) {
      const file = join(lab.state, `c${n}.yaml`);
      writeFileSync(file, configMap(n));
      await askControl(control, 'apply', [{ file, text: configMap(n) }]);
      stored.push(file);
    }
  })().catch(() => undefined);
  while (stored.length < 5) await pause(20);
  process.kill(lab.status().pid, 'SIGKILL');
  await writing;
  while (labProcesses(lab.name).length > 0) await pause(10);

  const other = await lab.lab('up', '--no-shell', '--seed', '6');
  t.is(other.exitCode, 14, 'a lab that died comes back as it was, or is forgotten first');
  await bringUp(t, lab);
  t.is(lab.status().seed, 5);
  const again = await lab.lab('up', '--no-shell', ...[myweb, ...stored].flatMap((file) => ['-f', file]));
  t.notRegex(again.stdout, /created|configured/, 'all that was stored is there, as it was');
  t.deepEqual([await addressOf('myweb1'), await addressOf('myweb2')], addresses);
  t.deepEqual(await ask(lab, 'host', '192.168.56.101:30090/hostname', 2), answers);
  const kernelOf = (text: string) => /kernel .*/.exec(text)?.[0];
  t.is(kernelOf((await lab.lab('digest')).stdout), kernelOf(digest));
});
