/**
 * The laws of the house as data: the folders of `src/`, what each may import, and the exceptions with their reasons.
 * docs/architecture.md shows the same folders; a test compares the two.
 */

/** Lower imports nothing from higher. `base` is what effects stand on: the kernel, and the clock. */
export const RANKS = { pure: 0, base: 1, effects: 2, composition: 3, edge: 4 };

/** Every folder of `src/`. A new folder is a new line here and in docs/architecture.md. */
export const FOLDERS = {
  api: 'pure',
  model: 'pure',
  schema: 'pure',
  patch: 'pure',
  registry: 'pure',
  scheduler: 'pure',
  controllers: 'pure',
  proxy: 'pure',
  fabric: 'pure',
  trace: 'pure',
  metallb: 'pure',
  cloud: 'pure',
  dns: 'pure',
  ingress: 'pure',
  gateway: 'pure',
  printers: 'pure',
  kernel: 'base',
  world: 'base',
  node: 'effects',
  kubelet: 'effects',
  apiserver: 'effects',
  cluster: 'composition',
  lesson: 'composition',
  cli: 'edge',
  web: 'edge',
};

/** Single files of a pure folder that are its thin edge (a socket, a process loop), and why they live there. */
export const EDGE_FILES = {
  'dns/server.ts': "the DNS' sockets, beside the answers that they carry",
  'dns/process.ts': 'the entry of the process that hosts them',
};

/** Sub-folders that are alternatives: none may import another. What they share lies beside them (proxy/xtables). */
export const ENGINES = [
  'proxy/iptables',
  'proxy/ipvs',
  'proxy/nftables',
  'proxy/userspace',
  'proxy/socket-lb',
  'metallb/layer2',
  'metallb/bgp',
];

/** Modules of node: that a pure folder may use. */
export const PURE_MODULES = ['node:crypto'];

/** Modules that start processes or reach the kernel, and who else than `kernel/` may import them. */
export const OWNED_MODULES = {
  'node:child_process': {
    also: ['cli'],
    why: 'the command line starts the daemon and enters namespaces with the terminal attached',
  },
  execa: { also: [] },
  zx: { also: [] },
  koffi: { also: [] },
  netlink: { also: [] },
  '@network-utils/arp-lookup': { also: [] },
};

/** Time and chance. `world/` owns them all. */
export const OWNED_WORDS = {
  'Date.now': /\bDate\.now\b/g,
  'new Date()': /\bnew Date\(\s*\)/g,
  'Date()': /(?<!new )\bDate\(\s*\)/g,
  'performance.now': /\bperformance\.now\b/g,
  'process.hrtime': /\bprocess\.hrtime\b/g,
  'Math.random': /\bMath\.random\b/g,
  setTimeout: /\bsetTimeout\b/g,
  setInterval: /\bsetInterval\b/g,
  randomUUID: /\brandomUUID\b/g,
  randomBytes: /\brandomBytes\b/g,
  randomInt: /\brandomInt\b/g,
  getRandomValues: /\bgetRandomValues\b/g,
};

/** Files outside `world/` that may use some of those words: path under src/, words, reason. */
export const WORD_EXCEPTIONS = [
  {
    path: 'apiserver/certificates.ts',
    words: ['randomBytes'],
    why: 'a token or serial number that repeats is no secret',
  },
];

/** Drawers where names go to be forgotten. */
export const FORBIDDEN_NAMES = ['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'shared'];

export const LINES = { warn: 300, fail: 500 };

/** Files that may be longer: path, reason (generated tables, above all). */
export const LONG_FILES = {};
