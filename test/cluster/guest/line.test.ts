import { Duplex } from 'node:stream';
import test from 'ava';
import { GuestEnd, MachineEnd } from '../../../src/cluster/guest/line.js';

/** A line whose end inside remembers the most that it ever held unread. */
function serialLine() {
  let unread = 0;
  let most = 0;
  const queue: Buffer[] = [];
  const outside: Duplex = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      unread += bytes.length;
      most = Math.max(most, unread);
      queue.push(bytes);
      setImmediate(deliver);
      done();
    },
  });
  const inside: Duplex = new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, done) {
      outside.push(bytes);
      done();
    },
  });
  function deliver(): void {
    for (const bytes of queue.splice(0)) {
      unread -= bytes.length;
      inside.push(bytes);
    }
  }
  return { outside, inside, most: () => most };
}

test('all that is written arrives, and never is more on the way than a terminal holds', async (t) => {
  const { outside, inside, most } = serialLine();
  const [machine, guest] = [new MachineEnd(outside), new GuestEnd(inside)];
  const sent = 'abcdefghij'.repeat(20_000);
  machine.write(sent);
  let heard = '';
  for await (const bytes of guest) {
    heard += String(bytes);
    if (heard.length >= sent.length) break;
  }
  t.true(heard === sent);
  t.true(most() <= 4096 - 128, `${most()} bytes`);
});

test('from the guest outwards nothing is held up, and small words go both ways', async (t) => {
  const { outside, inside } = serialLine();
  const [machine, guest] = [new MachineEnd(outside), new GuestEnd(inside)];
  const large = 'z'.repeat(500_000);
  guest.write(large);
  guest.once('data', (bytes) => guest.write(bytes));
  machine.write('echo');
  let heard = '';
  for await (const bytes of machine) {
    heard += String(bytes);
    if (heard.endsWith('echo')) break;
  }
  t.is(heard, `${large}echo`);
});
