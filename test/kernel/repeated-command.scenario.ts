/** A command run again and again: in order, in its namespace, also after it has failed, and after its shell was ended. */
import { readFileSync } from 'node:fs';
import { createNamespace } from '../../src/kernel/netns.js';
import { RepeatedCommand } from '../../src/kernel/repeated-command.js';

const namespace = createNamespace('node');
const words = (error: Error & { stderr?: string }) => error.stderr ?? error.message;
const command = new RepeatedCommand(namespace, ['ip', '-batch', '-']);
const large = `# ${'x'.repeat(300_000)}\n`;

const said: string[] = [];
const note = (name: string, run: Promise<void>) =>
  run.then(
    () => said.push(`${name} done`),
    (error) => said.push(`${name}: ${words(error)}`),
  );
await Promise.all([
  note('first', command.run('link add one type bridge\n')),
  note('second', command.run(`link add one type bridge\n${large}`)),
  note('third', command.run(`${large}link add two type bridge\n`)),
]);
const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ');
for (const child of children) process.kill(Number(child));
await note('lost', command.run('link show\n'));
await note('fourth', command.run('link delete two\n'));

console.log(JSON.stringify({ said }));
