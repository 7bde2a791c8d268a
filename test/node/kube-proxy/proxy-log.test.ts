import test from 'ava';
import { verbosityOf } from '../../../src/node/kube-proxy/proxy-agent.js';
import { ProxyLogs } from '../../../src/node/kube-proxy/proxy-log.js';
import { createManualClock } from '../../../src/world/manual-clock.js';

const entry = (message: string, verbosity = 0) => ({ file: 'proxier.go', line: 810, message, verbosity });

function createPrinter(logs: ProxyLogs, node: string, verbosity = 0) {
  const lines: string[] = [];
  const stop = logs.of(node).printOn({ verbosity, line: (text) => lines.push(text.replace(/^.*\] /, '')) });
  return { lines, stop };
}

test('a container prints what was said before it came, when it was said, and what its -v lets through', (t) => {
  const clock = createManualClock();
  const logs = new ProxyLogs(clock);
  logs.of('a').say(entry('before'));
  logs.of('a').say(entry('too much', 2));
  clock.advance(1000);
  const lines: string[] = [];
  logs.of('a').printOn({ verbosity: 1, line: (text) => lines.push(text) });
  t.deepEqual(lines, ['I0101 00:00:00.000000       1 proxier.go:810] "before"']);
});

test('each node has a log of its own, and each container of it only its part', (t) => {
  const logs = new ProxyLogs(createManualClock());
  const [one, other] = [createPrinter(logs, 'a', 2), createPrinter(logs, 'b', 2)];
  logs.of('a').say(entry('first', 2));
  one.stop();
  logs.of('a').say(entry('between'));
  const next = createPrinter(logs, 'a');
  one.stop();
  logs.of('a').say(entry('later'));
  t.deepEqual([one.lines, other.lines, next.lines], [['"first"'], [], ['"between"', '"later"']]);
});

test('-v is read as klog reads it', (t) => {
  const command = ['/usr/local/bin/kube-proxy', '--config=/var/lib/kube-proxy/config.conf'];
  t.is(verbosityOf(command), 0);
  t.is(verbosityOf([...command, '--v=2']), 2);
  t.is(verbosityOf([...command, '-v', '4', '--hostname-override=a']), 4);
  t.is(verbosityOf([...command, '--version']), 0);
});
