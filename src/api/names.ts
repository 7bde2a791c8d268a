/**
 * The name and label formats of Kubernetes: each check returns the messages of what is wrong, none when all is well.
 *
 * Source: apimachinery `pkg/util/validation/validation.go` (expressions, limits and texts) and
 * `pkg/api/validation/generic.go` (names that a suffix will be added to).
 */

/** Returns what is wrong with a value, in upstream's words. */
export type FormatCheck = (value: string) => string[];

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain1123 = `${label1123}(\\.${label1123})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualifiedName = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelValue = `(${qualifiedName})?`;
const envVarName = '[-._a-zA-Z][-._a-zA-Z0-9]*';
const configKey = '[-._a-zA-Z0-9]+';

/** RFC 1123 and RFC 1035 limit a label to 63 octets; Kubernetes takes the same for label names and values. */
const labelLimit = 63;
/** RFC 1123: 255 octets on the wire are 253 characters of text. */
const subdomainLimit = 253;
/** RFC 6335 section 5.1: a service name has at most 15 characters. */
const portNameLimit = 15;

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

function tooLongText(limit: number): string {
  return `must be no more than ${limit} characters`;
}

function formatText(rule: string, pattern: string, ...examples: string[]): string {
  const shown = examples.map((example) => `'${example}', `).join(' or ');
  return `${rule} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

function check(pattern: string, limit: number, ...[rule, ...examples]: [string, ...string[]]): FormatCheck {
  const expression = whole(pattern);
  const text = formatText(rule, pattern, ...examples);
  return (value) => [...(value.length > limit ? [tooLongText(limit)] : []), ...(expression.test(value) ? [] : [text])];
}

export const dns1123Subdomain: FormatCheck = check(
  subdomain1123,
  subdomainLimit,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  'example.com',
);

const plainLabel = check(
  label1123,
  labelLimit,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  'my-name',
  '123-abc',
);

/** A subdomain that is no label has dots in it, and says so. */
export const dns1123Label: FormatCheck = (value) => {
  const dotted = !whole(label1123).test(value) && whole(subdomain1123).test(value);
  if (!dotted) return plainLabel(value);
  return [...(value.length > labelLimit ? [tooLongText(labelLimit)] : []), 'must not contain dots'];
};

export const dns1035Label: FormatCheck = check(
  label1035,
  labelLimit,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  'my-name',
  'abc-123',
);

export const wildcardDns1123Subdomain: FormatCheck = check(
  `\\*\\.${subdomain1123}`,
  subdomainLimit,
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  '*.example.com',
);

export const labelValueFormat: FormatCheck = check(
  labelValue,
  labelLimit,
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  'MyValue',
  'my_value',
  '12345',
);

export const httpHeaderName: FormatCheck = check(
  '[-A-Za-z0-9]+',
  Number.POSITIVE_INFINITY,
  "a valid HTTP header must consist of alphanumeric characters or '-'",
  'X-Header-Name',
);

/** `25%` and the like, of rolling updates. */
export const percent: FormatCheck = check(
  '[0-9]+%',
  Number.POSITIVE_INFINITY,
  "a valid percent string must be a numeric string followed by an ending '%'",
  '1%',
  '93%',
);

const qualifiedNameText = formatText(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  qualifiedName,
  'MyName',
  'my.name',
  '123-abc',
);

/** Label and annotation keys: an optional DNS subdomain, a slash, a name. */
export const qualifiedNameFormat: FormatCheck = (value) => {
  const parts = value.split('/');
  if (parts.length > 2) {
    return [
      `a qualified name ${qualifiedNameText} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  const name = parts.at(-1) ?? '';
  const prefix = parts.length === 2 ? parts[0] : undefined;
  return [...prefixMessages(prefix), ...namePartMessages(name)];
};

function prefixMessages(prefix: string | undefined): string[] {
  if (prefix === undefined) return [];
  if (prefix === '') return ['prefix part must be non-empty'];
  return dns1123Subdomain(prefix).map((message) => `prefix part ${message}`);
}

function namePartMessages(name: string): string[] {
  const messages = whole(qualifiedName).test(name) ? [] : [`name part ${qualifiedNameText}`];
  if (name === '') return ['name part must be non-empty', ...messages];
  return name.length > labelLimit ? [`name part ${tooLongText(labelLimit)}`, ...messages] : messages;
}

/** IANA service names, as far as Kubernetes checks them: RFC 6335 section 5.1 without upper case. */
export const portNameFormat: FormatCheck = (value) => [
  ...(value.length > portNameLimit ? [tooLongText(portNameLimit)] : []),
  ...(/^[-a-z0-9]+$/.test(value) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
  ...(/[a-z]/.test(value) ? [] : ['must contain at least one letter (a-z)']),
  ...(value.includes('--') ? ['must not contain consecutive hyphens'] : []),
  ...(/^-|-$/.test(value) ? ['must not begin or end with a hyphen'] : []),
];

/** Would leave the directory it is mounted in, or be that directory. */
function parentDirectory(value: string): string[] {
  if (value === '.') return ["must not be '.'"];
  if (value === '..') return ["must not be '..'"];
  return value.startsWith('..') ? ["must not start with '..'"] : [];
}

const plainEnvVarName = check(
  envVarName,
  Number.POSITIVE_INFINITY,
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
  'my.env-name',
  'MY_ENV.NAME',
  'MyEnvName1',
);

export const envVarNameFormat: FormatCheck = (value) => [...plainEnvVarName(value), ...parentDirectory(value)];

const plainConfigKey = check(
  configKey,
  subdomainLimit,
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  'key.name',
  'KEY_NAME',
  'key-name',
);

/** Keys of ConfigMaps and Secrets. */
export const configMapKey: FormatCheck = (value) => [...plainConfigKey(value), ...parentDirectory(value)];

/** `must be between 1 and 65535, inclusive`. */
export function rangeText(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

/** 1 to 65535. */
export function portNumber(value: number): string[] {
  return Number.isInteger(value) && value >= 1 && value <= 65535 ? [] : [rangeText(1, 65535)];
}

/** The check for a `generateName`, which a suffix will follow: a hyphen at the end is fine there. */
export function forPrefix(check: FormatCheck): FormatCheck {
  return (value) => check(value.length > 1 && value.endsWith('-') ? `${value.slice(0, -2)}a` : value);
}
