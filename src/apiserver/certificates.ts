/**
 * The lab's certificate authority and the API server's certificate, as kubeadm makes them, with EC keys for speed.
 *
 * Source: kubeadm `cmd/kubeadm/app/phases/certs` (subjects, SANs, lifetimes). Keys come from the operating system's
 * randomness and never from the seed: nothing that a digest covers depends on them.
 */
import { KeyObject, webcrypto } from 'node:crypto';
import { secretBytes } from '../world/secrets.js';

/** PEM texts. The CA's key is not kept: nothing else is ever signed. */
export interface Certificates {
  ca: string;
  cert: string;
  key: string;
}

export interface CertificateRequest {
  /** IP addresses and DNS names under which the server is reached. */
  addresses: readonly string[];
  names: readonly string[];
  /** Milliseconds since the epoch. */
  now: number;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 24 * 3600 * 1000;
/** kubeadm: CAs live ten years, server certificates one. */
const caLifetime = 3650 * day;
const serverLifetime = 365 * day;
/** Clocks of two machines may differ. */
const allowedSkew = 5 * 60 * 1000;
const serialLength = 16;

/** A positive serial number of the usual 16 bytes. */
function serial(): string {
  const bytes = secretBytes(serialLength);
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  return bytes.toString('hex');
}

/** Loads the library, which takes a tenth of a second: begin early where certificates will be asked for. */
export async function loadX509(): Promise<typeof import('@peculiar/x509')> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(webcrypto);
  return x509;
}

type X509 = Awaited<ReturnType<typeof loadX509>>;

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

const validity = (now: number, lifetime: number) => ({
  notBefore: new Date(now - allowedSkew),
  notAfter: new Date(now + lifetime),
});

async function makeAuthority(x509: X509, keys: webcrypto.CryptoKeyPair, now: number) {
  return x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=kubernetes',
    ...validity(now, caLifetime),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

function alternativeNames({ addresses, names }: CertificateRequest) {
  return [
    ...names.map((value) => ({ type: 'dns' as const, value })),
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
  ];
}

/** A new authority and a server certificate signed by it. */
export async function makeCertificates(request: CertificateRequest): Promise<Certificates> {
  const x509 = await loadX509();
  const [caKeys, serverKeys] = await Promise.all([makeKeys(), makeKeys()]);
  const authority = await makeAuthority(x509, caKeys, request.now);
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: 'CN=kube-apiserver',
    issuer: authority.subject,
    ...validity(request.now, serverLifetime),
    signingAlgorithm: algorithm,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
      new x509.SubjectAlternativeNameExtension(alternativeNames(request)),
    ],
  });
  const key = KeyObject.from(serverKeys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { ca: authority.toString('pem'), cert: server.toString('pem'), key };
}

/** kubeadm-like names and addresses of the API server, beside the machine's own. */
export function serverNames(clusterDomain: string): string[] {
  const service = 'kubernetes.default.svc';
  return ['localhost', 'kubernetes', 'kubernetes.default', service, `${service}.${clusterDomain}`];
}

/** A bearer token that cannot be guessed: 32 random bytes. */
export function makeToken(): string {
  return secretBytes(32).toString('base64url');
}
