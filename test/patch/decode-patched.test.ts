import test from 'ava';
import { StatusError } from '../../src/api/status.js';
import { decodePatched } from '../../src/patch/decode-patched.js';

const patched = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { typo: 1, ports: [{ port: 80 }] },
};

test('a patch with an unknown field is Invalid under Strict, with the field patch', (t) => {
  const error = t.throws(() => decodePatched(patched, { spec: { typo: 1 } }, 'Strict'), { instanceOf: StatusError });
  t.is(error.code, 422);
  t.is(
    error.message,
    ' "" is invalid: patch: Invalid value: "{\\"spec\\":{\\"typo\\":1}}": strict decoding error: unknown field "spec.typo"',
  );
  t.is(error.details.causes?.[0]?.field, 'patch');
});

test('a patch with a wrong type is Invalid in every mode', (t) => {
  const wrong = { ...patched, spec: { ports: [{ port: 'http' }] } };
  for (const mode of ['Strict', 'Warn', 'Ignore'] as const) {
    t.regex(
      t.throws(() => decodePatched(wrong, {}, mode))?.message ?? '',
      /Go struct field ServicePort\.spec\.ports\.port of type int32$/,
    );
  }
});

test('Warn and Ignore prune', (t) => {
  const sound = { ...patched, spec: { ports: [{ port: 80 }] } };
  t.deepEqual(decodePatched(patched, {}, 'Warn', ['duplicate field "spec.x"']), {
    object: sound,
    warnings: ['duplicate field "spec.x"', 'unknown field "spec.typo"'],
  });
  t.deepEqual(decodePatched(patched, {}, 'Ignore'), { object: sound, warnings: [] });
});
