/**
 * The life of a process that hosts pods' servers: commands in, reports out, and the end when the daemon is gone.
 */
import { leaveMachineNamespace } from '../../kernel/netns.js';
import type { Clock } from '../../world/contract.js';
import { type OpenListener, PodHost } from './pod-host.js';
import type { ServerCommand, ServerReport } from './protocol.js';

export function report(message: ServerReport): void {
  process.send?.(message);
}

/** Obeys the daemon from now on. Messages of a `kind` that is none of a ServerCommand's are left to other listeners. */
export function serveCommands(clock: Clock, open: OpenListener): void {
  // Forked while the daemon is still in the machine's own network, to which these processes have no business.
  leaveMachineNamespace();
  const obey = commandsOf(
    new PodHost(clock, open, (uid, container, exitCode) => report({ kind: 'exited', uid, container, exitCode })),
  );
  process.on('message', (command: ServerCommand) => {
    obey(command).catch((error: Error) => {
      if (!('id' in command)) return;
      const container = command.kind === 'start' ? (command.plans[0]?.container ?? '') : '';
      report({
        kind: 'done',
        id: command.id,
        failures: [{ container, protocol: 'TCP', port: 0, message: error.message }],
      });
    });
  });
  process.on('disconnect', () => process.exit(0));
  // The daemon decides when it ends; a terminal's Ctrl-C reaches the whole group.
  process.on('SIGINT', () => {});
  report({ kind: 'ready' });
}

function commandsOf(host: PodHost): (command: ServerCommand) => Promise<void> {
  const followers = new Map<number, () => void>();

  function follow(id: number, uid: string, container: string): void {
    const ended = (): void => {
      followers.delete(id);
      report({ kind: 'end', id });
    };
    const log = host.log(uid, container);
    if (!log) return ended();
    followers.set(
      id,
      log.follow((line) => report({ kind: 'line', id, line }), ended),
    );
  }

  return async (command) => {
    switch (command.kind) {
      case 'start':
        return report({ kind: 'done', id: command.id, failures: await host.start(command) });
      case 'stop':
        await host.stop(command);
        return report({ kind: 'done', id: command.id, failures: [] });
      case 'forget':
        return host.forget(command.uid);
      case 'logs': {
        const lines = host.log(command.uid, command.container, command.previous)?.lines() ?? [];
        return report({ kind: 'lines', id: command.id, lines });
      }
      case 'follow':
        return follow(command.id, command.uid, command.container);
      case 'unfollow': {
        followers.get(command.id)?.();
        followers.delete(command.id);
      }
    }
  };
}
