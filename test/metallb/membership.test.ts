import test from 'ava';
import type { Liveness, Member, Membership, Packet } from '../../src/metallb/membership/contract.js';
import { everyone } from '../../src/metallb/membership/everyone.js';
import { createMembership } from '../../src/metallb/membership/membership.js';
import { parseMessage } from '../../src/metallb/membership/message.js';
import { suspicionTimeoutMs } from '../../src/metallb/membership/suspicion.js';
import { hostileDatagrams } from '../lab/hostile.js';

const names = ['k8s-master', 'k8s-node1', 'k8s-node2', 'k8s-node3'];
const members: Member[] = names.map((node, index) => ({ node, address: `192.168.56.10${index}` }));

/** Speakers on a LAN where packets take a millisecond, cables can be pulled and speakers be kept from running. */
class Lan {
  readonly running = new Map<string, Membership>();
  readonly cut = new Set<string>();
  readonly starved = new Set<string>();
  #flying: { due: number; from: string; packet: Packet }[] = [];
  now = 0;

  constructor(
    private readonly liveness: Liveness,
    private readonly seed = 0,
  ) {
    for (const { node } of members) this.start(node);
  }

  start(node: string): void {
    const membership = createMembership(this.liveness, node, this.seed);
    this.running.set(node, membership);
    this.post(node, membership.setMembers(members, this.now));
  }

  post(from: string, packets: readonly Packet[]): void {
    for (const packet of packets) this.#flying.push({ due: this.now + 1, from, packet });
  }

  run(ms: number): void {
    for (const end = this.now + ms; this.now < end; this.now += 1) {
      const due = this.#flying.filter((one) => one.due <= this.now);
      this.#flying = this.#flying.filter((one) => one.due > this.now);
      for (const { from, packet } of due) this.#deliver(from, packet);
      for (const [node, membership] of this.running) {
        if (this.now % membership.tickMs !== names.indexOf(node) || this.starved.has(node)) continue;
        this.post(node, membership.tick(this.now));
        for (const knock of membership.knocks?.(this.now) ?? []) this.#knock(node, membership, knock.node);
      }
    }
  }

  /** A kernel answers whatever its speaker does. */
  #knock(from: string, asker: Membership, node: string): void {
    if (this.cut.has(from) || this.cut.has(node)) return;
    asker.answered?.(node, this.running.has(node) ? 'reachable' : 'noSpeaker');
  }

  #deliver(from: string, { to, message }: Packet): void {
    const receivers = members.filter(({ address }) => to === everyone || address === to);
    for (const { node } of receivers) {
      if (node !== from && (this.cut.has(from) || this.cut.has(node))) continue;
      if (this.starved.has(node)) this.#flying.push({ due: this.now + 1, from, packet: { to, message } });
      else this.post(node, this.running.get(node)?.hear(message, this.now) ?? []);
    }
  }

  /** Milliseconds until everybody else agrees on whether a node lives. */
  until(node: string, alive: boolean, limit = 60_000): number {
    const start = this.now;
    const others = [...this.running].filter(([name]) => name !== node && !this.cut.has(name));
    const agreed = () => others.every(([, membership]) => membership.alive().has(node) === alive);
    while (!agreed() && this.now - start < limit) this.run(10);
    return this.now - start;
  }
}

const liveness: [Liveness, dead: [number, number], back: number][] = [
  ['fast', [50, 250], 210],
  ['memberlist', [4000, 9000], 5000],
];

