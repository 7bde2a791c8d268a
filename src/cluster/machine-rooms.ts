/**
 * Where commands run on a node or on the host: the machine's own files, with a hostname, an /etc/hosts and a resolver
 * of the emulated machine. Made when the first command comes, one a machine.
 */

import type { Namespaces } from '../kernel/operations.js';
import { createSandbox, type MachineSandbox, type SandboxNamespaces } from '../kernel/sandbox.js';
import { resolvConf } from '../kubelet/environment/resolv-conf.js';
import { nodeHostsFile } from '../kubelet/pod-start.js';
import type { ClusterConfig } from '../model/cluster-config.js';

export interface MachineRooms {
  /** @throws SandboxError when the kernel refuses */
  enter(machine: string): Promise<SandboxNamespaces>;
  /** For a machine that is going: the next of its name gets a room of its own. */
  leave(machine: string): Promise<void>;
}

export interface RoomParts {
  config: ClusterConfig;
  namespaces: Namespaces;
  /** The daemon's scratch tmpfs. */
  scratch: string;
}

export function createMachineRooms({ config, namespaces, scratch }: RoomParts): MachineRooms {
  const rooms = new Map<string, Promise<MachineSandbox>>();
  // The LAN's gateway answers "connection refused" at once: a name that /etc/hosts lacks is not waited for.
  const resolver = resolvConf({ nameservers: [config.lan.gateway], searches: [], options: [] });
  const make = (machine: string): Promise<MachineSandbox> =>
    createSandbox({
      id: `machine-${machine}`,
      scratch,
      network: namespaces.get(machine),
      hostname: machine,
      root: 'machine',
      processes: 'daemon',
      files: {
        '/etc/hostname': `${machine}\n`,
        '/etc/hosts': nodeHostsFile(config),
        '/etc/resolv.conf': resolver,
      },
    });
  const furnish = (machine: string): Promise<MachineSandbox> => {
    const room = make(machine);
    rooms.set(machine, room);
    // Whoever ends its first process, or keeps it from being made, gets a new room next time.
    const forget = (): boolean => rooms.get(machine) === room && rooms.delete(machine);
    room.then((made) => made.init.ended.then(() => made.remove())).then(forget, forget);
    return room;
  };
  return {
    enter: async (machine) => (await (rooms.get(machine) ?? furnish(machine))).namespaces,
    async leave(machine) {
      const room = rooms.get(machine);
      rooms.delete(machine);
      await (await room)?.remove();
    },
  };
}
