/** Loaded before the program (node --import): a system that is not Linux, where nothing of Linux can be loaded. */
import { register } from 'node:module';

const hook = `export async function resolve(name, context, next) {
  if (/^(koffi|netlink|@network-utils)/.test(name)) throw new Error('needs Linux: ' + name);
  return next(name, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);
Object.defineProperty(process, 'platform', { value: 'darwin' });
for (const name of ['getuid', 'geteuid', 'getgid']) Object.defineProperty(process, name, { value: undefined });
