/**
 * Where a probe or hook goes: address, port, path and headers out of the manifest. Pure.
 * Source: kubernetes `pkg/probe/util.go` ResolveContainerPort, `pkg/probe/http/request.go`.
 */
import type { Container, HTTPGetAction, TCPSocketAction } from 'kubernetes-types/core/v1.js';

export interface HttpTarget {
  scheme: 'http' | 'https';
  address: string;
  port: number;
  path: string;
  headers: Record<string, string>;
}

/** The number of a port given by number or by the name of a containerPort. @throws Error as the kubelet words it */
export function resolvePort(port: number | string, container: Pick<Container, 'ports'>): number {
  if (typeof port === 'number') return valid(port);
  const named = container.ports?.find(({ name }) => name === port)?.containerPort;
  if (named !== undefined) return valid(named);
  if (/^\d+$/.test(port)) return valid(Number(port));
  throw new Error(`couldn't find port: ${port}`);
}

function valid(port: number): number {
  if (port > 0 && port < 65536) return port;
  throw new Error(`invalid port number: ${port}`);
}

/** `userAgent` is the kubelet's: `kube-probe/1.30`, or `kube-lifecycle/1.30` for hooks. */
export function httpTarget(action: HTTPGetAction, container: Container, podIP: string, userAgent: string): HttpTarget {
  const path = action.path ?? '/';
  const given = (action.httpHeaders ?? []).map(({ name, value }) => [name, value]);
  const has = (name: string): boolean => given.some(([key]) => key?.toLowerCase() === name);
  const defaults = [
    ['User-Agent', userAgent],
    ['Accept', '*/*'],
    ['Connection', 'close'],
  ].filter(([name = '']) => !has(name.toLowerCase()));
  return {
    scheme: action.scheme === 'HTTPS' ? 'https' : 'http',
    address: action.host || podIP,
    port: resolvePort(action.port, container),
    path: path.startsWith('/') ? path : `/${path}`,
    headers: Object.fromEntries([...defaults, ...given]) as Record<string, string>,
  };
}

export function tcpTarget(
  action: TCPSocketAction,
  container: Container,
  podIP: string,
): { address: string; port: number } {
  return { address: action.host || podIP, port: resolvePort(action.port, container) };
}

/** The URL as Go's errors print it. */
export function urlText({ scheme, address, port, path }: HttpTarget): string {
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}${path}`;
}
