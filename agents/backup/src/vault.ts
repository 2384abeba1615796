import { Readable } from "node:stream";
import { folderOf, manifestFile, markFile, momentOf, timestampOf } from "../../../backups/layout";
import { tiers, type Manifest, type Part, type PartName, type Tier } from "../../../backups/manifest";
import type { BackupSettings } from "../../../backups/settings";
import { describeError } from "../../common/log";
import type { Cipher } from "./crypto/cipher";
import { parseManifest, textOf } from "./manifest/manifest";
import { checkSignature } from "./manifest/signature";
import { RefusedError, type Secrets } from "./sources/types";
import type { Store, StoredObject } from "./stores/store";
import { textOfStream, verified } from "./stream";

/** Longest manifest: 100,000 tables. */
const longestManifest = 32 * 1024 * 1024;

export type Mark = "verified" | "drilled";

/** A backup as one store has it. */
export interface StoredSet {
  /** `motel/daily/2026-11-21T020000Z`. */
  readonly backup: string;
  readonly store: Store;
  readonly tier: Tier;
  readonly timestamp: string;
  readonly files: readonly StoredObject[];
  readonly manifest: Manifest | undefined;
  /** Why there is no manifest to use. */
  readonly problem: string | undefined;
  readonly marks: Readonly<Partial<Record<Mark, Date>>>;
}

/** Marks that could not be written into a store, which may be read-only here. */
export interface MarkKeeper {
  read(store: string, backup: string): Readonly<Partial<Record<Mark, string>>>;
  keep(store: string, backup: string, mark: Mark, moment: Date): void;
}

/** What reading backups needs to know: whose they are, and how they are encrypted and signed. */
export type VaultSettings = Pick<BackupSettings, "system" | "encryption">;

/** A system's backups in all its stores. */
export class Vault {
  private readonly manifests = new Map<string, { readonly manifest?: Manifest; readonly problem?: string }>();

  constructor(
    readonly settings: VaultSettings, readonly stores: readonly Store[], readonly cipher: Cipher,
    private readonly secrets: Secrets, private readonly marks: MarkKeeper, private readonly now: () => Date = () => new Date(),
  ) {}

  /** Newest first. A store that does not answer is told of, and the others count; all of them: an error. */
  async list(tell: (problem: string) => void = () => undefined): Promise<readonly StoredSet[]> {
    const failed: Error[] = [];
    const found = await Promise.all(this.stores.map((store) => this.listStore(store).catch((error: unknown) => {
      failed.push(error instanceof Error ? error : new Error(String(error)));
      tell(describeError(error));
      return [];
    })));
    if (failed.length === this.stores.length) throw new Error(failed.map(({ message }) => message).join("\n"));
    return found.flat().sort((one, other) => (one.timestamp === other.timestamp ? tiers.indexOf(one.tier) - tiers.indexOf(other.tier) : one.timestamp < other.timestamp ? 1 : -1));
  }

  async listStore(store: Store): Promise<readonly StoredSet[]> {
    const folders = await this.folders(store);
    const sets: StoredSet[] = [];
    const complete = [...folders].filter(([, files]) => files.some(({ key }) => key.endsWith(`/${manifestFile}`)));
    // A few at once: a year of manifests is read in a second or two, and then never again.
    for (let at = 0; at < complete.length; at += 8) {
      sets.push(...(await Promise.all(complete.slice(at, at + 8).map(([backup, files]) => this.read(store, backup, files)))));
    }
    return sets;
  }

  /** Folders without a manifest that were begun before that moment: of runs that were killed. */
  async abandoned(store: Store, before: Date): Promise<readonly (readonly StoredObject[])[]> {
    return [...(await this.folders(store))]
      .filter(([backup, files]) => !files.some(({ key }) => key.endsWith(`/${manifestFile}`)) && (momentOf(backup.split("/")[2] ?? "") ?? before) < before && files.every(({ modified }) => modified < before))
      .map(([, files]) => files);
  }

  /** The copies of the backup that is named, in the order of the stores; `latest`: the newest, what was kept for safety's sake apart. */
  async find(name: string, tell?: (problem: string) => void): Promise<readonly [StoredSet, ...StoredSet[]]> {
    const { system } = this.settings;
    const all = await this.list(tell);
    const known = all.filter(({ tier }) => name !== "latest" || tier !== "safety");
    const wanted = name === "latest" ? this.newest(known)?.backup : name.split("/").length === 2 ? `${system}/${name}` : name;
    const [first, ...others] = known.filter(({ backup }) => backup === wanted);
    if (first !== undefined) return [first, ...others];
    if (name === "latest") throw new RefusedError(`there is no backup of ${system} in ${this.stores.map((store) => store.name).join(", ")}; take one: stackbook backup ${system}`);
    if (name.split("/").length === 3 && !name.startsWith(`${system}/`)) throw new RefusedError(`${name} is not a backup of ${system}; name one of ${system}/…`);
    throw new RefusedError(`there is no backup ${wanted ?? name} in ${this.stores.map((store) => store.name).join(", ")}; give latest or one of the list, such as ${all[0]?.backup ?? folderOf(system, "daily", "2026-11-21T020000Z")}`);
  }

  /** One from a day to come was named by a clock that was wrong; it would be the newest for years. */
  private newest(sets: readonly StoredSet[]): StoredSet | undefined {
    const tomorrow = timestampOf(new Date(this.now().getTime() + 86_400_000));
    return sets.find(({ timestamp }) => timestamp <= tomorrow) ?? sets[0];
  }

