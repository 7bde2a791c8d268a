/**
 * Entry of the DNS process: the servers of all coredns pods, and what they know.
 *
 * Its own process, so that a busy pod cannot stall name lookups. The daemon feeds it the records before it opens a server.
 */
import { serveCommands } from '../kubelet/servers/commands.js';
import { createWorld } from '../world/world.js';
import { Metrics } from './metrics.js';
import type { DnsCommand, DnsReport } from './protocol.js';
import { QueryLog } from './query-log.js';
import { DnsRecords } from './records.js';
import { createOpenListener, type DnsState } from './server.js';

process.title = 'kubewire-dns';

const records = new DnsRecords();
const state: DnsState = {
  view: records,
  configuration: { zone: 'cluster.local', ttl: 30, log: false },
  log: new QueryLog(),
  metrics: new Metrics(),
  clock: createWorld({ seed: 0 }).clock,
};

process.on('message', (command: DnsCommand) => {
  switch (command.kind) {
    case 'dns-configure':
      state.configuration = command.configuration;
      return;
    case 'dns-changes':
      records.apply(command.changes, command.serial);
      return;
    case 'dns-log': {
      const report: DnsReport = { kind: 'dns-log', id: command.id, entries: state.log.after(command.after) };
      process.send?.(report);
    }
  }
});
serveCommands(state.clock, createOpenListener(state));
