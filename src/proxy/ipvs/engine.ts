/**
 * The IPVS mode behind the one contract of `proxy/contract.ts`.
 */
import type { ProxyEngine } from '../contract.js';
import { type IpvsChange, planIpvs, resyncIpvs } from './change.js';
import { compileIpvs, type IpvsRuleSet } from './compile.js';
import { type IpvsOptions, ipvsOptions } from './options.js';
import { renderIpvs } from './render.js';

/** kube-proxy v1.30.5 `--proxy-mode=ipvs`; a change has a part for each of the tools. */
export const ipvsEngine: ProxyEngine<IpvsOptions, IpvsRuleSet, IpvsChange> = {
  mode: 'ipvs',
  options: ipvsOptions,
  compile: compileIpvs,
  render: renderIpvs,
  plan: planIpvs,
  resync: resyncIpvs,
};
