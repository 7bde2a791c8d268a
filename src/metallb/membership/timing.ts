/** memberlist's pace. Source: `config.go` DefaultLANConfig. */
export const PROBE_INTERVAL_MS = 1000;
export const PROBE_TIMEOUT_MS = 500;
export const INDIRECT_CHECKS = 3;
export const RETRANSMIT_MULT = 4;
export const GOSSIP_INTERVAL_MS = 200;
export const GOSSIP_NODES = 3;
export const GOSSIP_TO_THE_DEAD_MS = 30_000;
/** The probe interval backs off to eight seconds. */
export const AWARENESS_MAX_MULTIPLIER = 8;
