/** What a Service asks of the AWS Load Balancer Controller, by its annotations. */
import test from 'ava';
import { awsSettings } from '../../src/cloud/aws.js';
import type { BalancerSettings, CloudService, Refusal } from '../../src/cloud/contract.js';
import { balancer } from './objects.js';

function asked(aws: Record<string, string>, type = 'nlb-ip'): BalancerSettings | Refusal {
  return awsSettings(balancer('web', { aws: { type, ...aws } }) as CloudService);
}

const internal = 'service.beta.kubernetes.io/aws-load-balancer-internal';

const schemes: [aws: Record<string, string>, expected: string][] = [
  [{}, 'internal'],
  [{ internal: 'True' }, 'internal'],
  [{ internal: '1' }, 'internal'],
  [{ internal: 'False' }, 'internet-facing'],
  [{ internal: '0' }, 'internet-facing'],
  [{ internal: 'f' }, 'internet-facing'],
  [{ internal: '0', scheme: 'internal' }, 'internal'],
  [{ scheme: 'internet-facing' }, 'internet-facing'],
];

for (const [aws, expected] of schemes) {
  test(`with ${JSON.stringify(aws)} a load balancer of the controller is ${expected}`, (t) => {
    t.like(asked(aws), { scheme: expected });
  });
}

const refusals: [aws: Record<string, string>, error: string][] = [
  [
    { internal: '0.0.0.0/0' },
    `failed to parse bool annotation, ${internal}: 0.0.0.0/0: strconv.ParseBool: parsing "0.0.0.0/0": invalid syntax`,
  ],
  [
    { 'proxy-protocol': '80' },
    'invalid value 80 for Load Balancer proxy protocol v2 annotation, only value currently supported is *',
  ],
  [
    { 'target-group-attributes': 'preserve_client_ip.enabled=yes' },
    'failed to parse attribute preserve_client_ip.enabled=yes: strconv.ParseBool: parsing "yes": invalid syntax',
  ],
  [{ 'healthcheck-protocol': 'SSH' }, 'unsupported health check protocol SSH'],
];

for (const [aws, error] of refusals) {
  test(`the controller refuses ${JSON.stringify(aws)}`, (t) => {
    t.deepEqual(asked(aws), { error });
  });
}

test('a target group keeps the client by any of the words that Go takes for true', (t) => {
  for (const [word, kept] of Object.entries({ T: true, '1': true, false: false, '0': false })) {
    t.like(asked({ 'target-group-attributes': `preserve_client_ip.enabled=${word}` }), { preservesClient: kept });
  }
});

test('a health check over HTTPS asks whether the port takes connections, of all kinds', (t) => {
  for (const type of ['nlb-ip', 'nlb', 'classic']) {
    const aws = { 'healthcheck-protocol': 'https', 'healthcheck-path': '/ready', 'healthcheck-interval': '20' };
    const settings = asked(aws, type);
    t.like('check' in settings ? settings.check : settings, { protocol: 'TCP', path: '', interval: 20 }, type);
  }
});
