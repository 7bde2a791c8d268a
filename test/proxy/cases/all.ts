/** The behaviour suite, whole. */
import { addressCases } from './addresses.js';
import { endpointCases } from './endpoints.js';
import { policyCases } from './policies.js';
import { refusalCases } from './refusals.js';
import type { ProxyCase } from './suite.js';

export const proxyCases: readonly ProxyCase[] = [...policyCases, ...refusalCases, ...endpointCases, ...addressCases];
