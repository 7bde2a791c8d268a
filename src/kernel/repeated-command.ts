/**
 * One program run again and again in a namespace, each time with another input: a small shell that stays there starts it.
 *
 * To fork, the kernel copies the page tables of whoever forks, and Node waits for the new program meanwhile: 5 ms of a
 * daemon of 150 MB, four times a change of rules. The shell does it in less than one, and the nodes at the same time.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { inNamespace, type NetworkNamespace } from './netns.js';
import { environmentIn, ProcessError } from './process.js';

/**
 * Takes blocks, each with its size in a line before it, until one of size 0; the program reads them as they come. Answers
 * `CODE WORDS` and a zero byte. The last `cat` reads what a program that fails leaves.
 */
const loop = `blocks() { while [ "$size" != 0 ]; do head -c "$size"; read -r size || exit; done; }
while read -r size; do
  said=$(blocks | { "$@" 2>&1 >/dev/null; code=$?; cat >/dev/null; exit $code; })
  printf '%s %s\\0' "$?" "$said"
done`;

interface Waiting {
  resolve(): void;
  reject(error: ProcessError): void;
}

type Shell = ChildProcessByStdio<Socket, Socket, null>;

/** Runs one after the other, in the order of the calls. The shell ends with this process. */
export class RepeatedCommand {
  readonly #waiting: Waiting[] = [];
  #shell: Shell | undefined;
  #said = '';
  #turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly namespace: NetworkNamespace,
    private readonly command: readonly [string, ...string[]],
  ) {}

  /**
   * Resolves when the program has ended well. Input in blocks is asked for one by one, as the program reads them.
   * @throws ProcessError in its words when it has not
   */
  run(input: string | Iterable<string>): Promise<void> {
    const turn = this.#turn.then(() => this.#feed(typeof input === 'string' ? [input] : input));
    this.#turn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn.then(({ answered }) => answered);
  }

  /** Lets the shell end, after what was asked of it. */
  end(): void {
    this.#turn = this.#turn.then(() => void this.#shell?.stdin.end());
  }

  /** Resolves when all is written; `answered` settles when the program has ended. */
  async #feed(blocks: Iterable<string>): Promise<{ answered: Promise<void> }> {
    this.#shell ??= this.#start();
    const { stdin, stdout } = this.#shell;
    // Whoever waits keeps this process alive, until the shell has answered or has ended.
    this.#shell.ref();
    stdout.ref();
    const answered = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    // It is looked at when all is written.
    answered.catch(() => undefined);
    for (const block of blocks) {
      if (block !== '' && !stdin.write(`${Buffer.byteLength(block)}\n${block}`)) await drained(stdin);
    }
    stdin.write('0\n');
    return { answered };
  }

  #start(): Shell {
    const env = environmentIn(this.namespace);
    const shell = inNamespace(this.namespace, () =>
      spawn('sh', ['-c', loop, 'sh', ...this.command], { env, stdio: ['pipe', 'pipe', 'ignore'] }),
    ) as Shell;
    shell.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    shell.stdin.on('error', () => undefined);
    shell.once('error', (error) => this.#lost(error.message));
    shell.once('close', () => this.#lost('the shell that runs it was ended'));
    return shell;
  }

  #hear(text: string): void {
    const [last = '', ...answers] = `${this.#said}${text}`.split('\0').reverse();
    this.#said = last;
    for (const answer of answers.reverse()) {
      const space = answer.indexOf(' ');
      this.#settle(Number(answer.slice(0, space)), answer.slice(space + 1));
    }
    if (this.#waiting.length > 0) return;
    this.#shell?.unref();
    this.#shell?.stdout.unref();
  }

  #settle(code: number, said: string): void {
    const waiting = this.#waiting.shift();
    if (code === 0) waiting?.resolve();
    else waiting?.reject(new ProcessError(this.command, this.namespace.name, code, said));
  }

  /** Whoever waits is told; the next run starts another shell. */
  #lost(why: string): void {
    this.#shell = undefined;
    this.#said = '';
    while (this.#waiting.length > 0) this.#settle(127, why);
  }
}

/** Resolves when more can be written, or never will be. */
function drained(stream: Socket): Promise<void> {
  if (stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.once('drain', done).once('close', done);
  });
}
