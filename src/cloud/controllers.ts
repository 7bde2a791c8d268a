/** The controllers that a cloud adds to the control plane. */
import type { Controller } from '../controllers/contract.js';
import { awsLoadBalancerController } from './aws-controller.js';
import type { ProviderName } from './provider.js';
import { serviceController } from './service-controller.js';

export function cloudControllers(provider: ProviderName | undefined): readonly Controller[] {
  if (provider === undefined) return [];
  return [serviceController(provider), ...(provider === 'aws' ? [awsLoadBalancerController] : [])];
}
