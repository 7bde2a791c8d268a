/** How an address is answered while something changes, seen from a client on `host` that asks forty times a second. */
import { createInterface } from 'node:readline';
import { execa, type ResultPromise } from 'execa';

export interface Answers {
  /** Between one answer and the next, milliseconds. */
  longestGap: number;
  asked: number;
  /** What became of the requests that got no page: how often each problem. */
  lost: Record<string, number>;
  /** Answered, but only once TCP had sent something again. */
  slow: number;
}

/** TCP waits a second (RFC 6298) until it sends a first packet again, and less for later ones. */
const SENT_AGAIN_MS = 900;
/** Before and after a change: some answers of the usual kind. */
const SETTLED_SECONDS = 0.5;

/** A request's end, in milliseconds of the client's clock. */
interface Request {
  result: string;
  start: number;
  end: number;
}

type Client = ResultPromise<{ reject: false }>;

/** Somebody who waits for the next line that begins with a word. */
interface Waiting {
  word: string;
  resolve(line: string): void;
  reject(error: Error): void;
}

export class Asker {
  #requests: Request[] = [];
  #waiting: Waiting[] = [];
  #marks = 0;

  private constructor(private readonly client: Client) {
    createInterface({ input: client.stdout }).on('line', (line) => this.#read(line));
    void client.then(({ shortMessage }) => {
      const error = new Error(`the client on host ended: ${shortMessage ?? 'it was told to'}`);
      for (const { reject } of this.#waiting) reject(error);
    });
  }

  /** Resolves when the address has answered. */
  static async start(lab: string, address: string): Promise<Asker> {
    const command = [process.execPath, new URL('./asking-client.js', import.meta.url).pathname, address];
    const asker = new Asker(execa('scripts/lab', ['exec', '--name', lab, 'host', '--', ...command], { reject: false }));
    await asker.#next('ok');
    return asker;
  }

  /**
   * What became of the requests that began while `change` happened, or a moment before it or after it: it is over when the
   * address answers again, and all those requests have ended.
   */
  async during(change: () => Promise<unknown>): Promise<Answers> {
    const begin = await this.#mark().time;
    await pause(SETTLED_SECONDS);
    await change();
    await this.#next('ok');
    await pause(SETTLED_SECONDS);
    const mark = this.#mark();
    const end = await mark.time;
    await mark.settled;
    const requests = this.#requests.filter(({ start }) => start >= begin && start < end);
    this.#requests = [];
    return judged(requests);
  }

  async end(): Promise<void> {
    this.client.stdin.end();
    await this.client;
  }

  /** The client's time, and when all requests before it have ended. */
  #mark(): { time: Promise<number>; settled: Promise<string> } {
    this.#marks += 1;
    const [marked, settled] = [this.#next(`mark ${this.#marks}`), this.#next(`settled ${this.#marks}`)];
    // Nobody may be waiting for it when the client ends.
    settled.catch(() => undefined);
    this.client.stdin.write(`${this.#marks}\n`);
    return { time: marked.then((line) => Number(line.split('\t')[1])), settled };
  }

  #next(word: string): Promise<string> {
    return new Promise((resolve, reject) => this.#waiting.push({ word, resolve, reject }));
  }

  #read(line: string): void {
    const [word = '', start, end] = line.split('\t');
    if (end !== undefined) this.#requests.push({ result: word, start: Number(start), end: Number(end) });
    const served = this.#waiting.filter((one) => one.word === word);
    this.#waiting = this.#waiting.filter((one) => one.word !== word);
    for (const { resolve } of served) resolve(line);
  }
}

/** @param requests one at least was answered */
export function judged(requests: readonly Request[]): Answers {
  const answered = requests.filter(({ result }) => result === 'ok').sort((a, b) => a.end - b.end);
  const gaps = answered.map(({ end }, index) => end - (answered[index - 1]?.end ?? end));
  const lost: Record<string, number> = {};
  for (const { result } of requests) if (result !== 'ok') lost[result] = (lost[result] ?? 0) + 1;
  const slow = answered.filter(({ start, end }) => end - start > SENT_AGAIN_MS).length;
  return { longestGap: Math.max(...gaps), asked: requests.length, lost, slow };
}

const pause = (seconds: number) => execa('sleep', [String(seconds)]);
