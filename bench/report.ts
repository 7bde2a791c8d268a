/** The table for people and the JSON for machines. */
import Table from 'cli-table3';
import type { Budget, Figure, Unit } from './contract.js';
import { median } from './measure.js';

/** A figure with what follows from it. */
export interface Result extends Figure {
  benchmark: string;
  median: number;
  floorMedian: number;
  ratio: number;
  isWithinBudget: boolean;
}

export function judge(benchmark: string, figure: Figure): Result {
  const value = figure.measured.length > 0 ? median(figure.measured) : Number.NaN;
  const floorMedian = median(figure.floor.values);
  const ratio = value / floorMedian;
  const compared = { ratio, absolute: value, each: Math.max(...figure.measured) }[figure.budget.kind];
  const isWithinBudget = figure.failure === undefined && compared <= figure.budget.limit;
  return { benchmark, ...figure, median: value, floorMedian, ratio, isWithinBudget };
}

const inUnit = (value: number, unit: Unit) =>
  Number.isNaN(value) ? '-' : `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;

function budgetText({ kind, limit }: Budget, unit: Unit): string {
  if (kind === 'ratio') return `≤ ${limit} ×`;
  return `${kind === 'each' ? 'all ' : ''}≤ ${inUnit(limit, unit)}`;
}

function verdict({ failure, isWithinBudget }: Result): string {
  if (failure !== undefined) return 'FAILED';
  return isWithinBudget ? 'within' : 'OVER';
}

function row(result: Result): string[] {
  return [
    result.title,
    inUnit(result.median, result.unit),
    `${inUnit(result.floorMedian, result.unit)}  ${result.floor.title}`,
    Number.isNaN(result.ratio) ? '-' : `${result.ratio.toFixed(2)} ×`,
    budgetText(result.budget, result.unit),
    verdict(result),
  ];
}

/** Medians, floors and budgets; notes below. */
export function renderTable(results: readonly Result[]): string {
  const table = new Table({
    head: ['what', 'median', 'floor, same run', 'ratio', 'budget', ''],
    colWidths: [40, 10, 40, 9, 15, 8],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  table.push(...results.map(row));
  const notes = results.flatMap(({ title, note, failure }) =>
    [note, failure && `FAILED: ${failure}`].flatMap((text) => (text ? [`${title}: ${text}`] : [])),
  );
  return [table.toString(), ...notes].join('\n');
}

export function renderJson(results: readonly Result[], machine: object): string {
  return JSON.stringify({ machine, results }, undefined, 2);
}
