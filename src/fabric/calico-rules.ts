/**
 * The one thing Calico's own iptables rules do for an address-less visitor: pods that leave the pod network are
 * masqueraded behind their node (`natOutgoing`), so that the LAN, which knows no pod routes, can answer them.
 *
 * Source: projectcalico/felix `rules/nat.go`, NATOutgoingChain.
 * Differs: felix names the pools by ipsets and installs many more cali- chains (policy, dispatch, failsafe); the lab has only natOutgoing, written with the pool's CIDR.
 */

/** `iptables-restore --noflush` input. */
export function calicoRules(podCIDR: string, randomFully = true): string {
  const random = randomFully ? ' --random-fully' : '';
  return [
    '*nat',
    ':cali-POSTROUTING - [0:0]',
    ':cali-nat-outgoing - [0:0]',
    '-A POSTROUTING -m comment --comment "cali:O3lYWMrLQYEMJtB5" -j cali-POSTROUTING',
    '-A cali-POSTROUTING -j cali-nat-outgoing',
    `-A cali-nat-outgoing -s ${podCIDR} ! -d ${podCIDR} -j MASQUERADE${random}`,
    'COMMIT',
    '',
  ].join('\n');
}
