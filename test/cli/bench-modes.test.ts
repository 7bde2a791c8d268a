/** What `lab bench modes` takes and prints. */
import test from 'ava';
import { readModes, readSizes, renderReport } from '../../src/cli/commands/bench-modes.js';
import { CommandFailure } from '../../src/cluster/failure.js';

test('numbers of Services are sorted, each once', (t) => {
  t.deepEqual(readSizes('100,1,5000,100'), [1, 100, 5000]);
});

for (const text of ['', '0', '1,', 'many', '1.5', '60000']) {
  test(`"${text}" is no list of numbers of Services`, (t) => {
    const error = t.throws(() => readSizes(text), { instanceOf: CommandFailure });
    t.regex(error.message, /^lab: --services takes numbers from 1 to 50000, as 1,100,1000: /);
  });
}

test('modes come in the usual order; an unknown one is named', (t) => {
  t.deepEqual(readModes('userspace,iptables'), ['iptables', 'userspace']);
  t.throws(() => readModes('iptables,ebpf'), { message: /no mode is called "ebpf"; there are iptables, nftables/ });
});

test('a report is a table with a line for what could not be measured', (t) => {
  const latency = { p10: 85.2, p50: 90, p99: 120 };
  const rest = { connectionsPerSecond: 5123.4, fullSync: 1024, change: 512.3, kernelMemory: 35_200 };
  const machine = { kernel: '6.1.0', node: '20.19.0', processors: 2 };
  const text = renderReport({
    machine,
    endpointsPerService: 3,
    points: [{ mode: 'iptables', services: 10_000, connect: latency, answer: latency, ...rest }],
    failures: [
      { mode: 'ipvs', why: 'lab: this kernel has no ip_vs' },
      { mode: 'userspace', services: 5000, why: 'too many open files' },
    ],
  });
  t.is(
    text,
    `MODE       SERVICES   FIRST PACKET   FIRST BYTE   CONNECTIONS/S   FULL SYNC   ONE CHANGE   KERNEL MEMORY
iptables   10000      85.2 µs        85.2 µs      5123            1.02 s      512 ms       35.2 MB
ipvs: lab: this kernel has no ip_vs
userspace with 5000 Services: too many open files
`,
  );
});
