/** Every built-in server by the name that plans use. */
import type { ServerBehaviour } from '../contract.js';
import { netexec, serveHostname } from './agnhost.js';
import type { Answerer } from './contract.js';
import { coredns } from './coredns.js';
import { emulated } from './emulated.js';
import { helloApp, httpEcho, k8sLab, kubia } from './simple.js';
import { httpd, nginx } from './web-server.js';
import { whoami } from './whoami.js';

export const answerers: Readonly<Record<ServerBehaviour, Answerer>> = {
  'k8s-lab': k8sLab,
  whoami,
  'http-echo': httpEcho,
  kubia,
  nginx,
  httpd,
  'hello-app': helloApp,
  netexec,
  'serve-hostname': serveHostname,
  coredns,
  emulated,
};
