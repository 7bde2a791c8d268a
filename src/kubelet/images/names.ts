/**
 * Image references: registry, repository, tag and digest.
 * Source: distribution `reference/normalize.go` (docker.io and library/ are implied).
 */

/** An image without the parts that do not change what it does: `docker.io/library/nginx:1.25@sha256:…` gives `nginx`. */
export function repositoryOf(image: string): string {
  const withoutDigest = image.split('@')[0] ?? image;
  const slash = withoutDigest.lastIndexOf('/');
  const colon = withoutDigest.indexOf(':', slash + 1);
  const withoutTag = colon < 0 ? withoutDigest : withoutDigest.slice(0, colon);
  return withoutTag.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '');
}

/** The full reference that containerd reports as a container's `image`: `docker.io/library/nginx:latest`. */
export function familiarToFull(image: string): string {
  const first = image.split('/')[0] ?? '';
  const hasRegistry = image.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost');
  const withRegistry = hasRegistry ? image : `docker.io/${image.includes('/') ? '' : 'library/'}${image}`;
  const tagged = image.includes('@') || image.slice(image.lastIndexOf('/') + 1).includes(':');
  return tagged ? withRegistry : `${withRegistry}:latest`;
}
