/**
 * A lab of its own for a test, in a state directory of the test's, taken down at the end. It is named after that directory, so
 * that suites that run side by side, in two checkouts, do not take each other's processes for theirs.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { execa, type Result } from 'execa';
import type { LabStatus } from '../../src/cluster/state/state-directory.js';
import { asOrdinaryUser, giveToOrdinaryUser } from './ordinary-user.js';

export interface TestLab {
  name: string;
  state: string;
  /** Runs `lab ARGS` for this lab; never throws. */
  lab(...args: string[]): Promise<LabResult>;
  /** Runs a command on a target; fails the test when it does not end with 0. Returns what it printed. */
  on(target: string, ...command: string[]): Promise<string>;
  status(): LabStatus;
}

export type LabResult = Pick<Result, 'exitCode' | 'signal'> & { stdout: string; stderr: string };

export interface TestLabOptions {
  /** As whom: absent, whoever runs the tests. */
  user?: 'ordinary';
  /** What to put in front of every command, for example to be on another machine. */
  through?: readonly string[];
  /** Tells several labs of one test apart. */
  suffix?: string;
  /** Another lab's, to be beside it; absent: one of its own. */
  state?: string;
  environment?: Record<string, string>;
}

/** Nothing is started yet: call `lab('up', …)`. */
export function createTestLab(t: ExecutionContext, options: TestLabOptions = {}): TestLab {
  const { user, suffix = '', state = mkdtempSync(join(tmpdir(), 'kubewire-test-')) } = options;
  const as = [...(options.through ?? []), ...(user === 'ordinary' ? asOrdinaryUser(t) : [])];
  if (user === 'ordinary') giveToOrdinaryUser(state);
  const name = `t${createHash('sha256').update(state).digest('hex').slice(0, 8)}${suffix}`;
  const env = { KUBEWIRE_STATE: state, KUBEWIRE_LAB: name, ...options.environment };
  async function lab(...args: string[]): Promise<LabResult> {
    // Relative, because whoever we become has the checkout somewhere else.
    const [file = '', ...rest] = [...as, './scripts/lab', ...args];
    const { exitCode, signal, stdout, stderr } = await execa(file, rest, {
      env,
      reject: false,
      stdin: 'ignore',
      timeout: 60_000,
    });
    return { exitCode, signal, stdout, stderr };
  }
  t.teardown(async () => {
    await lab('down');
    // What is another lab's is that lab's to remove: without its state it could not be taken down any more.
    if (options.state === undefined) rmSync(state, { recursive: true, force: true });
  });
  return {
    name,
    state,
    lab,
    status: () => JSON.parse(readFileSync(join(state, name, 'status.json'), 'utf8')) as LabStatus,
    async on(target, ...command) {
      const result = await lab('exec', target, '--', ...command);
      t.is(result.exitCode, 0, `${target}$ ${command.join(' ')}: ${result.stderr}`);
      return result.stdout;
    },
  };
}

/** Brings it up with manifests; the test fails with the lab's own words when that fails. */
export async function bringUp(t: ExecutionContext, lab: TestLab, ...args: string[]): Promise<void> {
  const { exitCode, stderr } = await lab.lab('up', '--no-shell', ...args);
  t.is(exitCode, 0, stderr);
}

/** What a pod answers to `curl URL` from a target, asked `times` times, in order. */
export async function ask(lab: TestLab, target: string, url: string, times: number): Promise<string[]> {
  const loop = `for i in $(seq ${times}); do curl -s --max-time 3 ${url}; done`;
  return (await lab.on(target, 'sh', '-c', loop)).split('\n').filter((line) => line !== '');
}
