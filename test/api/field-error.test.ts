import test from 'ava';
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  renderFieldError,
  required,
  tooLong,
  tooMany,
} from '../../src/api/field-error.js';
import { goIntOrString, goLabelSelector, goStringMap, goStrings } from '../../src/api/go-value.js';

const texts: [string, string][] = [
  [renderFieldError(required('a')), 'a: Required value'],
  [renderFieldError(required('a', 'say it')), 'a: Required value: say it'],
  [renderFieldError(invalid('a', 'b"c', 'no')), 'a: Invalid value: "b\\"c": no'],
  [renderFieldError(invalid('a', 0, 'no')), 'a: Invalid value: 0: no'],
  [renderFieldError(invalid('a', true, 'no')), 'a: Invalid value: true: no'],
  [renderFieldError(invalid('a', undefined, 'no')), 'a: Invalid value: "null": no'],
  [renderFieldError(invalid('a', ['b', 'c'], 'no')), 'a: Invalid value: []string{"b", "c"}: no'],
  [
    renderFieldError(invalid('a', { z: '1', b: '2' }, 'no')),
    'a: Invalid value: map[string]string{"b":"2", "z":"1"}: no',
  ],
  [renderFieldError(notSupported('a', 'b', ['c', 'd'])), 'a: Unsupported value: "b": supported values: "c", "d"'],
  [renderFieldError(duplicate('a', 30080)), 'a: Duplicate value: 30080'],
  [renderFieldError(forbidden('a', 'no')), 'a: Forbidden: no'],
  [renderFieldError(tooLong('a', 5)), 'a: Too long: must have at most 5 bytes'],
  [renderFieldError(tooMany('a', 7, 5)), 'a: Too many: 7: must have at most 5 items'],
];

test('errors read as the API server writes them', (t) => {
  for (const [actual, expected] of texts) t.is(actual, expected);
});

test("Go's forms of values", (t) => {
  t.is(goStrings(undefined).text, '[]string(nil)');
  t.is(goStringMap(undefined).text, 'map[string]string(nil)');
  t.is(goIntOrString('25%').text, 'intstr.IntOrString{Type:1, IntVal:0, StrVal:"25%"}');
  t.is(goIntOrString(3).text, 'intstr.IntOrString{Type:0, IntVal:3, StrVal:""}');
  t.is(
    goLabelSelector({ matchLabels: { app: 'web' } })?.text,
    'v1.LabelSelector{MatchLabels:map[string]string{"app":"web"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}',
  );
});
