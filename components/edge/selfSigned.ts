import type * as nodeCrypto from "node:crypto";
import type * as x509Library from "@peculiar/x509";

/** What the certificate is for. */
export interface SelfSignedRequest {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** 1-825: browsers refuse more, even from an authority that the user trusts. */
  readonly validityDays: number;
}

/** A small authority of our own: what users trust once, while certificates come and go. */
export interface Authority {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export interface SelfSigned {
  readonly authority: Authority;
  /** The certificate, then the authority's. */
  readonly certificatePem: string;
  readonly privateKeyPem: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

/**
 * A certificate for these names, from the authority given or from a new one. ECDSA P-256 throughout: where two
 * certificates fit, HAProxy prefers ECDSA, so one made by lego (ECDSA as well) is never outdone by this one.
 *
 * Part of a dynamic provider: modules are required inside, so that none of their text gets into the state.
 */
export async function makeSelfSigned(request: SelfSignedRequest, existing?: Authority, now: Date = new Date()): Promise<SelfSigned> {
  // The library finds its parts by metadata on classes.
  require("reflect-metadata");
  const x509 = require("@peculiar/x509") as typeof x509Library;
  const { webcrypto, randomBytes } = require("node:crypto") as typeof nodeCrypto;
  const crypto = webcrypto;
  x509.cryptoProvider.set(crypto);

  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const day = 86_400_000;
  // An hour back, for clocks that are late.
  const notBefore = new Date(now.getTime() - 3_600_000);
  const notAfter = new Date(notBefore.getTime() + request.validityDays * day);
  // The first bit off (a serial number is positive), the second on (and has no leading zeros).
  const serialNumber = (): string => {
    const bytes = randomBytes(16);
    bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
    return bytes.toString("hex");
  };
  const exportKey = async (key: nodeCrypto.webcrypto.CryptoKey): Promise<string> => x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");

  let authority = existing;
  if (authority === undefined || new x509.X509Certificate(authority.certificatePem).notAfter < notAfter) {
    const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: `CN=Stackbook development CA ${serialNumber().slice(0, 8)}, O=Stackbook`,
      notBefore,
      notAfter: new Date(notBefore.getTime() + 3650 * day),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    authority = { certificatePem: `${certificate.toString("pem")}\n`, privateKeyPem: `${await exportKey(keys.privateKey)}\n` };
  }
  const issuer = new x509.X509Certificate(authority.certificatePem);
  const signingKey = await crypto.subtle.importKey("pkcs8", x509.PemConverter.decodeFirst(authority.privateKeyPem), algorithm, false, ["sign"]);
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${request.dnsNames[0] ?? request.ipAddresses[0] ?? "stackbook"}`.slice(0, 67),
    issuer: issuer.subject,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...request.dnsNames.map((value) => ({ type: "dns" as const, value })),
        ...request.ipAddresses.map((value) => ({ type: "ip" as const, value })),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    authority,
    certificatePem: `${leaf.toString("pem")}\n${authority.certificatePem}`,
    privateKeyPem: `${await exportKey(keys.privateKey)}\n`,
    expiresAt: leaf.notAfter.toISOString(),
  };
}
