/** Golden rule sets. */
import { goldenIn } from '../golden.js';

export const matchesGolden = goldenIn('proxy');
