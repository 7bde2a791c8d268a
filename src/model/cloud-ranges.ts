/**
 * The addresses of the cloud that `lab up --cloud` plays.
 *
 * They are set aside for documentation (RFC 5737) or private (172.31.0.0/16 is AWS' default VPC): none can be a real one's
 * that a lab would hide.
 */

/** Where internet-facing load balancers are. */
export const publicRange = '203.0.113.0/24';
/** The provider's subnet of load balancers. */
export const privateRange = '172.31.56.0/24';
/** Who the host is to all of them: a client somewhere in the internet. */
export const clientAddress = '198.51.100.1';
