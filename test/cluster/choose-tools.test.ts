import test from 'ava';
import { nftablesRefusal } from '../../src/cluster/choose-tools.js';

test('nftables runs wherever nft can make an IPv4 table', (t) => {
  t.is(nftablesRefusal(true), undefined);
  t.is(nftablesRefusal(true, { release: '6.1.176', hasBuilt: false }), undefined);
});

test('where user-mode Linux lacks nf_tables the refusal says how to build it', (t) => {
  const refusal = nftablesRefusal(false, { release: '6.1.176', hasBuilt: false });
  t.regex(refusal ?? '', /^user-mode Linux .*\(6\.1\.176\).* build it once with scripts\/provision --uml-nftables, /);
});

test('elsewhere, or with the modules built, it is the package or the kernel that lacks', (t) => {
  for (const userMode of [undefined, { release: '6.1.176', hasBuilt: true }]) {
    t.regex(
      nftablesRefusal(false, userMode) ?? '',
      /install the package nftables, load nf_tables, or take another mode/,
    );
  }
});
