/**
 * YAML text with a memory of where each value stood, read by the rules of the YAML library that kubectl uses.
 *
 * kubectl reads YAML 1.1 with go-yaml: `yes` and `on` are booleans, `0644` is octal, but times and base-60 numbers stay
 * text (`args: [8080:30]`). Syntax errors come in go-yaml's words.
 * Differs: the line in a syntax error is where the fault is; go-yaml names the line above it for wrong indentation.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type Tags,
  type YAMLParseError,
} from 'yaml';
import { follow, type PathStep } from './field-path.js';
import { maxNesting, tooDeepYaml } from './nesting.js';
import type { Position } from './problem.js';

export interface SourceDocument {
  /** Plain data; `undefined` when the text is not YAML, `null` when the document is empty. */
  value: unknown;
  error?: Position & { message: string };
  /** Where the field at the end of the steps stands; when it is not there, its nearest ancestor that is. */
  locate(steps: readonly PathStep[]): Position | undefined;
}

/** Tags of YAML 1.1 that go-yaml leaves as text, or that no manifest can mean. */
const unusedTags = /:(timestamp|binary|omap|pairs|set)$/;

function goYamlTags(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag !== 'string' && !unusedTags.test(tag.tag) && tag.format !== 'TIME');
}

const conversion = 'error converting YAML to JSON: yaml';

const tooDeep: SourceDocument = {
  value: undefined,
  error: { line: 1, column: 1, message: `${conversion}: exceeded max depth of ${maxNesting}` },
  locate: () => undefined,
};

/** The documents of a file, in order, empty ones left out. Never throws. */
export function readYaml(text: string): SourceDocument[] {
  if (tooDeepYaml(text)) return [tooDeep];
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    lineCounter,
    version: '1.1',
    merge: true,
    customTags: goYamlTags,
    logLevel: 'silent',
  });
  return [...documents].map((document) => sourceDocument(document, text, lineCounter));
}

function sourceDocument(document: Document, text: string, lines: LineCounter): SourceDocument {
  const locate = (steps: readonly PathStep[]) => locateIn(document.contents, steps, lines);
  const [syntax] = document.errors;
  if (syntax !== undefined) return { value: undefined, error: syntaxError(syntax, text, lines), locate };
  try {
    return { value: document.toJS({ maxAliasCount: 100 }), locate };
  } catch (error) {
    const place = locateIn(document.contents, [], lines) ?? { line: 1, column: 1 };
    return { value: undefined, error: { ...place, message: aliasText(String(error)) }, locate };
  }
}

/** The library finds wrong aliases only when it builds the value. */
function aliasText(text: string): string {
  const name = /Unresolved alias[^:]*: (\S+)/.exec(text)?.[1];
  if (name !== undefined) return `${conversion}: unknown anchor '${name}' referenced`;
  return `${conversion}: document contains excessive aliasing`;
}

function syntaxError(error: YAMLParseError, text: string, lines: LineCounter): Position & { message: string } {
  const { line, col } = lines.linePos(error.pos[0]);
  const place = { line, column: col };
  if (error.code === 'DUPLICATE_KEY') {
    const key = /^["']?([^"':\s]+)/.exec(text.slice(error.pos[0]))?.[1] ?? '';
    return { ...place, message: `${conversion}: unmarshal errors: line ${line}: key "${key}" already set in map` };
  }
  return { ...place, message: `${conversion}: line ${line}: ${scannerText(error, text)}` };
}

/** libyaml's phrase for the fault. */
function scannerText({ code, message, pos }: YAMLParseError, text: string): string {
  if (code === 'TAB_AS_INDENT') return tabText(text.slice(0, pos[0]));
  if (message.startsWith('Flow sequence')) return "did not find expected ',' or ']'";
  if (message.startsWith('Flow map')) return "did not find expected ',' or '}'";
  if (message.startsWith('All sequence items')) return "did not find expected '-' indicator";
  if (message.startsWith('Missing closing')) return 'found unexpected end of stream';
  if (message.startsWith('Implicit map keys need')) return "could not find expected ':'";
  return phrases[code] ?? 'did not find expected key';
}

const phrases: Partial<Record<YAMLParseError['code'], string>> = {
  BAD_SCALAR_START: 'found character that cannot start any token',
  BLOCK_AS_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  MULTILINE_IMPLICIT_KEY: 'mapping values are not allowed in this context',
  BAD_DQ_ESCAPE: 'found unknown escape character',
  MULTIPLE_ANCHORS: 'did not find expected node content',
};

/** After a plain value the scanner still hopes for its next line, and words the same fault in another way. */
function tabText(before: string): string {
  const previous = before.trimEnd().split('\n').at(-1) ?? '';
  const afterPlainValue = previous !== '' && !/[:\-"'\]}|>]$/.test(previous.trimEnd());
  return afterPlainValue
    ? 'found a tab character that violates indentation'
    : 'found character that cannot start any token';
}

function locateIn(root: unknown, steps: readonly PathStep[], lines: LineCounter): Position | undefined {
  if (!isNode(root)) return undefined;
  const { reached } = follow<Child>({ place: root, value: root }, steps, childOf);
  const offset = reached.place.range?.[0];
  if (offset === undefined) return undefined;
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

interface Child {
  /** The key for a field, the item itself in a list. */
  place: Node;
  value: unknown;
}

function childOf({ value: parent }: Child, step: PathStep): Child | undefined {
  if (isSeq(parent)) {
    const item = typeof step === 'number' ? parent.items[step] : undefined;
    return isNode(item) ? { place: item, value: item } : undefined;
  }
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(({ key }: Pair) => isScalar(key) && String(key.value) === String(step));
  if (pair === undefined || !isNode(pair.key)) return undefined;
  return { place: pair.key, value: isAlias(pair.value) ? undefined : pair.value };
}
