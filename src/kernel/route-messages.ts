/**
 * Fabric operations as rtnetlink messages, in the codecs of the package `netlink`.
 *
 * Its two modules used here are pure functions of bytes; its native socket is in `route-socket.ts`.
 * Source: rtnetlink(7), linux/if_link.h, linux/rtnetlink.h.
 */
import * as ifla from 'netlink/dist/rt/ifla.js';
import * as rt from 'netlink/dist/rt/structs.js';
import { AttrStream, type StreamData } from 'netlink/dist/structs.js';
import type { LinkEnd, Operation } from '../fabric/operation.js';

/** One request: its type, NLM_F_* flags beyond REQUEST, and payload. */
export interface RouteMessage {
  type: number;
  flags: number;
  payload: Uint8Array;
  /** The errno that says that there is nothing left to do. */
  doneAlready?: string;
}

/** NLM_F_EXCL | NLM_F_CREATE: fail when it exists. linux/netlink.h. */
const NEW = 0x600;
/** NLM_F_REPLACE | NLM_F_CREATE: a route that is there already is as good as a new one. */
const NEW_OR_SAME = 0x500;
/** VETH_INFO_PEER, linux/veth.h: the peer's ifinfomsg and attributes nested in the link's data. */
const VETH_INFO_PEER = 1;
/** IFLA_BR_MCAST_SNOOPING, linux/if_link.h: no querier here, so snooping could only lose frames. */
const IFLA_BR_MCAST_SNOOPING = 23;
/** AF_INET, sys/socket.h. */
const AF_INET = 2;
/** RT_TABLE_MAIN, linux/rtnetlink.h. */
const MAIN_TABLE = 254;
/** RT_TABLE_LOCAL: the kernel's own, of addresses that are the namespace's. */
const LOCAL_TABLE = 255;
/** RTPROT_BIRD: what Calico's own routes carry; `ip route` prints `proto bird`. */
const protocols = { boot: 3, bird: 12 } as const;

export type RouteOperation = Exclude<
  Operation,
  { op: 'namespace.create' | 'namespace.delete' | 'sysctl.set' | 'link.ready' }
>;

/** @param namespaceFd gives the descriptor of a namespace, for ends of a cable that live in another one. */
export function encodeOperation(operation: RouteOperation, namespaceFd: (name: string) => number): RouteMessage {
  switch (operation.op) {
    case 'bridge.create':
      return newLink(operation, { kind: 'bridge', data: attributes([[IFLA_BR_MCAST_SNOOPING, Buffer.of(0)]]) });
    case 'veth.create': {
      const peer = linkBytes(operation.b, { netNsFd: namespaceFd(operation.b.namespace) });
      return newLink(operation.a, { kind: 'veth', data: attributes([[VETH_INFO_PEER, peer]]) });
    }
    case 'link.up':
      return linkUp(operation);
    case 'link.down':
      return { type: rt.MessageType.NEWLINK, flags: 0, payload: linkDownHeader(operation.index) };
    case 'link.delete':
      // Whoever is root on a node may have deleted it already.
      return { type: rt.MessageType.DELLINK, flags: 0, payload: linkHeader(operation.index), doneAlready: 'ENODEV' };
    case 'address.add':
      return addAddress(operation);
    case 'neighbour.add':
      return addNeighbour(operation);
    case 'route.add':
      return addRoute(operation);
    case 'rule.add':
      return addRule(operation);
  }
}

function newLink(end: Omit<LinkEnd, 'namespace'>, info: ifla.Info): RouteMessage {
  const payload = linkBytes(end, { linkinfo: join(ifla.formatInfo(info)) });
  return { type: rt.MessageType.NEWLINK, flags: NEW, payload };
}

function linkBytes(end: Omit<LinkEnd, 'namespace'>, more: ifla.LinkAttrs): Buffer {
  return Buffer.concat([
    linkHeader(end.index),
    join(ifla.formatLinkAttrs({ ifname: end.link, address: macBytes(end.mac), ...more })),
  ]);
}

function linkHeader(index: number): Buffer {
  return rt.formatLink({ index });
}

