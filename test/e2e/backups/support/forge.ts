import { cpSync, openSync, readFileSync, readSync, writeFileSync, writeSync, closeSync, statSync, chownSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseManifest, textOf } from "../../../../agents/backup/src/manifest/manifest";
import { signManifest } from "../../../../agents/backup/src/manifest/signature";
import type { Manifest } from "../../../../backups/manifest";
import type { Kit } from "../../../../operations/backups/kit";

/** Changes one byte in the middle of a file. */
export function flipByte(file: string): void {
  const handle = openSync(file, "r+");
  const byte = Buffer.alloc(1);
  const middle = Math.floor(statSync(file).size / 2);
  readSync(handle, byte, 0, 1, middle);
  writeSync(handle, Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, middle);
  closeSync(handle);
}

/** A copy of a set under another time, its manifest changed and signed anew with the stack's own key. */
export function forgeSet(store: string, backup: string, timestamp: string, kit: Kit, change: (manifest: Manifest) => Omit<Manifest, "signature">): string {
  const { encryption } = kit;
  if (encryption.kind !== "symmetric") throw new Error("the test's stack has a passphrase");
  const [system = "", tier = ""] = backup.split("/");
  const forged = `${system}/${tier}/${timestamp}`;
  const folder = join(store, forged);
  cpSync(join(store, backup), folder, { recursive: true });
  const { signature: _, ...unsigned } = { ...parseManifest(readFileSync(join(folder, "manifest.json"), "utf8")) };
  const changed = change({ ...unsigned, timestamp } as Manifest);
  const keys = Object.fromEntries(Object.keys(encryption.keys).map((id) => [id, id]));
  const manifest = signManifest({ ...changed, timestamp }, { kind: "symmetric", keyId: encryption.keyId, keys }, (id) => encryption.keys[id] ?? "");
  writeFileSync(join(folder, "manifest.json"), textOf(manifest));
  for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))]) chownSync(path, 1000, 1000);
  return forged;
}
