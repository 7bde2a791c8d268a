/**
 * `lab digest`: two hashes that are equal whenever two labs are; with `--diff`, where they are not.
 */
import { digestOfSections, firstDifference } from '../../cluster/digest/digest.js';
import { ask, runningLab } from '../running.js';

interface SectionTexts {
  plan: Record<string, string>;
  kernel: Record<string, string>;
}

export async function digest(name: string, options: { diff?: string; output: 'text' | 'json' }): Promise<void> {
  const own = await sectionsOf(name);
  if (options.diff !== undefined) return compare(name, own, options.diff);
  const digests = { plan: digestOfSections(own.plan), kernel: digestOfSections(own.kernel) };
  if (options.output === 'json') return void process.stdout.write(`${JSON.stringify(digests, null, 2)}\n`);
  process.stdout.write(`plan   ${digests.plan.digest}\nkernel ${digests.kernel.digest}\n`);
}

async function sectionsOf(name: string) {
  const { plan, kernel } = await ask<SectionTexts>(runningLab(name), 'sections');
  return { plan: new Map(Object.entries(plan)), kernel: new Map(Object.entries(kernel)) };
}

/** Exit code 1 when they differ, as diff(1). */
async function compare(name: string, own: Awaited<ReturnType<typeof sectionsOf>>, otherName: string): Promise<void> {
  const other = await sectionsOf(otherName);
  for (const level of ['plan', 'kernel'] as const) {
    const found = firstDifference(own[level], other[level]);
    if (!found) continue;
    process.stdout.write(
      `${level}: first difference in ${found.section}\n- ${name}: ${found.one}\n+ ${otherName}: ${found.other}\n`,
    );
    process.exitCode = 1;
    return;
  }
  process.stdout.write(`${name} and ${otherName} are the same in plan and kernel\n`);
}
