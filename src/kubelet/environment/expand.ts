/**
 * `$(NAME)` references in env values, commands and arguments.
 * Source: kubernetes `third_party/forked/golang/expansion/expand.go`.
 */

/** Replaces what is known, leaves the rest as it stands; `$$` is a plain `$`. */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (reference, what: string, name: string | undefined) => {
    if (what === '$') return '$';
    return lookUp(name ?? '') ?? reference;
  });
}
