/** The first workshop, as the benchmarks use it. */
import { lab } from './lab.js';

export const firstManifest = 'lab/workshop/01-nodeport.yaml';

export const nodes = ['k8s-master', 'k8s-node1', 'k8s-node2', 'k8s-node3'] as const;

const nodePort = 'http://192.168.56.101:30090/hostname';

/** One request from `host` through the NodePort. @throws ExecaError when it is not answered */
export const firstCurl = (name: string): Promise<string> =>
  lab(name, ['exec', 'host', '--', 'curl', '--silent', '--fail', '--max-time', '2', nodePort]);

/** What `lab compile` says a node should have. */
export const rulesOf = (node: string): Promise<string> =>
  lab('unused', ['compile', '-f', firstManifest, '--node', node]);
