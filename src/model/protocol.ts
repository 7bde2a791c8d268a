/**
 * A protocol in the words of the kernel's tools, `/etc/protocols` and kube-proxy's rules.
 */
import type { Protocol } from './traffic-model.js';

export const lowerCase: Record<Protocol, string> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' };
