/**
 * FRR's daemons (bgpd, zebra, bfdd) in a network namespace, without systemd, told where everything is.
 *
 * They insist on a user in the group `frrvty`, so each is started in a mount namespace of its own in which root is in
 * that group; so they run as the lab's root, and ordinary users' labs have them too. Source: FRR `lib/privs.c`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pause } from '../world/pause.js';
import { inNamespace, type NetworkNamespace } from './netns.js';
import { type ProcessResult, runProcess } from './process.js';

/** Where Debian puts them; not on PATH. */
const FOLDER = '/usr/lib/frr';
const VTY_GROUP = 'frrvty';

export type FrrDaemon = 'zebra' | 'bfdd' | 'bgpd';

/** The order in which they can find each other. */
const startOrder: readonly FrrDaemon[] = ['zebra', 'bfdd', 'bgpd'];

export interface FrrOptions {
  namespace: NetworkNamespace;
  /** Its own, for configuration and sockets. */
  directory: string;
  /** Text of each daemon's configuration; a daemon without one is not started. */
  configs: Partial<Record<FrrDaemon, string>>;
  /** Whether others may open sessions to it; MetalLB's never listens. */
  listens: boolean;
  /** Takes each line of bgpd's log, debugging included; absent: it writes none. */
  log?(line: string): void;
}

/** FRR's shell, talking to the daemons whose sockets are there. */
export function vtysh(directory: string): [string, ...string[]] {
  return ['vtysh', '--vty_socket', directory, '--config_dir', directory];
}

/** Whether this machine has FRR. */
export function hasFrr(): boolean {
  return existsSync(join(FOLDER, 'bgpd'));
}

/** What others need of the daemons of one machine. */
export type RoutingDaemons = Pick<Frr, keyof Frr>;

/** FRR as a whole: what there is to start daemons with. */
export interface RoutingSuite {
  available(): boolean;
  create(options: FrrOptions): RoutingDaemons;
}

/** This machine's. */
export const frrouting: RoutingSuite = { available: hasFrr, create: (options) => new Frr(options) };

/** The running daemons of one machine. */
export class Frr {
  readonly #children: ChildProcess[] = [];
  #markEnded: () => void = () => {};
  /** Resolves when one of the daemons has ended, by `kill` too. */
  readonly ended = new Promise<void>((resolve) => {
    this.#markEnded = resolve;
  });
  /** The end of what a daemon said on stderr. */
  #said = '';

  constructor(private readonly options: FrrOptions) {}

  /** Resolves when all can be talked to. @throws Error naming the one that cannot */
  async start(): Promise<void> {
    const { directory, configs } = this.options;
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeFileSync(join(directory, 'group'), groupFile());
    // vtysh complains of the system's, which only FRR's own user may read.
    writeFileSync(join(directory, 'vtysh.conf'), `hostname ${this.options.namespace.name}\n`);
    for (const daemon of startOrder.filter((one) => configs[one] !== undefined)) {
      writeFileSync(join(directory, `${daemon}.conf`), configs[daemon] ?? '');
      const child = this.#spawn(daemon);
      this.#children.push(child);
      await this.#listening(daemon, child);
    }
  }

  /** Runs commands of FRR's shell, one after the other. */
  vtysh(daemon: FrrDaemon, commands: readonly string[]): Promise<ProcessResult> {
    const { namespace, directory } = this.options;
    const lines = commands.flatMap((command) => ['-c', command]);
    return runProcess(namespace, [...vtysh(directory), '-d', daemon, ...lines]);
  }

  /** Changes a daemon's configuration. @throws Error in its words; what came before the refused line is in force */
  async change(daemon: FrrDaemon, commands: readonly string[]): Promise<void> {
    if (commands.length === 0) return;
    const { code, stdout, stderr } = await this.vtysh(daemon, commands);
    if (code !== 0 || stdout.includes('% ')) throw new Error(`${daemon} (FRR): ${(stderr || stdout).trim()}`);
  }

  /** What a daemon answers to a question that ends in `json`; undefined when it does not, as in the middle of its end. */
  async ask<T>(daemon: FrrDaemon, question: string): Promise<T | undefined> {
    if (this.options.configs[daemon] === undefined) return undefined;
    const { code, stdout } = await this.vtysh(daemon, [question]);
    try {
      return code === 0 ? (JSON.parse(stdout) as T) : undefined;
    } catch {
      return undefined;
    }
  }

  /** At once, as a crash: the kernel closes the connections, and the neighbours notice. */
  async kill(): Promise<void> {
    const ends = this.#children.map(
      (child) => child.exitCode ?? child.signalCode ?? new Promise((resolve) => child.once('exit', resolve)),
    );
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(ends);
    rmSync(this.options.directory, { recursive: true, force: true });
  }

  #spawn(daemon: FrrDaemon): ChildProcess {
    const { namespace, directory, configs, listens } = this.options;
    const file = (name: string) => join(directory, name);
    const log = daemon === 'bgpd' ? this.options.log : undefined;
    const args = [
      ...['-u', 'root', '-g', 'root', '-f', file(`${daemon}.conf`), '-i', file(`${daemon}.pid`)],
      ...['-z', file('zserv.api'), '--vty_socket', directory, '-A', '127.0.0.1', '-P', '0'],
      ...(daemon === 'zebra' ? ['-s', '90000000'] : []),
      ...(daemon === 'bfdd' ? ['--bfdctl', file('bfdd.sock')] : []),
      // Without zebra bgpd announces all the same; it only cannot install routes.
      ...(daemon === 'bgpd' && !listens ? ['-p', '0'] : []),
      ...(daemon === 'bgpd' && configs.zebra === undefined ? ['-Z'] : []),
      ...(log ? ['--log', 'stdout', '--log-level', 'debugging'] : []),
    ];
    const hidden = 'mount --bind "$0" /etc/group && exec "$@"';
    const command = ['--mount', 'sh', '-c', hidden, file('group'), join(FOLDER, daemon), ...args];
    const child = inNamespace(namespace, () =>
      spawn('unshare', command, { stdio: ['ignore', log ? 'pipe' : 'ignore', 'pipe'] }),
    );
    child.once('exit', this.#markEnded);
    if (log && child.stdout) createInterface({ input: child.stdout }).on('line', log);
    child.stderr?.on('data', (text: Buffer) => {
      this.#said = `${this.#said}${text}`.slice(-KEPT_CHARACTERS);
    });
    return child;
  }

  async #listening(daemon: FrrDaemon, child: ChildProcess): Promise<void> {
    const socket = join(this.options.directory, `${daemon}.vty`);
    const ended = () => child.exitCode !== null || child.signalCode !== null;
    for (let waited = 0; waited < PATIENCE_MS && !ended(); waited += LOOK_EVERY_MS) {
      if (existsSync(socket)) return;
      await pause(LOOK_EVERY_MS);
    }
    const how = ended() ? `ended with ${child.exitCode ?? child.signalCode}` : `is silent for ${PATIENCE_MS} ms`;
    await this.kill();
    const last = this.#said.trim().split('\n').at(-1);
    throw new Error(`${daemon} (FRR) in ${this.options.namespace.name} ${how}${last ? `: ${last}` : ''}`);
  }
}

const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 10;
const KEPT_CHARACTERS = 2000;

/** The machine's groups, with root in FRR's. */
function groupFile(): string {
  const lines = readFileSync('/etc/group', 'utf8').split('\n');
  return lines
    .map((line) => (line.startsWith(`${VTY_GROUP}:`) ? `${line}${line.endsWith(':') ? '' : ','}root` : line))
    .join('\n');
}
