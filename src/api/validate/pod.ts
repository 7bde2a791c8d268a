/**
 * Pods and pod templates.
 *
 * Source: `ValidatePodSpec`, `ValidatePodCreate`, `ValidatePodTemplateSpec` of
 * `pkg/apis/core/validation/validation.go`, Kubernetes 1.30.
 * Differs: volumes are checked by name only; affinity, topology spread, security contexts and resource claims are taken
 * as they come.
 */
import type { Pod, PodDNSConfig, PodSpec, PodTemplateSpec, Volume } from 'kubernetes-types/core/v1.js';
import { duplicate, type FieldError, forbidden, invalid, invalidEach, required } from '../field-error.js';
import { goStrings } from '../go-value.js';
import { dns1123Label, dns1123Subdomain, rangeText } from '../names.js';
import { containerListErrors, initContainerErrors } from './container.js';
import { validateAnnotations, validateLabels } from './meta.js';
import { tolerationErrors } from './taint.js';
import { oneOf, validIP } from './values.js';

/** What is wrong with a new pod besides its metadata. */
export function validatePod({ spec = { containers: [] } }: Pod): FieldError[] {
  const ephemeral = (spec.ephemeralContainers ?? []).length > 0;
  return [
    ...podSpecErrors('spec', spec),
    ...hostNetworkErrors('spec', spec, true),
    ...(ephemeral ? [forbidden('spec.ephemeralContainers', 'cannot be set on create')] : []),
  ];
}

/** The template of a controller. Label and annotation errors carry no `metadata` in their path, as upstream. */
export function templateErrors(field: string, template: PodTemplateSpec): FieldError[] {
  const { metadata, spec = { containers: [] } } = template;
  return [
    ...validateLabels(`${field}.labels`, metadata?.labels),
    ...validateAnnotations(`${field}.annotations`, metadata?.annotations),
    ...podSpecErrors(`${field}.spec`, spec),
    ...hostNetworkErrors(`${field}.spec`, spec, false),
  ];
}

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

function podSpecErrors(field: string, spec: PodSpec): FieldError[] {
  const { volumes = [], containers, initContainers = [], hostAliases = [], tolerations = [] } = spec;
  const names = new Set(volumes.map(({ name }) => name));
  return [
    ...volumeErrors(`${field}.volumes`, volumes),
    ...containerListErrors(`${field}.containers`, containers ?? [], names),
    ...initContainerErrors(`${field}.initContainers`, initContainers, containers ?? [], names),
    ...oneOf(`${field}.restartPolicy`, spec.restartPolicy, restartPolicies),
    ...oneOf(`${field}.dnsPolicy`, spec.dnsPolicy, dnsPolicies),
    ...validateLabels(`${field}.nodeSelector`, spec.nodeSelector),
    ...dnsConfigErrors(`${field}.dnsConfig`, spec.dnsConfig, spec.dnsPolicy),
    ...namesErrors(field, spec),
    ...deadlineErrors(`${field}.activeDeadlineSeconds`, spec.activeDeadlineSeconds),
    ...tolerationErrors(`${field}.tolerations`, tolerations),
    ...hostAliases.flatMap(({ ip = '', hostnames = [] }, i) => [
      ...validIP(`${field}.hostAliases[${i}].ip`, ip),
      ...hostnames.flatMap((name, j) => {
        return invalidEach(`${field}.hostAliases[${i}].hostnames[${j}]`, name, dns1123Subdomain(name));
      }),
    ]),
  ];
}

/** Fields that name something, each with its format. */
function namesErrors(field: string, spec: PodSpec): FieldError[] {
  const { serviceAccountName, nodeName, hostname, subdomain, priorityClassName, runtimeClassName } = spec;
  const subdomains = { serviceAccountName, nodeName, priorityClassName, runtimeClassName };
  const labels = { hostname, subdomain };
  return [
    ...Object.entries(subdomains).flatMap(([key, name]) =>
      name ? invalidEach(`${field}.${key}`, name, dns1123Subdomain(name)) : [],
    ),
    ...Object.entries(labels).flatMap(([key, name]) =>
      name ? invalidEach(`${field}.${key}`, name, dns1123Label(name)) : [],
    ),
  ];
}

/** The largest int32, which is what upstream allows. */
const maxInt32 = 2 ** 31 - 1;

function deadlineErrors(field: string, seconds: number | undefined): FieldError[] {
  if (seconds === undefined || (seconds >= 1 && seconds <= maxInt32)) return [];
  return [invalid(field, seconds, rangeText(1, maxInt32))];
}

function volumeErrors(field: string, volumes: readonly Volume[]): FieldError[] {
  return volumes.flatMap(({ name }, i) => {
    const path = `${field}[${i}].name`;
    if (!name) return [required(path)];
    const errors = invalidEach(path, name, dns1123Label(name));
    if (errors.length > 0) return errors;
    return volumes.slice(0, i).some((other) => other.name === name) ? [duplicate(path, name)] : [];
  });
}

/** Limits of the resolver (`MAXNS`, `MAXDNSRCH` of resolv.h, raised to what musl and glibc take today). */
const dnsLimits = { nameservers: 3, searches: 32, searchCharacters: 2048 };

function dnsConfigErrors(field: string, config: PodDNSConfig | undefined, policy: string | undefined): FieldError[] {
  const { nameservers = [], searches = [], options = [] } = config ?? {};
  if (policy === 'None' && config === undefined) {
    return [required(field, 'must provide `dnsConfig` when `dnsPolicy` is None')];
  }
  if (policy === 'None' && nameservers.length === 0) {
    return [required(`${field}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  }
  return [
    ...atMost(`${field}.nameservers`, nameservers, dnsLimits.nameservers, 'nameservers'),
    ...nameservers.flatMap((address, i) => validIP(`${field}.nameservers[${i}]`, address)),
    ...atMost(`${field}.searches`, searches, dnsLimits.searches, 'search paths'),
    ...searches.flatMap((search, i) => {
      const name = search.replace(/\.$/, '');
      return invalidEach(`${field}.searches[${i}]`, name, dns1123Subdomain(name));
    }),
    ...options.flatMap(({ name }, i) => (name ? [] : [required(`${field}.options[${i}]`, 'must not be empty')])),
  ];
}

function atMost(field: string, values: readonly string[], limit: number, what: string): FieldError[] {
  return values.length > limit ? [invalid(field, goStrings(values), `must not have more than ${limit} ${what}`)] : [];
}

/** On the node's own network a container's port is the host's. A template may leave that to the pod's defaults. */
function hostNetworkErrors(field: string, spec: PodSpec, isPod: boolean): FieldError[] {
  if (spec.hostNetwork !== true) return [];
  const text = 'must match `containerPort` when `hostNetwork` is true';
  return (spec.containers ?? []).flatMap(({ ports = [] }, c) =>
    ports.flatMap(({ hostPort = 0, containerPort }, p) => {
      const differs = (isPod || hostPort !== 0) && hostPort !== containerPort;
      return differs ? [invalid(`${field}.containers[${c}].ports[${p}].hostPort`, hostPort, text)] : [];
    }),
  );
}
