import test from 'ava';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import { objectSections } from '../../src/cluster/digest/digest.js';
import { key, openLab, type TestLab } from './lab.js';

const rootCA = (lab: TestLab, namespace = 'default') =>
  lab.registry.get<Stored<ConfigMap>>({ ...key('ConfigMap', 'kube-root-ca.crt'), namespace });
const pem = '-----BEGIN CERTIFICATE-----';

test('once the CA is known every namespace has it, later ones too, whatever somebody does to it', (t) => {
  const lab = openLab();
  t.is(rootCA(lab), undefined);
  lab.publishRootCA(pem);
  lab.run();
  for (const namespace of ['default', 'kube-system', 'kube-public'])
    t.deepEqual(rootCA(lab, namespace)?.data, { 'ca.crt': pem });
  lab.registry.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'later' } });
  lab.run();
  t.deepEqual(rootCA(lab, 'later')?.data, { 'ca.crt': pem });
  lab.registry.update({ ...rootCA(lab), data: { 'ca.crt': 'mine' } } as KubeObject);
  lab.registry.delete({ ...key('ConfigMap', 'kube-root-ca.crt'), namespace: 'later' });
  lab.run();
  t.deepEqual(rootCA(lab)?.data, { 'ca.crt': pem });
  t.deepEqual(rootCA(lab, 'later')?.data, { 'ca.crt': pem });
});

test('a lab that goes on with a new CA has only that one, and its digest is the same', (t) => {
  const lab = openLab();
  const sections = () => [...objectSections(lab.registry.list('', 'ConfigMap'))];
  lab.publishRootCA(pem);
  lab.run();
  const before = sections();
  lab.publishRootCA('another');
  lab.run();
  t.deepEqual(rootCA(lab)?.data, { 'ca.crt': 'another' });
  t.deepEqual(sections(), before);
});
