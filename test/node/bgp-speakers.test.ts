/** An FRR that ends or refuses is replaced, whatever it was told before. */
import test from 'ava';
import type { FrrOptions, RoutingDaemons } from '../../src/kernel/frr.js';
import { BgpSpeakers } from '../../src/node/bgp/bgp-speakers.js';
import { createManualClock } from '../../src/world/manual-clock.js';
import { node as plan, route, session } from '../metallb/bgp-objects.js';

interface Fake extends RoutingDaemons {
  options: FrrOptions;
  /** What it was told. */
  commands: readonly string[];
  crash(): void;
}

/** Speakers whose FRRs only remember; the ones that `refuses` fail every change. */
function fakes() {
  const clock = createManualClock();
  const made: Fake[] = [];
  const errors: string[] = [];
  const wire = { refuses: false };
  function create(options: FrrOptions): RoutingDaemons {
    let crash: () => void = () => {};
    const ended = new Promise<void>((resolve) => {
      crash = resolve;
    });
    const fake: Fake = {
      options,
      commands: [],
      ended,
      crash,
      start: async () => {},
      vtysh: async () => ({ code: 0, stdout: '', stderr: '' }),
      change: async (_daemon, commands) => {
        if (wire.refuses) throw new Error('bgpd (FRR): failed to connect');
        fake.commands = [...fake.commands, ...commands];
      },
      ask: async () => undefined,
      kill: async () => crash(),
    };
    made.push(fake);
    return fake;
  }
  const speakers = new BgpSpeakers({
    clock,
    routing: { available: () => true, create },
    namespace: (name) => ({ name, fd: -1 }),
    directory: 'frr',
    missing: () => {},
    onError: (_node, error) => void errors.push(error.message),
  });
  /** Until everything that was set going is done. */
  const settled = async (ms = 0) => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    clock.advance(ms);
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  return { speakers, made, errors, wire, settled };
}

const before = plan(session());
const after = plan(session({ routes: [route('10.99.0.0/32')] }));

test('a change that a daemon refuses makes another FRR that starts with it', async (t) => {
  const { speakers, made, errors, wire } = fakes();
  await speakers.sync('k8s-node1', before);
  await speakers.sync('k8s-node1', after);
  t.is(made.length, 1);
  t.regex(made[0]?.commands.join('\n') ?? '', /10\.99\.0\.0\/32/);
  wire.refuses = true;
  await speakers.sync('k8s-node1', before);
  t.deepEqual(errors, ['bgpd (FRR): failed to connect']);
  t.is(made.length, 2);
  t.notRegex(made[1]?.options.configs.bgpd ?? '10.99.0.0/32', /10\.99\.0\.0\/32/);
});

test('an FRR that ends comes back with its plan, at once the first time and a minute later the second', async (t) => {
  const { speakers, made, settled } = fakes();
  await speakers.sync('k8s-node1', after);
  made[0]?.crash();
  await settled();
  t.is(made.length, 2);
  t.regex(made[1]?.options.configs.bgpd ?? '', /10\.99\.0\.0\/32/);
  made[1]?.crash();
  await settled(59_000);
  t.is(made.length, 2);
  await settled(1000);
  t.is(made.length, 3);
});

test('an FRR that is not wanted any more stays away', async (t) => {
  const { speakers, made, settled } = fakes();
  await speakers.sync('k8s-node1', after);
  await speakers.sync('k8s-node1', undefined);
  await settled(120_000);
  t.is(made.length, 1);
  t.is(speakers.frrOf('k8s-node1'), undefined);
});
