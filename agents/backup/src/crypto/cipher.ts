import { execFile } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { EncryptionSettings } from "../../../../backups/settings";
import type { Secrets } from "../sources/types";
import { RefusedError } from "../sources/types";
import { callGpg, decryptPrivate, decryptSymmetric, encryptSymmetric, encryptTo, importKey, longestStretch, throughGpg } from "./gpg";

/** Memory, not a disk: nothing of a keyring outlives the container. */
const memoryFolder = "/dev/shm";

/** Go with the process, if nobody closed them before. */
const homes = new Set<string>();
process.once("exit", () => homes.forEach((home) => rmSync(home, { recursive: true, force: true })));

/** Encrypts parts and opens them again, as the settings say. */
export class Cipher {
  private home: string | undefined;
  private readonly imported = new Set<string>();

  constructor(private readonly encryption: EncryptionSettings, private readonly secrets: Secrets, private readonly stretch = longestStretch) {}

  /** Which key new backups are for. */
  get keyId(): string {
    return this.encryption.keyId;
  }

  async encrypt(plain: Readable, signal?: AbortSignal): Promise<Readable> {
    const { encryption } = this;
    if (encryption.kind === "symmetric") {
      return throughGpg(plain, { home: this.folder(), args: encryptSymmetric(this.stretch), passphrase: this.passphraseOf(encryption.keyId), signal });
    }
    await this.import(encryption.publicKey);
    return throughGpg(plain, { home: this.folder(), args: encryptTo(encryption.keyId), signal });
  }

  async decrypt(cipher: Readable, key: { readonly kind: EncryptionSettings["kind"]; readonly keyId: string }, signal?: AbortSignal): Promise<Readable> {
    const missing = this.missing(key);
    if (missing !== undefined) {
      cipher.destroy();
      throw new RefusedError(missing);
    }
    if (key.kind === "symmetric") return throughGpg(cipher, { home: this.folder(), args: decryptSymmetric, passphrase: this.passphraseOf(key.keyId), signal });
    const { privateKeyFile, privateKeyPassphraseFile } = this.publicKeySettings();
    const passphrase = privateKeyPassphraseFile === undefined ? "" : this.secrets(privateKeyPassphraseFile);
    await this.import(this.secrets(privateKeyFile ?? ""), passphrase);
    return throughGpg(cipher, { home: this.folder(), args: decryptPrivate, passphrase, signal });
  }

  canDecrypt(key: { readonly kind: EncryptionSettings["kind"]; readonly keyId: string }): boolean {
    return this.missing(key) === undefined;
  }

  /** Why it can't be opened here, and what to do. */
  private missing({ kind, keyId }: { readonly kind: EncryptionSettings["kind"]; readonly keyId: string }): string | undefined {
    const { encryption } = this;
    if (kind === "symmetric") {
      return encryption.kind === "symmetric" && Object.hasOwn(encryption.keys, keyId)
        ? undefined
        : `it is encrypted with key ${keyId}, which is not here (here: ${encryption.kind === "symmetric" ? Object.keys(encryption.keys).join(", ") : "a public key only"}); give that passphrase to the stack again`;
    }
    if (encryption.kind === "publicKey" && encryption.privateKeyFile !== undefined && sameKey(encryption.keyId, keyId)) return undefined;
    return `it is encrypted to the public key ${keyId}, whose private key is not on this host; verify, drill and restore it where the private key is`;
  }

  passphraseOf(keyId: string): string {
    const file = this.encryption.kind === "symmetric" ? this.encryption.keys[keyId] : undefined;
    if (file === undefined) throw new RefusedError(`there is no passphrase for key ${keyId} here`);
    return this.secrets(file);
  }

  close(): void {
    if (this.home === undefined) return;
    const home = this.home;
    this.home = undefined;
    homes.delete(home);
    this.imported.clear();
    // gpg started an agent if a private key was used; it goes with its folder, this is quicker.
    if (this.encryption.kind === "publicKey") execFile("gpgconf", ["--homedir", home, "--kill", "gpg-agent"], () => rmSync(home, { recursive: true, force: true }));
    else rmSync(home, { recursive: true, force: true });
  }

  private async import(key: string, passphrase?: string): Promise<void> {
    if (this.imported.has(key)) return;
    await callGpg(key, { home: this.folder(), args: importKey, passphrase });
    this.imported.add(key);
  }

  private publicKeySettings(): Extract<EncryptionSettings, { kind: "publicKey" }> {
    if (this.encryption.kind !== "publicKey") throw new RefusedError("there is no private key here");
    return this.encryption;
  }

  private folder(): string {
    if (this.home === undefined) {
      const home = mkdtempSync(join(isWritable(memoryFolder) ? memoryFolder : tmpdir(), "stackbook-gpg-"));
      this.home = home;
      homes.add(home);
    }
    return this.home;
  }
}

/** A fingerprint, or its end, which is the long key id. */
const sameKey = (one: string, other: string): boolean => one.toUpperCase().endsWith(other.toUpperCase()) || other.toUpperCase().endsWith(one.toUpperCase());

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
