/**
 * The comparison as one SVG picture: a small chart a figure, a line a mode, both axes from zero, so that what grows with
 * the number of Services is seen to grow.
 */
import type { ProxyMode } from '../../proxy/contract.js';
import type { ModePoint, ModeReport } from './contract.js';
import { type Metric, metrics } from './metrics.js';

/** Dark enough on white, and apart from each other for the colour-blind (Okabe and Ito). */
const colours: Record<ProxyMode, string> = {
  iptables: '#d55e00',
  nftables: '#0072b2',
  ipvs: '#009e73',
  userspace: '#7f7f7f',
};

const chart = { width: 300, height: 200, columns: 3 };
/** The last label of an axis is centred under its end: half of `10,000` is to the right of it. */
const margin = { left: 62, right: 26, top: 30, bottom: 34 };
const legendHeight = 40;

/** The smallest of 1, 2, 5, 10, 20, … that is not below. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((one) => one * power >= value) ?? 10;
  return factor * power;
}

/** Where a value is between the axes. */
interface Scale {
  x(services: number): number;
  y(value: number): number;
  readonly mostServices: number;
  readonly mostValue: number;
}

function scaleOf(points: readonly ModePoint[], { of }: Metric): Scale {
  const mostServices = Math.max(1, ...points.map(({ services }) => services));
  const mostValue = roundUp(Math.max(0, ...points.map(of)));
  const [width, height] = [chart.width - margin.left - margin.right, chart.height - margin.top - margin.bottom];
  return {
    mostServices,
    mostValue,
    x: (services) => margin.left + (services / mostServices) * width,
    y: (value) => margin.top + height - (value / mostValue) * height,
  };
}

const at = (value: number) => String(Math.round(value * 10) / 10);

function text(x: number, y: number, anchor: 'start' | 'middle' | 'end', content: string, more = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}"${more}>${escaped}</text>`;
}

function axes({ title, text: label }: Metric, scale: Scale): string[] {
  const { x, y, mostServices, mostValue } = scale;
  const levels = [0, mostValue / 2, mostValue];
  const sizes = [0, mostServices / 2, mostServices];
  return [
    text(margin.left, margin.top - 12, 'start', title, ' font-weight="bold"'),
    ...levels.flatMap((level) => [
      `<line x1="${at(x(0))}" x2="${at(x(mostServices))}" y1="${at(y(level))}" y2="${at(y(level))}" stroke="#ddd"/>`,
      text(x(0) - 6, y(level) + 4, 'end', level === 0 ? '0' : label(level)),
    ]),
    ...sizes.map((size) => text(x(size), y(0) + 18, 'middle', Math.round(size).toLocaleString('en'))),
  ];
}

function line(mode: ProxyMode, points: readonly ModePoint[], { of }: Metric, { x, y }: Scale): string[] {
  const places = points.map((point) => ({ x: at(x(point.services)), y: at(y(of(point))) }));
  const colour = colours[mode];
  const path = places.map((place) => `${place.x},${place.y}`).join(' ');
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    ...places.map((place) => `<circle cx="${place.x}" cy="${place.y}" r="3" fill="${colour}"/>`),
  ];
}

function drawChart(metric: Metric, points: readonly ModePoint[], modes: readonly ProxyMode[], index: number): string[] {
  const scale = scaleOf(points, metric);
  const [column, row] = [index % chart.columns, Math.floor(index / chart.columns)];
  const place = `translate(${column * chart.width},${legendHeight + row * chart.height})`;
  const lines = modes.flatMap((mode) =>
    line(
      mode,
      points.filter((point) => point.mode === mode),
      metric,
      scale,
    ),
  );
  return [`<g transform="${place}">`, ...axes(metric, scale), ...lines, '</g>'];
}

function legend(modes: readonly ProxyMode[], endpoints: number): string[] {
  const entries = modes.flatMap((mode, index) => [
    `<rect x="${margin.left + index * 100}" y="14" width="12" height="12" fill="${colours[mode]}"/>`,
    text(margin.left + index * 100 + 18, 25, 'start', mode),
  ]);
  const caption = `by number of Services, ${endpoints} endpoints each`;
  return [...entries, text(chart.columns * chart.width - margin.right, 25, 'end', caption)];
}

/** The picture. */
export function renderPlot({ points, endpointsPerService }: ModeReport): string {
  const modes = [...new Set(points.map(({ mode }) => mode))];
  const width = chart.columns * chart.width;
  const height = legendHeight + Math.ceil(metrics.length / chart.columns) * chart.height;
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${metrics.map(({ title }) => title).join(', ')}, by number of Services</title>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...legend(modes, endpointsPerService),
    ...metrics.flatMap((metric, index) => drawChart(metric, points, modes, index)),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}
