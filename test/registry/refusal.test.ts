import test from 'ava';
import { cause, invalid } from '../../src/registry/refusal.js';

const object = (apiVersion: string, kind: string) => ({ apiVersion, kind, metadata: { name: 'web' } });
const required = (field: string) => cause('FieldValueRequired', field, undefined, '');

test('one error stands alone, several in brackets, a repeated text once', (t) => {
  const service = object('v1', 'Service');
  const one = invalid(service, '', [required('spec.ports')]);
  t.is(one.message, 'Service "web" is invalid: spec.ports: Required value');
  t.is(one.code, 422);
  const two = invalid(service, '', [required('a'), required('b'), required('a')]);
  t.is(two.message, 'Service "web" is invalid: [a: Required value, b: Required value]');
  t.is(two.details.causes?.length, 3);
});

test('details carry the Kind and the group, the message both with a dot', (t) => {
  const causes = [cause('FieldValueInvalid', 'spec.replicas', -1, 'no')];
  const { message, details } = invalid(object('apps/v1', 'Deployment'), 'apps', causes);
  t.is(message, 'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: no');
  t.deepEqual(details, {
    name: 'web',
    group: 'apps',
    kind: 'Deployment',
    causes: [{ reason: 'FieldValueInvalid', message: 'Invalid value: -1: no', field: 'spec.replicas' }],
  });
});
