/**
 * A receiver of membership packets: all machines of the LAN at once. Broadcasts need no ARP, so nobody who forges ARP can
 * make speakers deaf to each other.
 */
export const everyone = 'everyone';
