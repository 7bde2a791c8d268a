/**
 * A whole set of documents at once (`lab up -f`): all of them or none, and the same result in whatever order they come.
 *
 * Explicit addresses and ports of the whole batch are reserved before anything is chosen automatically, and documents
 * are written in one canonical order. Documents for objects that exist are merged into them.
 */
import type { Service } from 'kubernetes-types/core/v1.js';
import { groupOf, type KubeObject, keyOf, keyText, type Stored } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { canonicalJson } from '../model/derive.js';
import type { Core } from './core.js';
import { createObject, namespaceOf } from './create.js';
import { alreadyExists } from './refusal.js';
import type { Reservations } from './strategy/contract.js';
import { updateObject } from './update.js';

/** `created`, `configured`, `unchanged`: kubectl's words. */
export type BatchOutcome = 'created' | 'configured' | 'unchanged';

export interface BatchItem {
  /** The object as stored. */
  object: KubeObject;
  outcome: BatchOutcome;
}

export interface BatchProblem {
  /** Which of the given documents, counted from 0. */
  index: number;
  error: StatusError;
}

/** Everything that is wrong with a batch; nothing of it was stored. */
export class BatchError extends Error {
  override readonly name = 'BatchError';

  constructor(readonly problems: readonly BatchProblem[]) {
    super(problems.map(({ error }) => error.message).join('\n'));
  }
}

/** Must run inside a transaction, which is undone when this throws. Results are in the order of the documents given. */
export function applyDocuments(core: Core, documents: readonly KubeObject[]): BatchItem[] {
  const problems: BatchProblem[] = [];
  const results = new Map<number, BatchItem>();
  const seen = new Set<string>();
  core.reserved = reservationsOf(documents);
  try {
    for (const index of canonicalOrder(documents)) {
      const document = documents[index] as KubeObject;
      const result = attempt(() => applyDocument(core, document, seen));
      if (result instanceof StatusError) problems.push({ index, error: result });
      else results.set(index, result);
    }
  } finally {
    core.reserved = reservationsOf([]);
  }
  if (problems.length > 0) throw new BatchError(problems.sort((left, right) => left.index - right.index));
  return documents.map((_document, index) => results.get(index) as BatchItem);
}

/** Refusals are collected; anything else is a fault and goes through. */
function attempt(run: () => BatchItem): BatchItem | StatusError {
  try {
    return run();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
}

function applyDocument(core: Core, document: KubeObject, seen: Set<string>): BatchItem {
  const info = core.kindOf(document);
  const key = { ...keyOf(document), namespace: namespaceOf(info, document.metadata) };
  if (!key.name) return { object: createObject(core, document), outcome: 'created' };
  if (seen.has(keyText(key))) throw alreadyExists(info, key.name);
  seen.add(keyText(key));
  const existing = core.store.get(key);
  if (!existing) return { object: createObject(core, document), outcome: 'created' };
  const { resourceVersion: _any, ...metadata } = document.metadata;
  const object = updateObject(core, mergeDocument(existing, { ...document, metadata }) as KubeObject, {});
  return { object, outcome: object === existing ? 'unchanged' : 'configured' };
}

/** Maps are merged, everything else is taken from the document. */
function mergeDocument(existing: unknown, document: unknown): unknown {
  if (!isMap(existing) || !isMap(document)) return document;
  const merged: Record<string, unknown> = { ...existing };
  for (const [field, value] of Object.entries(document)) merged[field] = mergeDocument(existing[field], value);
  return merged;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Namespaces and definitions first, then by kind, namespace, name, and for nameless documents by content. */
function canonicalOrder(documents: readonly KubeObject[]): number[] {
  const keyed = documents.map((document, index) => ({ index, rank: rankOf(document), text: orderText(document) }));
  keyed.sort((left, right) => left.rank - right.rank || (left.text < right.text ? -1 : left.text > right.text ? 1 : 0));
  return keyed.map(({ index }) => index);
}

function rankOf({ kind }: KubeObject): number {
  if (kind === 'Namespace') return 0;
  return kind === 'CustomResourceDefinition' ? 1 : 2;
}

function orderText(document: KubeObject): string {
  const { kind, metadata } = document;
  const place = [groupOf(document.apiVersion), kind, metadata.namespace || 'default', metadata.name ?? ''].join('/');
  return `${place} ${canonicalJson(document)}`;
}

/** Every address and port that a document asks for by value. */
function reservationsOf(documents: readonly KubeObject[]): Reservations {
  const addresses = new Set<string>();
  const ports = new Set<number>();
  for (const document of documents) {
    if (document.kind !== 'Service') continue;
    const spec = (document as Stored<Service>).spec;
    if (spec?.clusterIP) addresses.add(spec.clusterIP);
    for (const port of Array.isArray(spec?.ports) ? spec.ports : []) if (port?.nodePort) ports.add(port.nodePort);
    if (spec?.healthCheckNodePort) ports.add(spec.healthCheckNodePort);
  }
  return { addresses, ports };
}
