/** Entries byte by byte, read back as bpftool prints them; and changes, played on maps that behave as the kernel's. */
import test from 'ava';
import { SocketMaps } from '../../src/cluster/socket-maps.js';
import { heldServices, heldServiceText, parseDump } from '../../src/proxy/socket-lb/dump.js';
import { type Entry, machineEntry, serviceEntries } from '../../src/proxy/socket-lb/entries.js';
import type { SocketService } from '../../src/proxy/socket-lb/services.js';

const web: SocketService = {
  name: 'default/web',
  protocol: 'TCP',
  address: '10.100.1.1',
  port: 80,
  endpoints: [
    { address: '10.111.156.70', port: 8080 },
    { address: '10.109.131.10', port: 8080 },
  ],
  affinitySeconds: 10800,
  start: 1,
  random: false,
};

test('entries are laid out as the program’s structures', (t) => {
  const key = '020000000a6401010050' + '0600';
  t.deepEqual(serviceEntries(2, web), [
    { map: 'endpoints', key: `${key}00000000`, value: '0a6f9c461f900000' },
    { map: 'endpoints', key: `${key}01000000`, value: '0a6d830a1f900000' },
    { map: 'members', key: `${key}0a6f9c461f900000`, value: '00000000' },
    { map: 'members', key: `${key}0a6d830a1f900000`, value: '01000000' },
    { map: 'turns', key, value: '0000000000000000' + '01000000' + '00000000' },
    { map: 'services', key, value: '02000000' + '302a0000' },
  ]);
  t.deepEqual(machineEntry(0x0102030405060708n, 3), { map: 'machines', key: '0807060504030201', value: '03000000' });
  t.like(serviceEntries(0, { ...web, protocol: 'UDP', random: true })[4], { key: '000000000a64010100501100' });
});

/** Maps as the kernel keeps them: deleting what is not there fails, and ends the batch. */
class Kernel {
  readonly maps = '/pinned';
  readonly held = new Map<string, string>();
  batches = 0;
  /** The number of commands after which the next batch fails. */
  failsAfter: number | undefined;

  async batch(input: string): Promise<void> {
    this.batches += 1;
    const { failsAfter } = this;
    this.failsAfter = undefined;
    for (const [index, line] of input.trimEnd().split('\n').entries()) {
      if (index === failsAfter) throw new Error('bpftool was refused');
      this.obey(line);
    }
  }

  obey(line: string): void {
    const [, verb, map, rest = ''] = /^map (update|delete) pinned \/pinned\/(\w+) key hex (.*)$/.exec(line) ?? [];
    const [key = '', value = ''] = rest.split(' value hex ').map((text) => text.replaceAll(' ', ''));
    if (verb === 'update') this.held.set(`${map} ${key}`, value);
    else if (!this.held.delete(`${map} ${key}`)) throw new Error(`no such entry: ${line}`);
  }

  /** As `bpftool -j map dump` prints them. */
  dump(map: string) {
    const octets = (hex: string) => (hex.match(/../g) ?? []).map((octet) => `0x${octet}`);
    const entries = [...this.held].filter(([key]) => key.startsWith(`${map} `));
    return parseDump(
      JSON.stringify(entries.map(([key, value]) => ({ key: octets(key.split(' ')[1] ?? ''), value: octets(value) }))),
    );
  }

  services(): string[] {
    const held = heldServices({
      services: this.dump('services'),
      endpoints: this.dump('endpoints'),
      turns: this.dump('turns'),
    });
    return held.map((service) => `${service.node} ${heldServiceText(service)}`);
  }
}

const textOf = (entries: readonly Entry[]) => new Map(entries.map(({ map, key, value }) => [`${map} ${key}`, value]));

test('what is read back is what was wanted', async (t) => {
  const kernel = new Kernel();
  const maps = new SocketMaps(kernel);
  maps.want('a', serviceEntries(1, web));
  maps.want('b', serviceEntries(0, { ...web, protocol: 'UDP', endpoints: [], affinitySeconds: 0 }));
  await maps.written();
  t.deepEqual(kernel.services(), [
    '0 UDP 10.100.1.1:80 -> nobody',
    '1 TCP 10.100.1.1:80 (ClientIP 10800s) -> 10.111.156.70:8080, 10.109.131.10:8080',
  ]);
});

test('changes of one turn are one batch; nothing changed is none', async (t) => {
  const kernel = new Kernel();
  const maps = new SocketMaps(kernel);
  maps.want('a', serviceEntries(0, web));
  const first = maps.written();
  maps.want('b', serviceEntries(1, web));
  await Promise.all([first, maps.written()]);
  maps.want('a', serviceEntries(0, web));
  await maps.written();
  t.is(kernel.batches, 1);
});

test('an endpoint that goes leaves its slot after the Service has stopped to count it', async (t) => {
  const kernel = new Kernel();
  const maps = new SocketMaps(kernel);
  maps.want('a', serviceEntries(0, web));
  await maps.written();
  const seen: string[] = [];
  const { obey } = kernel;
  kernel.obey = (line) => {
    obey.call(kernel, line);
    seen.push(...kernel.services());
  };
  maps.want('a', serviceEntries(0, { ...web, endpoints: web.endpoints.slice(1) }));
  await maps.written();
  t.false(seen.some((line) => line.includes('empty')));
  t.regex(seen.at(-1) ?? '', /-> 10\.109\.131\.10:8080$/);
});

test('an address that goes from one Service to another stays in the maps, after a failure too', async (t) => {
  const kernel = new Kernel();
  const maps = new SocketMaps(kernel);
  maps.want('old', serviceEntries(0, web));
  await maps.written();
  maps.want('old', []);
  kernel.failsAfter = 2;
  await t.throwsAsync(maps.written(), { message: 'bpftool was refused' });
  maps.want('new', serviceEntries(0, web));
  await maps.written();
  t.deepEqual(kernel.held, textOf(serviceEntries(0, web)));
});

test('whatever fails on the way, the next write that works leaves exactly what is wanted', async (t) => {
  const kernel = new Kernel();
  const maps = new SocketMaps(kernel);
  const wanted = new Map<string, readonly Entry[]>();
  for (let round = 0; round < 200; round++) {
    const piece = `${round % 7}`;
    const count = (round * 5) % 4;
    const endpoints = Array.from({ length: count }, (_, index) => ({
      address: `10.0.${round % 3}.${index}`,
      port: 80,
    }));
    const entries = round % 6 === 0 ? [] : serviceEntries(round % 7, { ...web, endpoints });
    wanted.set(piece, entries);
    maps.want(piece, entries);
    if (round % 3 === 0) kernel.failsAfter = round % 5;
    await maps.written().catch(() => undefined);
    if (round % 3 !== 2) continue;
    await maps.written();
    t.deepEqual(new Map([...kernel.held].sort()), new Map([...textOf([...wanted.values()].flat())].sort()), `${round}`);
  }
});
