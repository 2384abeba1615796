import { createHmac, createPrivateKey, createPublicKey, hkdfSync, sign, timingSafeEqual, verify } from "node:crypto";
import type { Manifest } from "../../../../backups/manifest";
import type { EncryptionSettings } from "../../../../backups/settings";
import { RefusedError, type Secrets } from "../sources/types";
import { canonical } from "./canonical";

type Unsigned = Omit<Manifest, "signature">;

/** A key of its own, so that the passphrase signs nothing itself. */
function signingKeyOf(passphrase: string): Buffer {
  return Buffer.from(hkdfSync("sha256", passphrase, "", "stackbook backup manifest", 32));
}

export function signManifest(unsigned: Unsigned, encryption: EncryptionSettings, secrets: Secrets): Manifest {
  const text = canonical(unsigned);
  if (encryption.kind === "symmetric") {
    const value = hmac(text, secrets(encryption.keys[encryption.keyId] ?? "")).toString("base64");
    return { ...unsigned, signature: { algorithm: "HMAC-SHA256", keyId: encryption.keyId, value } };
  }
  const value = sign(null, Buffer.from(text), createPrivateKey(secrets(encryption.signingKeyFile))).toString("base64");
  return { ...unsigned, signature: { algorithm: "Ed25519", keyId: encryption.signingKeyId, value } };
}

/** Throws RefusedError: nothing of a manifest may be believed before. */
export function checkSignature(manifest: Manifest, encryption: EncryptionSettings, secrets: Secrets): void {
  const { signature, ...unsigned } = manifest;
  const given = Buffer.from(signature.value, "base64");
  // One text for one signature.
  const wellFormed = given.toString("base64") === signature.value;
  if (!wellFormed || !isRight(canonical(unsigned), given, signature, encryption, secrets)) {
    throw new RefusedError(`the manifest's signature is wrong (${signature.algorithm}, key ${signature.keyId}): it was changed after it was written, or the key is another one`);
  }
}

function isRight(text: string, given: Buffer, { algorithm, keyId }: Manifest["signature"], encryption: EncryptionSettings, secrets: Secrets): boolean {
  if (algorithm === "HMAC-SHA256") {
    const file = encryption.kind === "symmetric" && Object.hasOwn(encryption.keys, keyId) ? encryption.keys[keyId] : undefined;
    if (file === undefined) throw new RefusedError(`the manifest is signed with key ${keyId}, which is not here; give that passphrase to the stack again`);
    const expected = hmac(text, secrets(file));
    return expected.length === given.length && timingSafeEqual(expected, given);
  }
  const pem = encryption.kind === "publicKey" && Object.hasOwn(encryption.signingPublicKeys, keyId) ? encryption.signingPublicKeys[keyId] : undefined;
  if (pem === undefined) throw new RefusedError(`the manifest is signed with key ${keyId}, whose public key is not among encryption.signingPublicKeys; add it`);
  return verify(null, Buffer.from(text), createPublicKey(pem), given);
}

const hmac = (text: string, passphrase: string): Buffer => createHmac("sha256", signingKeyOf(passphrase)).update(text).digest();
