import { execFileSync } from "node:child_process";
import type { Manifest } from "../../backups/manifest";
import type { StoreOutput } from "../../backups/outputs";
import { Problem } from "../problem";
import { readCheckpoint, type Checkpoint } from "./checkpoint";
import { addressOf, type Kit } from "./kit";

/** The newest backup of a system, as a store has it: its signature is right, and so is its checkpoint. */
export interface FoundSet {
  readonly system: string;
  readonly backup: string;
  readonly store: string;
  readonly manifest: Manifest;
  readonly checkpoint: Checkpoint | undefined;
}

export interface Wish {
  /** By store: where its folder is on this machine. */
  readonly places: Readonly<Record<string, string>>;
  /** Backups to take instead of their systems' newest. */
  readonly named: readonly string[];
}

/**
 * Reads the stores directly, as there is no agent yet, by the agent's own code: signature, checksums, decryption.
 */
export async function findSets(kit: Kit, { places, named }: Wish, say: (line: string) => void): Promise<readonly FoundSet[]> {
  const { encryption } = kit;
  if (encryption.kind !== "symmetric") {
    throw new Problem("these backups are encrypted to a public key: this program has no private key to open them with", ["docs/backups.md, \"Public key\", says how they are opened where the private key is."]);
  }
  needGpg();
  const sets: FoundSet[] = [];
  for (const [system, stores] of Object.entries(kit.stores)) {
    const reachable = stores.flatMap((store) => placed(store, places) ?? []);
    for (const store of stores) if (placed(store, places) === undefined) say(`${system}: ${store.name} is left out: ${addressOf(store)} can't be reached from here`);
    if (reachable.length === 0) {
      throw new Problem(`no store of ${system} can be reached from here: ${stores.map((store) => `${store.name} (${addressOf(store)})`).join(", ")}`, [
        "Say where a copy of a directory store lies on this machine: --store <name>=<folder>",
      ]);
    }
    const name = named.find((backup) => backup.startsWith(`${system}/`));
    const found = await newest(system, { encryption, kit, stores: reachable, name }, say);
    if (found === undefined && name !== undefined) throw new Problem(`${name} can't be used, or is in none of ${reachable.map((store) => store.name).join(", ")}`, ["Leave --backup out to take the newest one."]);
    if (found === undefined) say(`${system}: no backup in ${reachable.map(({ name }) => name).join(", ")}; it will start empty`);
    else sets.push(found);
  }
  return sets;
}

function placed(store: StoreOutput, places: Readonly<Record<string, string>>): StoreOutput | undefined {
  if (store.kind === "s3") return store;
  const path = places[store.name] ?? (store.host?.kind === "path" ? store.host.path : undefined);
  return path === undefined ? undefined : { ...store, path };
}

interface Search {
  readonly encryption: Extract<Kit["encryption"], { kind: "symmetric" }>;
  readonly kit: Kit;
  readonly stores: readonly StoreOutput[];
  readonly name: string | undefined;
}

async function newest(system: string, { encryption: { keyId, keys }, kit, stores, name }: Search, say: (line: string) => void): Promise<FoundSet | undefined> {
  const [{ Vault }, { Cipher }, { openStores }, { textOfStream }] = await Promise.all([
    import("../../agents/backup/src/vault"), import("../../agents/backup/src/crypto/cipher"), import("../../agents/backup/src/stores/open"), import("../../agents/backup/src/stream"),
  ]);
  const secrets = secretsOf(kit);
  const encryption = { kind: "symmetric", keyId, keys: Object.fromEntries(Object.keys(keys).map((id) => [id, id])) } as const;
  const cipher = new Cipher(encryption, secrets);
  const vault = new Vault({ system, encryption }, openStores(stores.map((store) => withCredentials(store, kit)), secrets), cipher, secrets, { read: () => ({}), keep: () => undefined });
  try {
    const all = await vault.list((problem) => say(`${system}: ${problem}`)).catch((error: unknown) => {
      throw new Problem(`the backups of ${system} can't be read:`, [...(error instanceof Error ? error.message : String(error)).split("\n"), "The recovery kit says where they lie and with which keys; is it the newest one?"]);
    });
    let hollow: FoundSet | undefined;
    for (const set of all) {
      if (name === undefined ? set.tier === "safety" : set.backup !== name) continue;
      try {
        const manifest = vault.trusted(set);
        const part = manifest.parts.find(({ name: partName }) => partName === "checkpoint");
        const text = part === undefined ? undefined : await textOfStream(await vault.open(set, part), part.plainBytes + 1, "the checkpoint");
        const found = { system, backup: set.backup, store: set.store.name, manifest, checkpoint: text === undefined ? undefined : readCheckpoint(text) };
        if (name !== undefined || !isHollow(manifest)) return found;
        // Of a recovery that was cut off, for one: the database was new, and nothing had been brought back yet.
        say(`${set.backup} in ${set.store.name} is of a database without a table; an earlier one is looked for`);
        hollow ??= found;
      } catch (error) {
        say(`${set.backup} in ${set.store.name} is passed over: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    return hollow;
  } finally {
    cipher.close();
  }
}

function isHollow({ parts }: Manifest): boolean {
  return parts.find(({ name }) => name === "database")?.tables?.length === 0;
}

/** Keys by their id, credentials by the name their store gives; as files are for the agent. */
function secretsOf({ encryption, storeCredentials }: Kit): (file: string) => string {
  return (file) => {
    const key = encryption.kind === "symmetric" ? encryption.keys[file] : undefined;
    const credentials = storeCredentials[file.replace(/^store:/, "")];
    if (key !== undefined) return key;
    if (credentials !== undefined) return JSON.stringify(credentials);
    throw new Problem(`the recovery kit has no secret named ${file}`);
  };
}

/** Its own keys where the kit has them; the machine's (AWS_PROFILE, a role) otherwise. */
function withCredentials(store: StoreOutput, { storeCredentials }: Kit): StoreOutput {
  if (store.kind !== "s3") return store;
  const { credentialsFile: _, ...rest } = store;
  return storeCredentials[store.name] === undefined ? rest : { ...rest, credentialsFile: `store:${store.name}` };
}

function needGpg(): void {
  try {
    execFileSync("gpg", ["--version"], { stdio: "ignore" });
  } catch {
    throw new Problem("gpg was not found: it opens the backups", ["Install GnuPG: apt-get install gnupg (macOS: brew install gnupg)."]);
  }
}
