import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Cipher } from "../../../../agents/backup/src/crypto/cipher";
import { textOf } from "../../../../agents/backup/src/manifest/manifest";
import { signManifest } from "../../../../agents/backup/src/manifest/signature";
import { folderOf } from "../../../../backups/layout";
import type { Manifest, Tier } from "../../../../backups/manifest";
import type { Checkpoint } from "../../../../operations/backups/checkpoint";
import type { Kit } from "../../../../operations/backups/kit";

export const key = "k".repeat(43);
const encryption = { kind: "symmetric", keyId: "k1", keys: { k1: "k1" } } as const;

/** A state of an engine with two passwords, as `pulumi stack export` has it. */
export const exported: Checkpoint = {
  version: 3,
  deployment: {
    manifest: { time: "2026-11-21T01:00:00Z" }, secrets_providers: { type: "passphrase", state: { salt: "v1:x" } },
    resources: [
      { urn: "urn:stack", type: "pulumi:pulumi:Stack", outputs: { credentials: "cipher" } },
      { urn: "urn:docker", type: "pulumi:providers:docker", custom: true, parent: "urn:stack" },
      { urn: "urn:random", type: "pulumi:providers:random", custom: true, parent: "urn:stack", outputs: { version: "4" } },
      { urn: "urn:data", type: "stackbook:system:Data", parent: "urn:stack", dependencies: ["urn:volume"] },
      { urn: "urn:volume", type: "docker:index/volume:Volume", custom: true, parent: "urn:data", provider: "urn:docker::1" },
      { urn: "urn:password", type: "random:index/randomPassword:RandomPassword", custom: true, protect: true, parent: "urn:data", provider: "urn:random::2", outputs: { result: "cipher" }, dependencies: ["urn:volume", "urn:data"], propertyDependencies: { length: ["urn:volume"] } },
      { urn: "urn:old", type: "random:index/randomPassword:RandomPassword", custom: true, delete: true, parent: "urn:data", provider: "urn:random::2" },
      { urn: "urn:container", type: "docker:index/container:Container", custom: true, parent: "urn:data", provider: "urn:docker::1", dependencies: ["urn:password"] },
    ],
  },
};

export function kitOf(folder: string, change: Partial<Kit> = {}): Kit {
  return {
    format: 1, stack: "dev", madeAt: "2026-11-01T00:00:00.000Z", local: false, secrets: { type: "passphrase", passphrase: "only a test" },
    encryption: { kind: "symmetric", keyId: "k1", keys: { k1: key } },
    stores: { motel: [{ kind: "directory", name: "local", path: "/stores/local", host: { kind: "path", path: folder } }] },
    storeCredentials: {}, checkpoint: { ...exported, stackFile: "config: { of: kit }\n" }, ...change,
  };
}

/** A set of one part, its checkpoint, written as the agent writes it. */
export async function writeSet(folder: string, system: string, timestamp: string, { tier = "daily", checkpoint, hollow = false }: { readonly tier?: Tier; readonly checkpoint?: Checkpoint; readonly hollow?: boolean } = {}): Promise<string> {
  const backup = folderOf(system, tier, timestamp);
  const cipher = new Cipher(encryption, () => key);
  const plain = Buffer.from(JSON.stringify(checkpoint ?? { version: 3, deployment: {} }));
  const encrypted = await buffer(await cipher.encrypt(Readable.from([plain])));
  cipher.close();
  const sha = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
  const part = { name: checkpoint === undefined ? "config" : "checkpoint", file: "checkpoint.json.gpg", plainSha256: sha(plain), plainBytes: plain.length, sha256: sha(encrypted), bytes: encrypted.length } as const;
  const unsigned: Omit<Manifest, "signature"> = {
    format: 1, stack: "dev", system, tier, timestamp, startedAt: "2026-11-21T02:00:00.000Z", finishedAt: "2026-11-21T02:00:09.000Z", reason: "schedule",
    release: { version: "1.0.0", images: {} }, versions: {}, engine: "postgres", database: "motel_manager", encryption: { kind: "symmetric", keyId: "k1" }, parts: [part, ...(hollow ? [{ ...part, name: "database", file: "database.dump.gpg", tables: [] } as const] : [])],
  };
  mkdirSync(join(folder, backup), { recursive: true });
  writeFileSync(join(folder, backup, part.file), encrypted);
  writeFileSync(join(folder, backup, "manifest.json"), textOf(signManifest(unsigned, encryption, () => key)));
  return backup;
}
