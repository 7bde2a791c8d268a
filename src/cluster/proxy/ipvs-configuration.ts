/**
 * The `ipvs` part of kube-proxy's configuration file: what it may hold, and what it means.
 *
 * Source: KubeProxyIPVSConfiguration v1alpha1, and pkg/proxy/apis/config/validation of v1.30.5.
 */
import { validCIDR } from '../../api/validate/values.js';
import { type IpvsTimeouts, type Scheduler, schedulers } from '../../proxy/ipvs/options.js';
import { duration, invalid, named } from './configuration-checks.js';

/** Absent: kube-proxy's default. */
export interface IpvsConfiguration {
  readonly strictARP?: true;
  readonly scheduler?: Scheduler;
  readonly timeouts?: IpvsTimeouts;
  readonly excludeCIDRs?: readonly string[];
}

/** As the file has it. */
export interface IpvsFields {
  strictARP?: boolean | null;
  scheduler?: string | null;
  tcpTimeout?: string | null;
  tcpFinTimeout?: string | null;
  udpTimeout?: string | null;
  excludeCIDRs?: string[] | null;
}

/** Whole seconds, as the kernel takes them. */
function seconds(fields: IpvsFields, name: 'tcpTimeout' | 'tcpFinTimeout' | 'udpTimeout'): number {
  const ms = duration(`ipvs.${name}`, fields[name]);
  if (ms < 0) throw invalid(`ipvs.${name}`, fields[name], 'must be greater than or equal to 0');
  return Math.trunc(ms / 1000);
}

function timeoutsOf(fields: IpvsFields): Pick<IpvsConfiguration, 'timeouts'> {
  const timeouts = {
    tcp: seconds(fields, 'tcpTimeout'),
    tcpFin: seconds(fields, 'tcpFinTimeout'),
    udp: seconds(fields, 'udpTimeout'),
  };
  return timeouts.tcp + timeouts.tcpFin + timeouts.udp > 0 ? { timeouts } : {};
}

function excludedOf({ excludeCIDRs }: IpvsFields): Pick<IpvsConfiguration, 'excludeCIDRs'> {
  const cidrs = excludeCIDRs ?? [];
  for (const [index, cidr] of cidrs.entries()) {
    if (validCIDR('', cidr).length === 0) continue;
    const why = 'must be a valid CIDR block (e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48)';
    throw invalid(`ipvs.excludeCIDRs[${index}]`, cidr, why);
  }
  return cidrs.length > 0 ? { excludeCIDRs: cidrs } : {};
}

/** @throws CommandFailure refused */
export function readIpvsConfiguration(fields: IpvsFields): IpvsConfiguration {
  const { strictARP, scheduler } = fields;
  return {
    ...(strictARP === true && { strictARP }),
    ...(scheduler && { scheduler: named('ipvs.scheduler', schedulers, scheduler) }),
    ...timeoutsOf(fields),
    ...excludedOf(fields),
  };
}
