import test from 'ava';
import { fieldPredicate } from '../../src/apiserver/field-selector.js';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default' },
  spec: { nodeName: 'n1' },
  status: { phase: 'Running' },
};

const event = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'web.1', namespace: 'default' },
  involvedObject: { kind: 'Pod', name: 'web', uid: 'u' },
  reason: 'Scheduled',
  type: 'Normal',
  reportingComponent: 'kubelet',
};

const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {} };

const rows: [string, typeof pod | typeof event | typeof node, boolean][] = [
  ['', pod, true],
  ['metadata.name=web', pod, true],
  ['metadata.name==web,metadata.namespace=default', pod, true],
  ['metadata.name!=web', pod, false],
  ['spec.nodeName=n1,status.phase!=Succeeded,status.phase!=Failed', pod, true],
  ['spec.nodeName=', pod, false],
  ['status.podIP=', pod, true],
  ['spec.hostNetwork=false', pod, true],
  ['involvedObject.name=web,involvedObject.kind=Pod,involvedObject.uid=u', event, true],
  ['type!=Normal', event, false],
  ['source=kubelet,reason=Scheduled', event, true],
  ['spec.unschedulable=false', node, true],
  ['spec.unschedulable=true', node, false],
];

for (const [text, object, wanted] of rows) {
  test(`"${text}" ${wanted ? 'picks' : 'leaves'} the ${object.kind}`, (t) => {
    t.is(fieldPredicate(text, `/${object.kind}`)(object), wanted);
  });
}

test('a field that the kind does not offer is refused by name', (t) => {
  t.throws(() => fieldPredicate('spec.nodeName=n1', '/Service'), {
    message: 'field label not supported: spec.nodeName',
  });
  t.throws(() => fieldPredicate('nonsense', '/Pod'), { message: /invalid selector/ });
});
