/**
 * The number of the namespace's nftables rule set, which every transaction raises: a look that costs no process and no
 * listing. Source: linux/netfilter/nf_tables.h, NFT_MSG_GETGEN, as `nft monitor` and libnftables' cache use it.
 */
import { closeSync } from 'node:fs';
import { formatMessage, parseMessages } from 'netlink/dist/structs.js';
import { libc, syscallError } from './libc.js';
import { inNamespace, type NetworkNamespace } from './netns.js';

/** linux/netlink.h, bits/socket.h. */
const AF_NETLINK = 16;
const NETLINK_NETFILTER = 12;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const MSG_DONTWAIT = 0x40;
const NLM_F_REQUEST = 1;
/** NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, and NFT_MSG_NEWGEN, its answer. */
const GETGEN = 0x0a10;
const NEWGEN = 0x0a0f;
/** struct nfgenmsg: family, version and resource, all 0; in the answer the first attribute, NFTA_GEN_ID, comes after it. */
const nfgenmsg = Buffer.alloc(4);
const GEN_ID_OFFSET = 8;

/** @throws KernelError without rights in the namespace, or where the kernel has no nftables */
export function nftGeneration(namespace: NetworkNamespace): number {
  const socket = inNamespace(namespace, () => libc().socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
  if (socket < 0) throw syscallError('socket', `netfilter netlink in ${namespace.name}`);
  try {
    return ask(socket, namespace.name);
  } finally {
    closeSync(socket);
  }
}

/** The answer is queued when `send` returns. */
function ask(socket: number, where: string): number {
  const request = Buffer.concat(
    formatMessage({ type: GETGEN, flags: NLM_F_REQUEST, seq: 1, port: 0, data: [nfgenmsg] }),
  );
  if (libc().send(socket, request, request.length, 0) !== request.length) throw syscallError('send', where);
  const received = Buffer.alloc(1024);
  const length = libc().recv(socket, received, received.length, MSG_DONTWAIT);
  if (length < 0) throw syscallError('recv', where);
  const [answer] = parseMessages(received.subarray(0, length));
  if (answer?.type !== NEWGEN) throw new Error(`nftables in ${where}: no generation in the kernel's answer`);
  return Buffer.from(answer.data).readUInt32BE(GEN_ID_OFFSET);
}
