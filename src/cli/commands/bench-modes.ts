/**
 * `lab bench modes`: what each proxy mode costs with a growing number of Services, measured on this machine.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure } from '../../cluster/failure.js';
import type { ModeReport } from '../../cluster/mode-bench/contract.js';
import { metrics } from '../../cluster/mode-bench/metrics.js';
import { renderPlot } from '../../cluster/mode-bench/plot.js';
import { benchModes } from '../../cluster/mode-bench/run.js';
import { proxyModes } from '../../cluster/proxy/proxy-options.js';
import { tableText } from '../table.js';

export interface BenchModesOptions {
  services: string;
  modes: string;
  out?: string;
}

/** Of the synthetic Services' addresses there are more; the kernel's sets hold 65,536. */
const mostServices = 50_000;

/** @throws CommandFailure usage */
export function readSizes(text: string): number[] {
  const sizes = text.split(',').map(Number);
  if (sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= mostServices))
    return [...new Set(sizes)].sort((a, b) => a - b);
  throw new CommandFailure(
    'usage',
    `lab: --services takes numbers from 1 to ${mostServices}, as 1,100,1000: "${text}"`,
  );
}

/** @throws CommandFailure usage */
export function readModes(text: string): (typeof proxyModes)[number][] {
  const names = text.split(',');
  const unknown = names.find((name) => !proxyModes.some((mode) => mode === name));
  if (unknown === undefined) return proxyModes.filter((mode) => names.includes(mode));
  throw new CommandFailure('usage', `lab: --modes: no mode is called "${unknown}"; there are ${proxyModes.join(', ')}`);
}

/** A line a mode and number of Services; below, what could not be measured. */
export function renderReport({ points, failures }: ModeReport): string {
  const head = ['MODE', 'SERVICES', ...metrics.map(({ title }) => title.toUpperCase())];
  const rows = points.map((point) => {
    return [point.mode, String(point.services), ...metrics.map(({ of, text }) => text(of(point)))];
  });
  const lines = failures.map(({ mode, services, why }) =>
    services === undefined ? `${mode}: ${why}` : `${mode} with ${services} Services: ${why}`,
  );
  const text = points.length === 0 ? [] : [tableText(head, rows)];
  return `${[...text, ...lines].join('\n')}\n`;
}

export async function benchModesCommand({ services, modes, out }: BenchModesOptions): Promise<void> {
  const [sizes, wanted] = [readSizes(services), readModes(modes)];
  if (out !== undefined) mkdirSync(out, { recursive: true });
  const report = await benchModes(wanted, sizes, (text) => process.stderr.write(`${text}\n`));
  process.stdout.write(renderReport(report));
  if (out === undefined) return;
  writeFileSync(join(out, 'modes.json'), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(out, 'modes.svg'), renderPlot(report));
  process.stdout.write(`wrote ${join(out, 'modes.json')} and ${join(out, 'modes.svg')}\n`);
}
