import test from 'ava';
import { pause } from '../../src/world/pause.js';
import { bringUp, createTestLab } from './lab.js';
import { labProcesses } from './machine.js';
import { createSmallMachine, type SmallMachine } from './small-machine.js';

const myweb = 'lab/workshop/01-nodeport.yaml';
const curl = ['curl', '-s', '--max-time', '5', '192.168.56.101:30090/hostname'];

/** The kernel clears namespaces away in the background. */
async function untilStateIs(machine: SmallMachine, expected: string): Promise<string> {
  for (let waited = 0; waited < 5000 && (await machine.state()) !== expected; waited += 50) await pause(50);
  return machine.state();
}

test('--attach: the machine itself reaches the lab, and nothing of it is left afterwards', async (t) => {
  const machine = await createSmallMachine(t);
  const lab = createTestLab(t, { through: machine.enter });
  const before = await machine.state();

  await bringUp(t, lab, '--attach', '-f', myweb);
  const answers = await Promise.all([1, 2, 3, 4].map(() => machine.run(...curl)));
  t.deepEqual([...new Set(answers.map(({ stdout }) => stdout))].sort(), ['Hostname : myweb1', 'Hostname : myweb2']);
  t.is((await lab.on('host', ...curl)).startsWith('Hostname : myweb'), true, 'host is the machine');
  const links = JSON.parse((await machine.run('ip', '-j', 'link')).stdout) as { ifname: string }[];
  t.deepEqual(links.map(({ ifname }) => ifname).sort(), ['br0', 'eth0', `kw-${lab.name}`.slice(0, 15), 'lo', 'wire']);
  t.is((await machine.run('curl', '-s', '--max-time', '1', '10.96.0.1:443')).exitCode, 28, 'no way to Services');

  const beside = await createTestLab(t, { through: machine.enter, suffix: 'b' }).lab('up', '--no-shell', '--attach');
  t.is(beside.exitCode, 1);
  t.regex(
    beside.stderr,
    /--attach would put 192\.168\.56\.0\/24 beside 192\.168\.56\.1\/24 on kw-\S+; is another lab attached/,
  );

  t.is((await lab.lab('down')).exitCode, 0);
  t.is(await machine.state(), before, 'after down');

  await bringUp(t, lab, '--attach', '-f', myweb);
  process.kill(lab.status().pid, 'SIGKILL');
  t.is(await untilStateIs(machine, before), before, 'after kill -9 of the daemon');
});

test('--attach is refused where the machine is on a network that overlaps the LAN', async (t) => {
  const machine = await createSmallMachine(t);
  const lab = createTestLab(t, { through: machine.enter });
  await machine.run('ip', 'addr', 'add', '192.168.0.7/16', 'dev', 'br0');
  const before = await machine.state();
  const { exitCode, stderr } = await lab.lab('up', '--no-shell', '--attach');
  t.is(exitCode, 1);
  t.regex(stderr, /beside 192\.168\.0\.7\/16 on br0/);
  t.is(await untilStateIs(machine, before), before);
});

test('kill -9 at any moment of an attached start leaves the machine as it was', async (t) => {
  const machine = await createSmallMachine(t);
  const lab = createTestLab(t, { through: machine.enter });
  const before = await machine.state();
  for (const moment of [350, 500, 650, 800, 950]) {
    const starting = lab.lab('up', '--no-shell', '--attach', '-f', myweb);
    await pause(moment);
    for (const { pid } of labProcesses(lab.name).slice(0, 1)) process.kill(pid, 'SIGKILL');
    await starting;
    await lab.lab('down');
    t.is(await untilStateIs(machine, before), before, `killed after ${moment} ms`);
  }
});
