import test from 'ava';
import { addressNumber, addressText } from '../../src/model/address-block.js';

test('addresses and numbers convert both ways, up to the highest', (t) => {
  for (const address of ['0.0.0.0', '10.111.218.82', '192.168.56.128', '255.255.255.255']) {
    t.is(addressText(addressNumber(address) ?? -1), address);
  }
});
