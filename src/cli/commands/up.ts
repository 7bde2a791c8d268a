/**
 * `lab up`: brings a lab up, or brings a running one up to date with more manifests.
 */

import type { ProviderName } from '../../cloud/provider.js';
import { CommandFailure } from '../../cluster/failure.js';
import { launchLab } from '../../cluster/launcher.js';
import {
  type ApplyOutcome,
  defaultSettings,
  type LabKernel,
  type LabSettings,
  type ManifestText,
} from '../../cluster/start-request.js';
import { readJournal } from '../../cluster/state/journal.js';
import { isAlive, type LabStatus, readStatus, stateDirectory, stateRoot } from '../../cluster/state/state-directory.js';
import type { ProxyMode } from '../../proxy/contract.js';
import { progressLine } from '../progress.js';
import { readTextFile, readTextFiles } from '../read-files.js';
import { ask, runningLab } from '../running.js';
import { untilGone } from '../until-gone.js';

export interface UpOptions {
  filename?: string[];
  config?: string;
  seed?: number;
  proxyMode?: ProxyMode;
  balance?: 'replayable' | 'faithful';
  iptables?: 'legacy' | 'nft';
  kernel?: LabKernel;
  attach?: boolean;
  cloud?: ProviderName;
  socketLb?: boolean;
  shell: boolean;
  plan?: boolean;
}

/** Brings it up and opens a shell on `host` when somebody sits at a terminal. */
export async function up(name: string, options: UpOptions): Promise<void> {
  const manifests = readTextFiles(options.filename ?? []);
  if (options.plan) return (await import('./plan.js')).printPlan(settingsOf(options), manifests);
  await bringUp(name, options, manifests);
  if (!options.shell || !process.stdin.isTTY || !process.stdout.isTTY) return;
  await (await import('./shell.js')).shell(name, 'host');
}

/** The part without the shell, which `npm run lab` shares. */
export async function bringUp(name: string, options: UpOptions, manifests: ManifestText[]): Promise<void> {
  const directory = stateDirectory(name);
  const status = readStatus(directory);
  if (status && isAlive(status)) return update(name, options, manifests);
  if (status) await untilGone(status);
  const settings = status ? await settingsAgain(name, status, options) : settingsOf(options);
  const progress = progressLine();
  try {
    const request = { name, settings, manifests, stateRoot: stateRoot() };
    const ready = await launchLab(request, directory, progress.show);
    progress.end();
    printOutcome(ready.outcome);
    process.stdout.write(`lab ${name} is up (${ready.status.nodes.length} nodes, seed ${ready.status.seed})\n`);
  } finally {
    progress.end();
  }
}

/** A lab that died comes back as it was: with its own settings, unless it is told to forget them. */
async function settingsAgain(name: string, { pid }: LabStatus, options: UpOptions): Promise<LabSettings> {
  const earlier = readJournal(stateDirectory(name).journal)?.settings;
  process.stderr.write(
    `lab ${name} had died (process ${pid}); starting it again${earlier ? ' with what it held' : ''}\n`,
  );
  if (!earlier) return settingsOf(options);
  for (const [field, value] of Object.entries(settingsGiven(options))) {
    const then = earlier[field as keyof LabSettings];
    if (field === 'config' ? await isSameCluster(earlier.config, options) : then === value) continue;
    throw new CommandFailure(
      'alreadyUp',
      `lab: lab "${name}" died with another ${field}; bring it up without that option, or forget it first: lab --name ${name} down`,
    );
  }
  return earlier;
}

/** The pure pipeline is loaded only when it is needed. */
async function isSameCluster(earlier: ManifestText | undefined, { config }: UpOptions): Promise<boolean> {
  const { namesSameCluster } = await import('../../cluster/desired.js');
  return namesSameCluster(earlier, config === undefined ? undefined : readTextFile(config));
}

/** A second `up`: the settings must be those it runs with; the manifests are applied. */
async function update(name: string, options: UpOptions, manifests: ManifestText[]): Promise<void> {
  const lab = runningLab(name);
  const asked: Partial<LabSettings> = settingsGiven(options);
  await ask(lab, 'same-settings', asked);
  const outcome = manifests.length > 0 ? await ask<ApplyOutcome[]>(lab, 'apply', manifests) : [];
  printOutcome(outcome);
  process.stdout.write(`lab ${name} is up\n`);
}

function settingsOf(options: UpOptions): LabSettings {
  return { ...defaultSettings, ...settingsGiven(options) };
}

function settingsGiven(options: UpOptions): Partial<LabSettings> {
  const { seed, balance, proxyMode, attach, cloud, socketLb, iptables, kernel, config } = options;
  return {
    ...(seed !== undefined && { seed }),
    ...(balance && { balance }),
    ...(proxyMode && { proxyMode }),
    ...(attach && { attach }),
    ...(socketLb && { socketLB: true }),
    ...(iptables && { iptables }),
    ...(kernel && { kernel }),
    ...(cloud && { cloud }),
    ...(config && { config: readTextFile(config) }),
  };
}

function printOutcome(outcome: readonly ApplyOutcome[]): void {
  for (const { object, outcome: word } of outcome) process.stdout.write(`${object} ${word}\n`);
}
