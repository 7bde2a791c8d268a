/**
 * A container that is a real process, in a sandbox of its own: process 1 is its command.
 */
import { join } from 'node:path';
import { PassThrough, type Readable, Writable } from 'node:stream';
import {
  type Bind,
  createSandbox,
  type MachineSandbox,
  type SandboxCommand,
  type SandboxProcess,
  writtenPath,
} from '../../kernel/sandbox.js';
import type { Clock } from '../../world/contract.js';
import type { ContainerPlace, ExecOptions, ExecStreams, ProcessEnd } from '../contract.js';
import { LogRing } from '../log-ring.js';
import type { ContainerStart, ProcessContainers } from './containers.js';
import type { ContainerShell, RunningContainer } from './contract.js';
import { splitLines } from './line-splitter.js';

/** A reader of an attached terminal who lags behind this far is let go; the log keeps what is printed. */
const maxUnreadBytes = 8 * 1024 * 1024;

/** `scratch` is a directory on a tmpfs of the daemon's, see kernel/scratch.ts. */
export function createProcessContainers(scratch: string, clock: Clock): ProcessContainers {
  const idOf = ({ place, container, restartCount }: ContainerStart): string =>
    `${place.uid}-${container.name}-${restartCount}`;
  const sandbox = (start: ContainerStart, suffix: string, init?: SandboxCommand): Promise<MachineSandbox> =>
    createSandbox({
      id: `${idOf(start)}${suffix}`,
      scratch,
      network: start.attachment.namespace,
      hostname: start.place.hostname,
      files: start.files,
      binds: start.binds,
      init,
    });
  return {
    async start(start, argv) {
      const { tty = false, stdin = false } = start.container;
      return new ProcessContainer(await sandbox(start, '', { ...commandOf(start, argv), tty, stdin }), start, clock);
    },
    shell: (start) => lazyShell(start, () => sandbox(start, shellSuffix)),
    pathOf: (start, path) => boundPath(start.binds, path) ?? writtenPath(scratch, `${idOf(start)}${shellSuffix}`, path),
  };
}

const shellSuffix = '-shell';

/** The path within the volume that is mounted over it, if one is. */
function boundPath(binds: readonly Bind[], path: string): string | undefined {
  const bind = binds.find(({ target }) => path === target || path.startsWith(`${target}/`));
  return bind && join(bind.source, path.slice(bind.target.length));
}

function commandOf({ env, container }: ContainerStart, argv: readonly string[]): SandboxCommand {
  return { argv, env: env.all(), cwd: container.workingDir ?? '/' };
}

function execIn(sandbox: MachineSandbox, start: ContainerStart, { command, tty, stdin }: ExecOptions): ExecStreams {
  const child = sandbox.run({
    ...commandOf(start, command),
    tty,
    stdin,
    ...(tty ? { env: { TERM: 'xterm', ...start.env.all() } } : {}),
  });
  return { ...streamsOf(child), kill: () => child.kill('SIGKILL') };
}

function placeOf({ namespaces }: MachineSandbox, start: ContainerStart): ContainerPlace {
  const { env, cwd = '/' } = commandOf(start, []);
  return { namespaces, env, cwd };
}

function streamsOf({ stdin, stdout, stderr, resize, ended }: SandboxProcess): Omit<ExecStreams, 'kill'> {
  return { stdin, stdout, stderr, resize, ended: ended.then(({ exitCode }) => ({ exitCode })) };
}

/** The sandbox of a container without a process of its own: made at the first exec. */
function lazyShell(start: ContainerStart, make: () => Promise<MachineSandbox>): ContainerShell {
  let made: Promise<MachineSandbox> | undefined;
  /** One that could not be made, or has ended, is made again at the next call. */
  async function use<T>(work: (sandbox: MachineSandbox) => T): Promise<T> {
    made ??= make();
    try {
      return work(await made);
    } catch (error) {
      made = undefined;
      throw error;
    }
  }
  return {
    exec: (options) => use((sandbox) => execIn(sandbox, start, options)),
    enter: () => use((sandbox) => placeOf(sandbox, start)),
    remove: async () => {
      const sandbox = await made?.catch(() => undefined);
      await sandbox?.remove().catch(() => undefined);
    },
  };
}

class ProcessContainer implements RunningContainer {
  readonly ended: Promise<ProcessEnd>;
  readonly #log = new LogRing();

  constructor(
    private readonly sandbox: MachineSandbox,
    private readonly parts: ContainerStart,
    private readonly clock: Clock,
  ) {
    const { stdout, stderr, ended } = sandbox.init;
    splitLines(stdout, (text) => this.#log.append({ time: clock.now(), stream: 'stdout', text }));
    splitLines(stderr, (text) => this.#log.append({ time: clock.now(), stream: 'stderr', text }));
    this.ended = ended.then(async ({ exitCode }) => {
      this.#log.end();
      // Files that cannot be removed now go with the lab's scratch space.
      await sandbox.remove().catch(() => undefined);
      return { exitCode };
    });
  }

  async stop(graceMilliseconds: number): Promise<void> {
    const { init } = this.sandbox;
    // Only process 1 is told, as container runtimes do; it may be deaf to what it has no handler for.
    init.kill('SIGTERM', true);
    const cancel = this.clock.after(graceMilliseconds, () => init.kill('SIGKILL'));
    await this.ended;
    cancel();
  }

  async exec(options: ExecOptions): Promise<ExecStreams> {
    return execIn(this.sandbox, this.parts, options);
  }

  async enter(): Promise<ContainerPlace> {
    return placeOf(this.sandbox, this.parts);
  }

  async attach({ stdin }: { stdin: boolean }): Promise<ExecStreams> {
    const { init } = this.sandbox;
    const views = [copyOf(init.stdout), copyOf(init.stderr)];
    return {
      stdin: stdin ? this.#keyboard() : nowhere(),
      stdout: views[0]?.stream ?? new PassThrough(),
      stderr: views[1]?.stream ?? new PassThrough(),
      resize: init.resize,
      kill: () => {
        for (const { stop } of views) stop();
      },
      ended: this.ended,
    };
  }

  logs(): Promise<ReturnType<LogRing['lines']>> {
    return Promise.resolve(this.#log.lines());
  }

  follow(listener: Parameters<LogRing['follow']>[0], ended: () => void): () => void {
    return this.#log.follow(listener, ended);
  }

  /** The container's stdin for one visitor; it is closed behind the first one when the spec says `stdinOnce`. */
  #keyboard(): Writable {
    const { init } = this.sandbox;
    const { stdinOnce } = this.parts.container;
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (init.stdin.destroyed) done();
        else init.stdin.write(chunk, () => done());
      },
      final: (done) => {
        if (stdinOnce) init.stdin.end();
        done();
      },
    });
  }
}

/** A further reader of a stream that others read too. */
function copyOf(source: Readable): { stream: PassThrough; stop(): void } {
  const stream = new PassThrough();
  const copy = (chunk: Buffer): void => {
    stream.write(chunk);
    if (stream.readableLength + stream.writableLength > maxUnreadBytes) stop();
  };
  const stop = (): void => {
    source.off('data', copy);
    stream.end();
  };
  if (source.readableEnded || source.destroyed) stream.end();
  else source.on('data', copy).once('end', stop);
  return { stream, stop };
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
