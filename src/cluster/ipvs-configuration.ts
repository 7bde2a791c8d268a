/**
 * The `ipvs` part of kube-proxy's configuration file: what it may hold, and what it means.
 *
 * Source: KubeProxyIPVSConfiguration v1alpha1, its defaults, and pkg/proxy/apis/config/validation of v1.30.5.
 */
import { validCIDR } from '../api/validate/values.js';
import { goDurationMs } from '../model/go-duration.js';
import { type IpvsTimeouts, type Scheduler, schedulers } from '../proxy/ipvs/options.js';

/** Absent: kube-proxy's default. */
export interface IpvsConfiguration {
  readonly strictARP?: true;
  readonly scheduler?: Scheduler;
  readonly timeouts?: IpvsTimeouts;
  readonly excludeCIDRs?: readonly string[];
  /** Milliseconds. */
  readonly syncPeriod?: number;
  readonly minSyncPeriod?: number;
}

/** As the file has it. */
export type IpvsFields = Partial<Record<'scheduler' | DurationField, string | null>> & {
  strictARP?: boolean | null;
  excludeCIDRs?: string[] | null;
};

type DurationField = 'syncPeriod' | 'minSyncPeriod' | 'tcpTimeout' | 'tcpFinTimeout' | 'udpTimeout';

/** In milliseconds. */
export const usualSyncPeriod = 30_000;

/** Says what is wrong with a field, in Kubernetes' words. */
export type Refuse = (field: string, why: string) => never;

const invalid = (value: unknown, why: string) => `Invalid value: ${JSON.stringify(value)}: ${why}`;

/** Milliseconds. */
function duration(fields: IpvsFields, name: DurationField, refuse: Refuse): number {
  const text = fields[name] ?? '0s';
  const value = goDurationMs(String(text));
  if (value === undefined) return refuse(`ipvs.${name}`, invalid(text, 'must be a duration such as 30s or 1m30s'));
  if (value < 0) return refuse(`ipvs.${name}`, invalid(text, 'must be greater than or equal to 0'));
  return value;
}

function periods(fields: IpvsFields, refuse: Refuse): Pick<IpvsConfiguration, 'syncPeriod' | 'minSyncPeriod'> {
  const [syncPeriod, minSyncPeriod] = [
    duration(fields, 'syncPeriod', refuse),
    duration(fields, 'minSyncPeriod', refuse),
  ];
  if (minSyncPeriod > (syncPeriod || usualSyncPeriod)) {
    refuse(
      'ipvs.syncPeriod',
      invalid(fields.syncPeriod ?? '0s', 'must be greater than or equal to ipvs.minSyncPeriod'),
    );
  }
  return { ...(syncPeriod > 0 && { syncPeriod }), ...(minSyncPeriod > 0 && { minSyncPeriod }) };
}

/** Whole seconds, as the kernel takes them. */
function timeouts(fields: IpvsFields, refuse: Refuse): Pick<IpvsConfiguration, 'timeouts'> {
  const seconds = (name: DurationField) => Math.trunc(duration(fields, name, refuse) / 1000);
  const timeouts = { tcp: seconds('tcpTimeout'), tcpFin: seconds('tcpFinTimeout'), udp: seconds('udpTimeout') };
  return timeouts.tcp + timeouts.tcpFin + timeouts.udp > 0 ? { timeouts } : {};
}

function excluded({ excludeCIDRs }: IpvsFields, refuse: Refuse): Pick<IpvsConfiguration, 'excludeCIDRs'> {
  const cidrs = excludeCIDRs ?? [];
  for (const [index, cidr] of cidrs.entries()) {
    const [error] = validCIDR('', cidr);
    if (error)
      refuse(
        `ipvs.excludeCIDRs[${index}]`,
        invalid(cidr, 'must be a valid CIDR block (e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48)'),
      );
  }
  return cidrs.length > 0 ? { excludeCIDRs: cidrs } : {};
}

function scheduling({ scheduler }: IpvsFields, refuse: Refuse): Pick<IpvsConfiguration, 'scheduler'> {
  if (!scheduler) return {};
  const known = schedulers.find((one) => one === scheduler);
  const names = schedulers.map((one) => `"${one}"`).join(', ');
  return {
    scheduler: known ?? refuse('ipvs.scheduler', `Unsupported value: "${scheduler}": supported values: ${names}`),
  };
}

/** Reads and checks it. */
export function readIpvsConfiguration(fields: IpvsFields, refuse: Refuse): IpvsConfiguration {
  return {
    ...(fields.strictARP === true && { strictARP: true }),
    ...scheduling(fields, refuse),
    ...timeouts(fields, refuse),
    ...excluded(fields, refuse),
    ...periods(fields, refuse),
  };
}
