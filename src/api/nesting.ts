/**
 * How deep a document may nest. Parsers and everything that walks an object recurse, and a stack that is nearly used up
 * cannot be caught everywhere: V8 ends the process when a regular expression is first compiled there.
 *
 * Upstream allows 10,000 levels (encoding/json, go-yaml). Differs: here it is 250; no manifest comes near.
 */
import { Lexer, Parser } from 'yaml';

export const maxNesting = 250;

/** Whether YAML text nests deeper than allowed, found without recursion. */
export function tooDeepYaml(text: string): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) void token;
    if (parser.stack.length > maxNesting) return true;
  }
  return false;
}

const quote = '"'.charCodeAt(0);
const backslash = '\\'.charCodeAt(0);

/** The index of the quote that ends the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  for (let index = start + 1; index < json.length; index += 1) {
    const code = json.charCodeAt(index);
    if (code === quote) return index;
    if (code === backslash) index += 1;
  }
  return json.length;
}

/** Whether JSON text nests deeper than allowed. */
export function tooDeepJson(json: string): boolean {
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index];
    if (character === '"') index = endOfString(json, index);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > maxNesting) return true;
  }
  return false;
}
