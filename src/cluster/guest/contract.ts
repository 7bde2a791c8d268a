/** What the keeper, outside, and the porter, inside, both know. */

/** The porter's first line on the serial line: before it a terminal may have echoed anything. */
export const greeting = 'kubewire-guest';

/** The streams that a porter serves. */
export const streamNames = { daemon: 'daemon', control: 'control', api: 'api', exec: 'exec' } as const;

/** The daemon's control socket inside: /dev is the guest's own, all else may be the machine's. */
export const controlSocket = '/dev/kubewire-control';

/** The first line of the stream `daemon`; from then on it is the daemon's channel. */
export interface DaemonCommand {
  command: string[];
  env: NodeJS.ProcessEnv;
  /** Where the daemon's API listens, on the guest's loopback. */
  apiPort: number;
}