for (const [kind, [least, most], back] of liveness) {
  test(`${kind}: whatever is sent to a speaker's port, it goes on`, (t) => {
    const lan = new Lan(kind);
    lan.run(1000);
    const speaker = lan.running.get('k8s-node1')!;
    for (const datagram of hostileDatagrams) {
      const message = parseMessage(datagram.toString('utf8'));
      if (message) t.notThrows(() => speaker.hear(message, lan.now));
    }
    lan.run(10_000);
    for (const membership of lan.running.values()) t.deepEqual([...membership.alive()].sort(), names);
  });

  test(`${kind}: all find each other`, (t) => {
    const lan = new Lan(kind);
    lan.run(300);
    for (const membership of lan.running.values()) t.deepEqual([...membership.alive()].sort(), names);
    lan.run(60_000);
    for (const membership of lan.running.values()) t.deepEqual([...membership.alive()].sort(), names, 'and stay');
  });

  for (const node of names) {
    test(`${kind}: ${node} dies, is missed in time, and comes back`, (t) => {
      const lan = new Lan(kind);
      lan.run(5000);
      lan.running.delete(node);
      const missed = lan.until(node, false);
      t.true(missed >= least && missed <= most, `${missed} ms`);
      lan.run(10_000);
      lan.start(node);
      const found = lan.until(node, true);
      t.true(found <= back, `${found} ms`);
    });
  }

  test(`${kind}: a node that dies again and again comes back each time`, (t) => {
    const lan = new Lan(kind);
    lan.run(5000);
    for (let death = 1; death <= 5; death += 1) {
      lan.running.delete('k8s-node3');
      lan.until('k8s-node3', false);
      lan.start('k8s-node3');
      t.true(lan.until('k8s-node3', true) <= back, `after death ${death}`);
    }
  });

  test(`${kind}: a cable that is pulled again and again`, (t) => {
    const lan = new Lan(kind);
    lan.run(5000);
    for (let pull = 1; pull <= 5; pull += 1) {
      lan.cut.add('k8s-node3');
      lan.run(30_000);
      lan.cut.clear();
      lan.run(10_000);
      for (const membership of lan.running.values()) t.is(membership.alive().size, 4, `after pull ${pull}`);
    }
  });

  test(`${kind}: a node that is cut off thinks itself alone, and all agree again afterwards`, (t) => {
    const lan = new Lan(kind);
    lan.run(5000);
    lan.cut.add('k8s-node3');
    // In memberlist it doubts itself more with every probe in vain, and probes ever more slowly.
    lan.run(40_000);
    t.deepEqual([...(lan.running.get('k8s-node3')?.alive() ?? [])], ['k8s-node3']);
    lan.cut.clear();
    lan.run(10_000);
    for (const membership of lan.running.values()) t.deepEqual([...membership.alive()].sort(), names);
  });

  test(`${kind}: who is stopped in order says so, and is missed at once`, (t) => {
    const lan = new Lan(kind);
    lan.run(5000);
    lan.post('k8s-node2', lan.running.get('k8s-node2')?.leave() ?? []);
    lan.running.delete('k8s-node2');
    t.true(lan.until('k8s-node2', false) <= 10);
  });
}

test('what is said between speakers is read back, and nothing else', (t) => {
  const news = [{ state: 'suspect', node: 'k8s-node1', incarnation: 2, by: 'k8s-node2' }];
  const message = { kind: 'ping-req', from: 'k8s-node2', seq: 3, target: 'k8s-node1', news } as const;
  t.deepEqual(parseMessage(JSON.stringify(message)), message as never);
  for (const change of [{ seq: 'x' }, { target: 1 }, { news: {} }, { news: [null] }, { from: 7 }, { kind: 'join' }]) {
    t.is(parseMessage(JSON.stringify({ ...message, ...change })), undefined);
  }
});

test('fast: a speaker that was stalled itself does not think the others dead', (t) => {
  const lan = new Lan('fast');
  lan.run(1000);
  const stalled = lan.running.get('k8s-node1')!;
  stalled.tick(lan.now + 3000);
  t.is(stalled.alive().size, 4);
});

for (const pulled of [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]) {
  test(`fast: a cable pulled ${pulled} ms after a beat is noticed by the others within 0.4 s`, (t) => {
    const lan = new Lan('fast');
    lan.run(1003 + pulled);
    lan.cut.add('k8s-node3');
    const missed = lan.until('k8s-node3', false);
    t.true(missed >= 200 && missed <= 400, `${missed} ms`);
    t.is(lan.running.get('k8s-node1')?.alive().size, 3);
  });
}

