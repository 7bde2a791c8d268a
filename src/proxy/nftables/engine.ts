/**
 * The nftables mode behind the one contract of `proxy/contract.ts`.
 */
import type { ProxyEngine } from '../contract.js';
import { compileNftables, type NftablesRuleSet } from './compile.js';
import { type NftablesOptions, nftablesOptions } from './options.js';
import { type NftablesChange, planNftables, renderNft } from './transaction.js';

/** kube-proxy v1.30.5 `--proxy-mode=nftables`; a change is an nft transaction. */
export const nftablesEngine: ProxyEngine<NftablesOptions, NftablesRuleSet, NftablesChange> = {
  mode: 'nftables',
  options: nftablesOptions,
  compile: compileNftables,
  render: renderNft,
  plan: planNftables,
};
