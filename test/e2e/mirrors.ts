/** The whole table, and its page. */
import { kubeProxyGroups } from './kube-proxy.js';
import { loadBalancerGroups } from './load-balancers.js';
import { networkGroups } from './network.js';
import { serviceGroups } from './services.js';
import type { Group, Scenario } from './table.js';

export const groups: readonly Group[] = [...serviceGroups, ...loadBalancerGroups, ...networkGroups, ...kubeProxyGroups];

const intro = `# Kubernetes' own tests, and where they are held

Which scenarios of sig-network's end-to-end tests concern Services, DNS and EndpointSlices, which unit tests kube-proxy
has, and which test or case here says the same. Names are upstream's, as of 1.27 to 1.31; those of NetworkPolicy, Ingress
and their cloud providers are other parts' business. This page is made from \`test/e2e\`: change it there, and let
\`UPDATE_GOLDEN=1\` write it. A test checks that the list is whole and that every mirror exists.
`;

function row({ name, mirroredBy, leftOut }: Scenario): string {
  const text = leftOut === undefined ? mirroredBy.join('<br>') : `_left out_: ${leftOut}`;
  return `| ${name} | ${text.replaceAll('|', '\\|')} |`;
}

export function renderPage(): string {
  const all = groups.flatMap(({ scenarios }) => scenarios);
  const out = all.filter(({ leftOut }) => leftOut !== undefined).length;
  const tables = groups.map(({ title, source, scenarios }) =>
    [`## ${title}`, '', `\`${source}\``, '', '| upstream | here |', '|---|---|', ...scenarios.map(row)].join('\n'),
  );
  const count = `${all.length} scenarios: ${all.length - out} held, ${out} left out.`;
  return `${[intro, count, '', tables.join('\n\n')].join('\n')}\n`;
}
