/** The pure parts of `lab bench modes`: statistics, figures for people, the synthetic cluster, the plot. */
import test from 'ava';
import type { ModePoint, ModeReport } from '../../src/cluster/mode-bench/contract.js';
import { kilobytes, microseconds, milliseconds } from '../../src/cluster/mode-bench/numbers.js';
import { renderPlot, roundUp } from '../../src/cluster/mode-bench/plot.js';
import { quantile, spread } from '../../src/cluster/mode-bench/statistics.js';
import { syntheticTraffic } from '../../src/cluster/mode-bench/synthetic-traffic.js';
import { planTraffic } from '../../src/model/traffic.js';
import type { ProxyMode } from '../../src/proxy/contract.js';
import { goldenIn } from '../golden.js';

const matchesGolden = goldenIn('cluster');

test('a quantile is one of the values, whatever their order', (t) => {
  const values = [5, 1, 4, 2, 3];
  t.deepEqual(
    [0, 0.2, 0.5, 0.99, 1].map((share) => quantile(values, share)),
    [1, 1, 3, 5, 5],
  );
  t.deepEqual(spread([7]), { p10: 7, p50: 7, p99: 7 });
  t.deepEqual(values, [5, 1, 4, 2, 3], 'the list given stays as it is');
  t.throws(() => quantile([], 0.5), { instanceOf: RangeError });
});

test('figures have three digits and a unit of their size', (t) => {
  t.deepEqual([4.321, 43.21, 432.1, 4321].map(microseconds), ['4.32 µs', '43.2 µs', '432 µs', '4.32 ms']);
  t.deepEqual([0.5, 999, 29_223].map(milliseconds), ['0.50 ms', '999 ms', '29.2 s']);
  t.deepEqual([0, 640, 35_200].map(kilobytes), ['0 kB', '640 kB', '35.2 MB']);
});

test('an axis ends at 1, 2 or 5 times a power of ten', (t) => {
  t.deepEqual([0, 0.3, 1, 1.1, 4, 7, 10, 18_000].map(roundUp), [1, 0.5, 1, 2, 5, 10, 10, 20_000]);
});

test('the last synthetic Service is the last in the plan too', (t) => {
  const { services, endpointSlices } = syntheticTraffic(1200, 3);
  const { ports } = planTraffic({ services, endpointSlices });
  t.is(ports.length, 1200);
  t.is(ports.at(-1)?.clusterIP, services.at(-1)?.spec?.clusterIP);
  t.true(ports.every(({ endpoints }) => endpoints.length === 3));
});

function point(mode: ProxyMode, services: number, each: number): ModePoint {
  const latency = { p10: each, p50: each, p99: 2 * each };
  const rest = { connectionsPerSecond: 1e6 / each, fullSync: each, change: each / 10, kernelMemory: 100 * each };
  return { mode, services, connect: latency, answer: latency, ...rest };
}

const report: ModeReport = {
  machine: { kernel: '6.1.0', node: '20.19.0', processors: 2 },
  endpointsPerService: 3,
  points: [
    point('iptables', 1, 40),
    point('iptables', 10_000, 400),
    point('nftables', 1, 40),
    point('nftables', 10_000, 41),
  ],
  failures: [],
};

test('plot of two modes', (t) => {
  matchesGolden(t, renderPlot(report), 'svg');
});

/** What a digit or a letter of 12 pixels is at most wide, on the average. */
const letterWidth = 7;

test('no label of a plot reaches beyond the picture', (t) => {
  const svg = renderPlot(report);
  const width = Number(/ width="(\d+)"/.exec(svg)?.[1]);
  let left = 0;
  for (const [, move, x, anchor, label = ''] of svg.matchAll(
    /translate\((\d+),|<text x="([\d.]+)" [^>]*text-anchor="(\w+)"[^>]*>([^<]*)|<\/g>/g,
  )) {
    left = x === undefined ? Number(move ?? 0) : left;
    const before = { start: 0, middle: 0.5, end: 1 }[anchor ?? 'start'] ?? 0;
    const start = left + Number(x ?? 0) - before * label.length * letterWidth;
    t.true(start >= 0 && start + label.length * letterWidth <= width, `${label} from ${start}`);
  }
});

test('a plot of nothing is a picture still', (t) => {
  const empty = renderPlot({ ...report, points: [] });
  t.true(empty.startsWith('<svg ') && empty.endsWith('</svg>\n'));
  t.false(empty.includes('NaN'));
});
