import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { parse } from 'yaml';
import { makeCertificates, makeToken, serverNames } from '../../src/apiserver/certificates.js';
import { kubeconfigText, writeKubeconfig } from '../../src/apiserver/kubeconfig.js';

const now = Date.parse('2026-06-01T00:00:00Z');
const addresses = ['127.0.0.1', '10.96.0.1', '192.168.56.100'];

test('the server certificate is signed by the lab authority and names the API server', async (t) => {
  const made = await makeCertificates({ addresses, names: serverNames('cluster.local'), now });
  const [ca, cert] = [new X509Certificate(made.ca), new X509Certificate(made.cert)];
  t.true(cert.verify(ca.publicKey));
  t.true(ca.ca);
  t.false(cert.ca);
  t.is(cert.checkHost('kubernetes.default.svc'), 'kubernetes.default.svc');
  t.is(cert.checkHost('localhost'), 'localhost');
  t.is(cert.checkHost('example.com'), undefined);
  for (const address of addresses) t.is(cert.checkIP(address), address);
  t.is(new Date(cert.validTo).getUTCFullYear(), 2027);
  t.true(new Date(cert.validFrom).getTime() < now);
});

test('two labs share neither authority nor serial number nor token', async (t) => {
  const [a, b] = await Promise.all([1, 2].map(() => makeCertificates({ addresses, names: [], now })));
  t.not(a?.ca, b?.ca);
  t.not(new X509Certificate(a?.cert ?? '').serialNumber, new X509Certificate(b?.cert ?? '').serialNumber);
  t.not(makeToken(), makeToken());
  t.true(makeToken().length >= 43);
});

const facts = { name: 'my-lab', server: 'https://127.0.0.1:1234', ca: 'CA', token: 'T' };

test('the context of a kubeconfig is named after the lab', (t) => {
  const config = parse(kubeconfigText(facts)) as Record<string, never>;
  t.is(config['current-context'], 'my-lab' as never);
  t.like(config, { contexts: [{ name: 'my-lab' }], users: [{ user: { token: 'T' } }] });
});

test('a lab may have a name that YAML 1.1, which kubectl reads, takes for a truth value', (t) => {
  for (const name of ['n', 'on', 'null', '1e3']) {
    const config = parse(kubeconfigText({ ...facts, name }), { version: '1.1' }) as { 'current-context': string };
    t.is(config['current-context'], name);
  }
});

test('only the owner can read a kubeconfig, even over one that was open to all', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'kubeconfig-'));
  const path = join(folder, 'kubeconfig');
  await writeFile(path, 'old', { mode: 0o644 });
  await writeKubeconfig(path, facts);
  t.is((await stat(path)).mode & 0o777, 0o600);
  t.is(await readFile(path, 'utf8'), kubeconfigText(facts));
});
