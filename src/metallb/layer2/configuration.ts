/**
 * L2Advertisement as an object.
 * Source: MetalLB `api/v1beta1/l2advertisement_types.go`.
 */
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { KubeObject } from '../../api/object.js';
import type { PoolSelection } from '../selection.js';

export interface L2AdvertisementSpec extends PoolSelection {
  nodeSelectors?: LabelSelector[];
  interfaces?: string[];
  serviceSelectors?: LabelSelector[];
  preferredNodeSelectors?: { weight: number; preference: LabelSelector }[];
}

export type L2Advertisement = KubeObject & { spec?: L2AdvertisementSpec };
