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
  const [value, floorMedian] = [median(figure.measured), median(figure.floor.values)];
  const ratio = value / floorMedian;
  const compared = figure.budget.kind === 'ratio' ? ratio : value;
  return { benchmark, ...figure, median: value, floorMedian, ratio, isWithinBudget: compared <= figure.budget.limit };
}

const inUnit = (value: number, unit: Unit) => `${value.toFixed(value < 10 ? 1 : 0)} ${unit}`;

const budgetText = (budget: Budget, unit: Unit) =>
  budget.kind === 'ratio' ? `≤ ${budget.limit} ×` : `≤ ${inUnit(budget.limit, unit)}`;

function row(result: Result): string[] {
  return [
    result.title,
    inUnit(result.median, result.unit),
    `${inUnit(result.floorMedian, result.unit)}  ${result.floor.title}`,
    `${result.ratio.toFixed(2)} ×`,
    budgetText(result.budget, result.unit),
    result.isWithinBudget ? 'within' : 'OVER',
  ];
}

/** Medians, floors and budgets; notes below. */
export function renderTable(results: readonly Result[]): string {
  const table = new Table({
    head: ['what', 'median', 'floor, same run', 'ratio', 'budget', ''],
    colWidths: [40, 10, 40, 9, 11, 8],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  table.push(...results.map(row));
  const notes = results.flatMap(({ title, note }) => (note ? [`${title}: ${note}`] : []));
  return [table.toString(), ...notes].join('\n');
}

export function renderJson(results: readonly Result[], machine: object): string {
  return JSON.stringify({ machine, results }, undefined, 2);
}