  /** Its manifest, whose signature is right. */
  trusted(set: StoredSet): Manifest {
    const where = `${set.backup} in store ${set.store.name} is refused`;
    if (set.manifest === undefined) throw new RefusedError(`${where}: ${set.problem ?? "it has no manifest"}`);
    const { manifest } = set;
    if (manifest.system !== this.settings.system || manifest.tier !== set.tier || manifest.timestamp !== set.timestamp) {
      throw new RefusedError(`${where}: its manifest is that of ${folderOf(manifest.system, manifest.tier, manifest.timestamp)}`);
    }
    try {
      checkSignature(manifest, this.settings.encryption, this.secrets);
    } catch (error) {
      throw new RefusedError(`${where}: ${describeError(error)}`);
    }
    return manifest;
  }

  partOf(manifest: Manifest, name: PartName): Part {
    const part = manifest.parts.find((entry) => entry.name === name);
    if (part === undefined) throw new RefusedError(`the backup has no part ${name}; it has ${manifest.parts.map((entry) => entry.name).join(", ")}`);
    return part;
  }

  /** Decrypted; ends with an error unless every byte is what it was, encrypted and plain. */
  async open(set: StoredSet, part: Part, signal?: AbortSignal): Promise<Readable> {
    const { encryption } = this.trusted(set);
    const stored = verified(await set.store.get(`${set.backup}/${part.file}`, signal), part, `${part.file} in store ${set.store.name}`);
    return verified(await this.cipher.decrypt(stored, encryption, signal), { sha256: part.plainSha256, bytes: part.plainBytes }, `${part.file}, decrypted,`);
  }

  async writeManifest(store: Store, manifest: Manifest, signal?: AbortSignal): Promise<void> {
    const key = `${folderOf(manifest.system, manifest.tier, manifest.timestamp)}/${manifestFile}`;
    await store.put(key, Readable.from([Buffer.from(textOf(manifest))]), signal);
  }

  /** Into the set's folder, or where this agent keeps it if it may not write there. */
  async mark(set: StoredSet, mark: Mark, moment: Date, facts: object): Promise<void> {
    const text = `${JSON.stringify({ ...facts, at: moment.toISOString() })}\n`;
    try {
      await set.store.put(`${set.backup}/${markFile(mark, moment)}`, Readable.from([Buffer.from(text)]));
    } catch {
      this.marks.keep(set.store.name, set.backup, mark, moment);
    }
  }

  private async folders(store: Store): Promise<ReadonlyMap<string, readonly StoredObject[]>> {
    const folders = new Map<string, StoredObject[]>();
    for (const object of await store.list(`${this.settings.system}/`)) {
      const [system, tier, timestamp, file, ...more] = object.key.split("/");
      // What else somebody has put there is not ours.
      if (file === undefined || more.length > 0 || !tiers.some((name) => name === tier) || momentOf(timestamp ?? "") === undefined) continue;
      const folder = `${system ?? ""}/${tier ?? ""}/${timestamp ?? ""}`;
      folders.set(folder, [...(folders.get(folder) ?? []), object]);
    }
    return folders;
  }

  private async read(store: Store, backup: string, files: readonly StoredObject[]): Promise<StoredSet> {
    const [, tier, timestamp = ""] = backup.split("/");
    const file = files.find(({ key }) => key.endsWith(`/${manifestFile}`));
    const cached = `${store.name} ${backup} ${file?.bytes ?? 0} ${file?.modified.getTime() ?? 0}`;
    let known = this.manifests.get(cached);
    if (known === undefined) {
      const text = await textOfStream(await store.get(`${backup}/${manifestFile}`), longestManifest, "the manifest").catch((error: unknown) => ({ error }));
      known = typeof text === "string" ? parsed(text) : { problem: describeError(text.error) };
      // What could not be read may be read next time.
      if (typeof text === "string") this.manifests.set(cached, known);
    }
    const kept = this.marks.read(store.name, backup);
    const newest = (mark: Mark): Date | undefined => {
      const moments = files.map(({ key }) => momentOf(new RegExp(`/${mark}-([^/]+)\\.json$`).exec(key)?.[1] ?? "")).concat(kept[mark] === undefined ? [] : [new Date(kept[mark])]);
      return moments.filter((moment) => moment !== undefined).sort((one, other) => other.getTime() - one.getTime())[0];
    };
    const [verifiedAt, drilledAt] = [newest("verified"), newest("drilled")];
    return {
      backup, store, tier: tier as Tier, timestamp, files, manifest: known.manifest, problem: known.problem,
      marks: { ...(verifiedAt === undefined ? {} : { verified: verifiedAt }), ...(drilledAt === undefined ? {} : { drilled: drilledAt }) },
    };
  }
}

function parsed(text: string): { readonly manifest?: Manifest; readonly problem?: string } {
  try {
    return { manifest: parseManifest(text) };
  } catch (error) {
    return { problem: describeError(error) };
  }
}

/** A name that no store has yet: a second later if there was a run just now. */
export async function freeTimestamp(vault: Vault, tier: Tier, now: () => Date, pause: (milliseconds: number) => Promise<void>): Promise<{ readonly timestamp: string; readonly startedAt: Date }> {
  for (;;) {
    const startedAt = now();
    const timestamp = timestampOf(startedAt);
    const folder = `${folderOf(vault.settings.system, tier, timestamp)}/`;
    const taken = await Promise.all(vault.stores.map((store) => store.list(folder).catch(() => [])));
    if (taken.every((objects) => objects.length === 0)) return { timestamp, startedAt };
    await pause(1000 - (startedAt.getTime() % 1000));
  }
}
