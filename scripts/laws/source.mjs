/**
 * Reads a TypeScript file just far enough to tell code from comments and text.
 *
 * `code` is the source with comments, string and template text and regular expressions blanked out, every character in its old
 * place, so that a search in it finds code only and an offset in it is an offset in the file.
 */

/** After these a `/` begins a regular expression, not a division. */
const BEFORE_REGEXP = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|throw|await|yield))\s*$/;

const TEXT = {
  "'": /'(?:\\[\s\S]|[^'\\\n])*'?/y,
  '"': /"(?:\\[\s\S]|[^"\\\n])*"?/y,
  '//': /\/\/[^\n]*/y,
  '/*': /\/\*[\s\S]*?(?:\*\/|$)/y,
  '/': /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/y,
  template: /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*(?:`|\$\{|$)/y,
};

const blank = (text) => text.replace(/[^\n]/g, ' ');

/** Keeps the quotes, so that an import's specifier can be found between them. */
const blankInside = (text) => (text.length < 2 ? text : text[0] + blank(text.slice(1, -1)) + text.at(-1));

function match(kind, text, at) {
  const pattern = TEXT[kind];
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

/** @returns {{code: string, comments: {offset: number, text: string}[]}} */
export function readSource(text) {
  const comments = [];
  const braces = []; // one entry an open brace; true where it closes a ${ } of a template
  let code = '';

  const takeTemplate = () => {
    const part = match('template', text, code.length);
    code += part.endsWith('${') ? `${blank(part.slice(0, -2))}\${` : blank(part);
    if (part.endsWith('${')) braces.push(true);
  };
  const takeComment = (kind) => {
    const comment = match(kind, text, code.length);
    comments.push({ offset: code.length, text: comment });
    code += blank(comment);
  };
  const takeRegExp = () => {
    const pattern = BEFORE_REGEXP.test(code.slice(-200)) ? match('/', text, code.length) : undefined;
    code += pattern ? blank(pattern) : '/';
  };
  const takeBrace = (brace) => {
    code += brace;
    if (brace === '{') braces.push(false);
    else if (braces.pop()) takeTemplate();
  };

  while (code.length < text.length) {
    const next = text[code.length];
    const two = text.slice(code.length, code.length + 2);
    if (two === '//' || two === '/*') takeComment(two);
    else if (next === "'" || next === '"') code += blankInside(match(next, text, code.length));
    else if (next === '`') {
      code += ' ';
      takeTemplate();
    } else if (next === '/') takeRegExp();
    else if (next === '{' || next === '}') takeBrace(next);
    else code += next;
  }
  return { code, comments };
}

/** 1-based line of an offset. */
export const lineAt = (text, offset) => text.slice(0, offset).split('\n').length;

const IMPORT = /\b(?:import|export)\b(?<clause>[^;'"()]*?\bfrom)?\s*\(?\s*(?<quote>['"])(?<gap> *)\k<quote>/g;

/** @returns {{specifier: string, typeOnly: boolean, offset: number}[]} every import, re-export and import() with a literal */
export function readImports(text, code) {
  return [...code.matchAll(IMPORT)].map(({ 0: whole, index, groups }) => {
    const end = index + whole.length - 1;
    return {
      specifier: text.slice(end - groups.gap.length, end),
      typeOnly: /^\s*type\b/.test(groups.clause ?? ''),
      offset: index,
    };
  });
}
