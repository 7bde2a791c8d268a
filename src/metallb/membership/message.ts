/**
 * Reading what speakers say to each other. Anybody on the LAN can send to their port, so nothing is believed to have a shape.
 */
import type { MembershipMessage } from './contract.js';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => Number.isSafeInteger(value);
const isNews: Check = (value) => fits(value, { node: isText, by: isText, incarnation: isNumber, state: isState });
const isState: Check = (value) => ['alive', 'suspect', 'dead'].includes(value as string);
const areTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const areNews: Check = (value) => Array.isArray(value) && value.every(isNews);

const shapes: ReadonlyMap<unknown, Readonly<Record<string, Check>>> = new Map<unknown, Record<string, Check>>([
  ['beat', { hears: areTexts }],
  ['leave', {}],
  ['ping', { seq: isNumber, news: areNews }],
  ['ack', { seq: isNumber, news: areNews }],
  ['ping-req', { seq: isNumber, target: isText, news: areNews }],
  ['nack', { seq: isNumber, news: areNews }],
  ['gossip', { news: areNews }],
]);

function fits(value: unknown, shape: Readonly<Record<string, Check>>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(shape).every(([field, check]) => check((value as Record<string, unknown>)[field]));
}

/** Undefined for what is no message of a speaker's. */
export function parseMessage(text: string): MembershipMessage | undefined {
  try {
    const message = JSON.parse(text) as MembershipMessage;
    const shape = shapes.get(message?.kind);
    return shape && fits(message, { from: isText, ...shape }) ? message : undefined;
  } catch {
    return undefined;
  }
}
