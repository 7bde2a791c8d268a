/** Waiting for many cables of one namespace at once. */
import { execFileSync } from 'node:child_process';
import { awaitLinks } from '../../src/kernel/link-state.js';
import { createNamespace, inNamespace } from '../../src/kernel/netns.js';

/** More than a netlink socket can take answers for at once. */
const CABLES = 200;
const FIRST_INDEX = 1000;

const namespace = createNamespace('many');
const numbers = Array.from({ length: CABLES }, (_, number) => number);
const lines = numbers.flatMap((number) => [
  `link add a${number} index ${FIRST_INDEX + number} type veth peer name b${number}`,
  `link set a${number} up`,
  `link set b${number} up`,
]);
inNamespace(namespace, () => execFileSync('ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` }));

console.log(
  JSON.stringify({
    down: await awaitLinks(
      namespace,
      numbers.map((number) => FIRST_INDEX + number),
    ),
  }),
);
process.exit(0);
