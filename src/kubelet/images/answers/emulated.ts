/**
 * The stand-in for images the lab does not know: says who and where it is, and that it is a stand-in.
 */
import { type AnswerContext, type Answerer, type HttpRequest, text } from './contract.js';

export const emulated: Answerer = {
  http: (request, context) => text(describe(context, request)),
  udp: (message, remoteAddress, context) =>
    `${context.place.hostname} on ${context.place.node} got ${JSON.stringify(message.replace(/\n$/, ''))} from ${remoteAddress}\n`,
  banner: ({ parameters, port }) => [`${parameters['image'] ?? 'image'} is emulated: answering on port ${port}`],
  logLine: (request) => `${request.remoteAddress} ${request.method} ${request.target}`,
};

function describe({ place, parameters, port, addresses }: AnswerContext, request: HttpRequest): string {
  const podAddresses = addresses().filter((address) => !/^(127\.|::1$|fe80:)/.test(address));
  const lines = [
    `Hostname: ${place.hostname}`,
    `Pod: ${place.namespace}/${place.name}`,
    `Node: ${place.node}`,
    `IP: ${podAddresses.join(', ')}`,
    `Port: ${port}`,
    `Image: ${parameters['image'] ?? ''} (emulated)`,
    `RemoteAddr: ${request.remoteAddress}`,
    `Request: ${request.method} ${request.target}`,
  ];
  return `${lines.join('\n')}\n`;
}
