/** A client on `host` that asks an address again and again, one request after the other, until it is told to stop. */
import { execa } from 'execa';

/** bash, for `read -t`: a line on standard input, or its end, is the end of the loop. */
const LOOP = `while read -r -t 0.001; [ $? -gt 128 ]; do
  curl -s -o /dev/null --connect-timeout "$1" --max-time "$2" "$0" && echo "ok $EPOCHREALTIME" || echo "no $EPOCHREALTIME"
done`;

/** How long a request waits: for a connection, and in all; seconds. */
export interface Patience {
  connect: number;
  whole: number;
}

/** So that the next request comes soon after somebody answers again. */
export const hasty: Patience = { connect: 0.2, whole: 0.4 };
/** So that only what is lost counts as lost; a lost packet shows as a gap of a second, when TCP sends again. */
export const patient: Patience = { connect: 5, whole: 10 };

export interface Answers {
  /** Between one answer and the next, milliseconds. */
  longestGap: number;
  asked: number;
  lost: number;
}

/** Asks while `change` happens, and a moment before and after. */
export async function answersDuring(
  lab: string,
  address: string,
  { connect, whole }: Patience,
  change: () => Promise<unknown>,
): Promise<Answers> {
  const loop = ['bash', '-c', LOOP, address, String(connect), String(whole)];
  const client = execa('scripts/lab', ['--name', lab, 'exec', 'host', '--', ...loop]);
  try {
    await pause(SETTLED_SECONDS);
    await change();
    await pause(SETTLED_SECONDS);
  } finally {
    client.stdin.end('\n');
  }
  return judged((await client).stdout.split('\n'));
}

/** Before and after the change: some answers of the usual kind. */
const SETTLED_SECONDS = 0.5;

function judged(lines: readonly string[]): Answers {
  const answered = lines.filter((line) => line.startsWith('ok ')).map((line) => Number(line.slice(3)) * 1000);
  const gaps = answered.map((time, index) => time - (answered[index - 1] ?? time));
  return { longestGap: Math.max(...gaps), asked: lines.length, lost: lines.length - answered.length };
}

const pause = (seconds: number) => execa('sleep', [String(seconds)]);
