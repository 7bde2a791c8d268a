/**
 * Entry of the porter: the process inside the guest that the line to the machine ends at. It loads the kernel's modules,
 * starts the daemon, and opens the guest's sockets and commands to whoever the keeper lets in.
 */
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { startDaemonProcess } from '../../kernel/launch.js';
import { loadModules } from '../../kernel/modules.js';
import { builtModules, guestLine, hasBuiltModules, userModeModules } from '../../kernel/user-mode.js';
import { serveCommand } from './commands.js';
import { controlSocket, type DaemonCommand, greeting, streamNames } from './contract.js';
import { GuestEnd } from './line.js';
import { guestModules } from './modules.js';
import { firstLine, join, serveStreams } from './streams.js';

const LOOPBACK = '127.0.0.1';

let apiPort = 0;

loadModules([userModeModules, builtModules], guestModules(hasBuiltModules()));
const line = guestLine();
line.write(`${greeting}\n`);
const sayGoodbye = serveStreams(new GuestEnd(line), {
  [streamNames.daemon]: (stream) => void startDaemon(stream),
  [streamNames.control]: (stream) => join(stream, connect({ path: controlSocket, allowHalfOpen: true })),
  [streamNames.api]: (stream) => join(stream, connect({ host: LOOPBACK, port: apiPort, allowHalfOpen: true })),
  [streamNames.exec]: (stream) => void serveCommand(stream),
});

/** The stream becomes the channel that the daemon is born with. It ends with the daemon, and we with it. */
async function startDaemon(stream: Duplex): Promise<void> {
  const asked = JSON.parse((await firstLine(stream)) ?? '') as DaemonCommand;
  apiPort = asked.apiPort;
  const daemon = startDaemonProcess(asked);
  join(stream, daemon.stdio[3] as Duplex);
  daemon.once('exit', () => sayGoodbye(() => process.exit()));
}
