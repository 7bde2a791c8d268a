/**
 * The daemon's entry: takes one start request from the channel it was born with, becomes that lab, and stays.
 *
 * Whoever asked for it may go away once it is ready. When the asker dies before that, the daemon ends too: half a lab
 * is no lab.
 */
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { CertificateRequest, Certificates } from '../apiserver/certificates.js';
import { explain } from './explain.js';
import { startLab } from './lab.js';
import type { CertificateAnswer, StartReport, StartRequest } from './start-request.js';

/** File descriptor of the channel, see kernel/launch.ts. */
const CHANNEL = 3;

// A folder that somebody started a lab in is not busy because of it.
process.chdir('/');
// One promise that nobody waited for must not end everybody's lab: it is a fault to be read about.
process.on('unhandledRejection', (reason) => {
  process.stderr.write(`unhandled: ${reason instanceof Error ? reason.stack : reason}\n`);
});

const channel = new Socket({ fd: CHANNEL, readable: true, writable: true });
let ready = false;

channel.on('error', () => undefined);
channel.on('close', () => {
  if (!ready) process.exit(1);
});
const lines = createInterface({ input: channel });
lines.once('line', (line) => void begin(JSON.parse(line) as StartRequest));

async function begin(request: StartRequest): Promise<void> {
  try {
    const asker = { progress: (text: string) => tell({ kind: 'progress', text }), certificates: askForCertificates };
    const { status, outcome } = await startLab(request, asker);
    ready = true;
    tell({ kind: 'ready', status, outcome });
    channel.unref();
  } catch (error) {
    const failure = explain(error);
    tell({ kind: 'failed', failure: failure.kind, message: failure.message });
    if (failure !== error) process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    channel.end(() => process.exit(1));
  }
}

function askForCertificates(request: CertificateRequest): Promise<Certificates> {
  tell({ kind: 'certificates', request });
  return new Promise((resolve) => {
    lines.once('line', (line) => resolve((JSON.parse(line) as CertificateAnswer).certificates));
  });
}

function tell(report: StartReport): void {
  if (channel.writable) channel.write(`${JSON.stringify(report)}\n`);
}
