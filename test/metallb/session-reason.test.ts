/** Why a BGP session is not up, from the words of FRR. */
import test from 'ava';
import { type Attempts, attemptsAfter, noAttempts, sessionReason } from '../../src/metallb/bgp/session-reason.js';

const peer = '192.168.56.254';
const start = `2026/11/21 07:37:35 BGP: [Z195V-FNKRK] ${peer} [Event] Connect start to ${peer} fd 17`;
const refused = `2026/11/21 07:37:35 BGP: [RGGAC-RJ6WG] ${peer} [Event] Connect failed 111(Connection refused)`;
const connected = `2026/11/21 07:37:36 BGP: [RWZTG-AA74G] ${peer} open active, local address 192.168.56.101`;
const other = `2026/11/21 07:37:36 BGP: [ZQHFG-DQGX1] ${peer} went from Active to Connect`;

function after(...lines: string[]): Attempts {
  let attempts = noAttempts;
  for (const line of lines) attempts = attemptsAfter(line, () => attempts)?.attempts ?? attempts;
  return attempts;
}

const none = after();
const silent = after(...Array<string>(6).fill(start));
const active = { bgpState: 'Active', lastResetDueTo: 'No AFI/SAFI activated for peer' };
const badAS = { lastResetDueTo: 'BGP Notification send', lastNotificationReason: 'OPEN Message Error/Bad Peer AS' };
const closed = { bgpState: 'Active', lastResetDueTo: 'Peer closed the session' };

const cases: [title: string, neighbor: Parameters<typeof sessionReason>[0], attempts: Attempts, reason: string][] = [
  ['just configured', active, none, ''],
  ['nobody listens', active, after(start, refused), 'Connection refused'],
  ['nobody listens, and it is tried again', active, after(start, refused, other, start), 'Connection refused'],
  ['silence', active, silent, 'no answer: is it up, and do both sides have the same password?'],
  [
    'the AS number is another',
    { bgpState: 'Idle', ...badAS },
    after(start, connected),
    'OPEN Message Error/Bad Peer AS',
  ],
  ['the session ended', closed, none, 'Peer closed the session'],
  ['the session ended, and nobody listens any more', closed, after(start, refused), 'Connection refused'],
  ['connected after a refusal', active, after(start, refused, start, connected), ''],
  ['up', { bgpState: 'Established', ...badAS }, silent, ''],
];

for (const [title, neighbor, attempts, reason] of cases) {
  test(title, (t) => {
    t.is(sessionReason(neighbor, attempts, 1), reason);
  });
}

test('with two minutes between attempts the second one tells of silence', (t) => {
  t.is(sessionReason(active, after(start), 120), '');
  t.regex(sessionReason(active, after(start, start), 120), /^no answer/);
});

test('a line about something else tells of no attempt', (t) => {
  t.is(
    attemptsAfter(other, () => noAttempts),
    undefined,
  );
  t.is(attemptsAfter(refused, () => noAttempts)?.address, peer);
});