test('fast: a speaker without processor time for a second and a half loses nothing, but one that hangs does', (t) => {
  const lan = new Lan('fast');
  lan.run(1000);
  lan.starved.add('k8s-node3');
  for (let waited = 0; waited < 1500; waited += 10) {
    lan.run(10);
    for (const node of names.slice(0, 3)) t.is(lan.running.get(node)?.alive().size, 4, `${node} after ${waited} ms`);
  }
  lan.starved.clear();
  lan.run(200);
  for (const membership of lan.running.values()) t.is(membership.alive().size, 4);
  lan.starved.add('k8s-node3');
  const missed = lan.until('k8s-node3', false);
  t.true(missed >= 1900 && missed <= 2200, `${missed} ms`);
  lan.starved.clear();
  lan.run(20);
  t.is(lan.running.get('k8s-node3')?.alive().size, 1, 'it learns that it was given up');
  lan.run(200);
  for (const membership of lan.running.values()) t.is(membership.alive().size, 4, 'and all agree again');
});

test('fast: two nodes that go at once are missed as fast as one', (t) => {
  const lan = new Lan('fast');
  lan.run(1000);
  for (const node of ['k8s-node2', 'k8s-node3']) lan.cut.add(node);
  t.true(lan.until('k8s-node3', false) <= 400);
  t.deepEqual([...lan.running.get('k8s-node1')!.alive()].sort(), ['k8s-master', 'k8s-node1']);
});

test('memberlist: a member that restarts while it is suspected objects', (t) => {
  const lan = new Lan('memberlist');
  lan.run(5000);
  lan.running.delete('k8s-node3');
  lan.run(3000);
  lan.start('k8s-node3');
  lan.run(30_000);
  for (const membership of lan.running.values()) t.true(membership.alive().has('k8s-node3'));
});

test('memberlist: a member that objected to a suspicion once, and dies later, comes back', (t) => {
  const lan = new Lan('memberlist');
  lan.run(5000);
  lan.cut.add('k8s-node3');
  lan.run(5000);
  lan.cut.clear();
  lan.run(30_000);
  lan.running.delete('k8s-node3');
  lan.until('k8s-node3', false);
  lan.start('k8s-node3');
  t.true(lan.until('k8s-node3', true) <= 5000);
});

/** What a memberlist of four makes of it: up to 5 s until the last probes it, 1 s in vain, 4 s after the first suspicion. */
test('memberlist: whenever a speaker is killed or cut off, the others miss it after 5 to 10 seconds, and all at once', (t) => {
  const times: number[] = [];
  for (let seed = 0; seed < 60; seed += 1) {
    const lan = new Lan('memberlist', seed);
    lan.run(3000 + ((seed * 377) % 3000));
    if (seed % 2 === 0) lan.running.delete('k8s-node3');
    else lan.cut.add('k8s-node3');
    const start = lan.now;
    const gone = () =>
      ['k8s-master', 'k8s-node1', 'k8s-node2'].filter((node) => !lan.running.get(node)?.alive().has('k8s-node3'));
    while (gone().length === 0 && lan.now - start < 20_000) lan.run(10);
    times.push(lan.now - start);
    lan.run(450);
    t.is(gone().length, 3, `seed ${seed}: two rounds of gossip later`);
    t.is(lan.running.get('k8s-node1')?.alive().size, 3, `seed ${seed}: nobody else`);
  }
  times.sort((a, b) => a - b);
  t.log(`from ${times[0]} to ${times.at(-1)} ms, half of them within ${times[30]} ms`);
  t.true(times[0]! >= 5000 && times.at(-1)! <= 10_000, times.join());
});

test('memberlist: a speaker that is cut off for a moment is suspected, objects, and is never dead', (t) => {
  for (let seed = 0; seed < 20; seed += 1) {
    const lan = new Lan('memberlist', seed);
    lan.run(3000 + seed * 50);
    lan.cut.add('k8s-node3');
    lan.run(3500);
    lan.cut.clear();
    for (let second = 0; second < 40; second += 1) {
      lan.run(1000);
      for (const membership of lan.running.values()) t.is(membership.alive().size, 4, `seed ${seed}, second ${second}`);
    }
  }
});

test('memberlist: suspicion lasts as long as the library has it', (t) => {
  t.is(suspicionTimeoutMs(3, 0), 4000);
  t.is(suspicionTimeoutMs(4, 0), 24_000);
  t.is(suspicionTimeoutMs(4, 1), 11_381);
  t.is(suspicionTimeoutMs(4, 2), 4000);
  t.is(suspicionTimeoutMs(100, 2), 8000);
});
