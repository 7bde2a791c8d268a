/**
 * Command-line flags as Go's `flag` and `pflag` packages read them: `-text=x`, `--text=x`, `-text x`.
 */

/** The value of a flag, or undefined when it is absent. The last one wins, as in Go. */
export function flagValue(args: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (const [index, arg] of args.entries()) {
    const match = /^--?([^=]+)(?:=([\s\S]*))?$/.exec(arg);
    if (match?.[1] !== name) continue;
    found = match[2] ?? args[index + 1] ?? '';
  }
  return found;
}

/** A port number, or undefined when the text is not one. */
export function portNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  const port = Number(text);
  return port >= 1 && port <= 65535 ? port : undefined;
}

/** The port of a Go listen address: `:5678`, `0.0.0.0:80`, `[::]:80`. */
export function listenPort(address: string | undefined): number | undefined {
  return address === undefined ? undefined : portNumber(address.slice(address.lastIndexOf(':') + 1));
}
