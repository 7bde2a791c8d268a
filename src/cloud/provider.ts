/**
 * The provider that the configuration names, and what it would make of a Service.
 */
import type { Lister } from '../registry/contract.js';
import { awsSettings, type Owner, ownerOf } from './aws.js';
import type { BalancerSettings, CloudService, Refusal } from './contract.js';
import { gcpSettings } from './gcp.js';
import { eligibleNodes } from './nodes.js';

export type ProviderName = 'aws' | 'gcp';

/** Who makes the load balancer of a Service. */
export function ownerAt(provider: ProviderName, service: CloudService): Owner {
  if (provider === 'aws') return ownerOf(service);
  const { type, loadBalancerClass } = service.spec ?? {};
  return type === 'LoadBalancer' && loadBalancerClass === undefined ? 'service-controller' : 'nobody';
}

/** What it would be; only for Services that somebody looks after. */
export function settingsAt(provider: ProviderName, service: CloudService, lister: Lister): BalancerSettings | Refusal {
  return provider === 'aws' ? awsSettings(service) : gcpSettings(service, eligibleNodes(lister).length);
}

/** All Services that have or get a load balancer of the provider. */
export function balancedServices(provider: ProviderName, lister: Lister): CloudService[] {
  const services = lister.list<CloudService>('', 'Service');
  return services.filter((service) => ownerAt(provider, service) !== 'nobody');
}
