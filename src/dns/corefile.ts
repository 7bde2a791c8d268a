/**
 * The Corefile: kubeadm's own text, and the few of its settings that the lab's DNS obeys when somebody edits it.
 *
 * Source: kubeadm `phases/addons/dns/manifests.go` (CoreDNSConfigMap, of 1.31 on: the cluster's own names are not cached).
 * Differs: of an edited Corefile only `ttl` and the plugin `log` count, and they count at once; other plugins change nothing.
 */

export interface CorefileSettings {
  /** Seconds. */
  ttl: number;
  log: boolean;
}

/** kubeadm's text for a cluster domain. */
export function kubeadmCorefile(clusterDomain: string): string {
  return `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success ${clusterDomain}
       disable denial ${clusterDomain}
    }
    loop
    reload
    loadbalance
}
`;
}

/** Seconds. Source: CoreDNS `plugin/kubernetes/kubernetes.go` defaultTTL, `setup.go` (0 to 3600). */
const defaultTtl = 5;
const longestTtl = 3600;

/** What a Corefile says, whatever else is in it. */
export function readCorefile(text: string): CorefileSettings {
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  const ttl = Number(lines.find((line) => /^ttl \d+$/.test(line))?.split(' ')[1] ?? defaultTtl);
  return { ttl: Math.min(ttl, longestTtl), log: lines.some((line) => /^log\b/.test(line)) };
}