function linkUp(operation: RouteOperation & { op: 'link.up' }): RouteMessage {
  const up = { up: true } as const;
  const header = rt.formatLink({ index: operation.index, flags: up, change: up });
  const master = operation.master === undefined ? {} : { master: operation.master };
  return {
    type: rt.MessageType.NEWLINK,
    flags: 0,
    payload: Buffer.concat([header, join(ifla.formatLinkAttrs(master))]),
  };
}

/** Of the flags only `up` is changed, to off. */
function linkDownHeader(index: number): Buffer {
  return rt.formatLink({ index, flags: {}, change: { up: true } });
}

const addressScopes = { global: 0, link: 253, host: 254 } as const;

function addAddress(operation: RouteOperation & { op: 'address.add' }): RouteMessage {
  const [address = '', prefix = '32'] = operation.address.split('/');
  const header = rt.formatAddress({
    family: AF_INET,
    prefixlen: Number(prefix),
    scope: addressScopes[operation.scope ?? 'global'],
    index: operation.index,
  });
  const local = addressBytes(address);
  const attrs = rt.formatAddressAttrs({ address: local, local });
  return { type: rt.MessageType.NEWADDR, flags: NEW, payload: Buffer.concat([header, join(attrs)]) };
}

function addNeighbour(operation: RouteOperation & { op: 'neighbour.add' }): RouteMessage {
  const header = rt.formatNeighbor({ family: AF_INET, ifindex: operation.index, state: { permanent: true } });
  const attrs = rt.formatNeighborAttrs({ dst: addressBytes(operation.address), lladdr: macBytes(operation.mac) });
  return { type: rt.MessageType.NEWNEIGH, flags: NEW, payload: Buffer.concat([header, join(attrs)]) };
}

const routeTypes = {
  unicast: rt.RouteType.UNICAST,
  blackhole: rt.RouteType.BLACKHOLE,
  local: rt.RouteType.LOCAL,
} as const;

function addRoute(operation: RouteOperation & { op: 'route.add' }): RouteMessage {
  const [destination, prefix] = operation.destination === 'default' ? [] : operation.destination.split('/');
  const { kind = 'unicast', table = kind === 'local' ? LOCAL_TABLE : MAIN_TABLE } = operation;
  const header = rt.formatRoute({
    family: AF_INET,
    dstLen: Number(prefix ?? 0),
    table,
    protocol: protocols[operation.protocol ?? 'boot'],
    scope: kind === 'local' ? rt.RouteScope.HOST : scopeOf(operation),
    type: routeTypes[kind],
  });
  const attrs = rt.formatRouteAttrs({
    ...(destination && { dst: addressBytes(destination) }),
    ...(operation.gateway && { gateway: addressBytes(operation.gateway) }),
    ...(operation.source && { prefsrc: addressBytes(operation.source) }),
    ...(kind !== 'blackhole' && { oif: operation.index }),
  });
  return { type: rt.MessageType.NEWROUTE, flags: NEW_OR_SAME, payload: Buffer.concat([header, join(attrs)]) };
}

function scopeOf({ scope }: RouteOperation & { op: 'route.add' }): number {
  return scope === 'link' ? rt.RouteScope.LINK : rt.RouteScope.UNIVERSE;
}

/** RTM_NEWRULE, linux/rtnetlink.h. */
const NEW_RULE = 32;
/** FRA_FWMARK and FR_ACT_TO_TBL, linux/fib_rules.h. */
const FRA_FWMARK = 10;
const FR_ACT_TO_TBL = 1;

/** struct fib_rule_hdr has the layout of struct rtmsg, with the action where the route's type is. */
function addRule({ mark, table }: RouteOperation & { op: 'rule.add' }): RouteMessage {
  const header = Buffer.alloc(12);
  header.writeUInt8(AF_INET, 0);
  header.writeUInt8(table, 4);
  header.writeUInt8(FR_ACT_TO_TBL, 7);
  const value = Buffer.alloc(4);
  value.writeUInt32LE(mark);
  return { type: NEW_RULE, flags: NEW, payload: Buffer.concat([header, attributes([[FRA_FWMARK, value]])]) };
}

function attributes(list: readonly [type: number, value: Buffer][]): Buffer {
  const stream = new AttrStream();
  for (const [type, value] of list) stream.push(type, value);
  return Buffer.concat(stream.bufs);
}

function join(data: StreamData): Buffer {
  const stream = new AttrStream();
  stream.emit(data);
  return Buffer.concat(stream.bufs);
}

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

function addressBytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}
