import { randomBytes } from "node:crypto";
import { constants, createWriteStream } from "node:fs";
import { copyFile, link, mkdir, open, readdir, rename, rm, rmdir, stat, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { codeOf, describeError } from "../../../common/log";
import { ExistsError, MissingError, StoreError, type Space, type Store, type StoredObject } from "./store";

const partial = ".partial";

/** A folder or a mounted volume. What is being written has a name that no list shows. */
export class DirectoryStore implements Store {
  readonly retains = true;

  constructor(readonly name: string, private readonly root: string) {}

  readonly lockFile = (system: string): string => join(this.root, `.lock-${system}`);

  async put(key: string, content: Readable, signal?: AbortSignal): Promise<void> {
    await this.write(key, async (beside) => {
      await pipeline(content, createWriteStream(beside, { flags: "wx", mode: 0o640 }), ...(signal === undefined ? [] : [{ signal }]));
    }, () => content.destroy());
  }

  async get(key: string, signal?: AbortSignal): Promise<Readable> {
    try {
      // Opened here: that it is missing is known before anybody reads.
      const file = await open(this.place(key), "r");
      return file.createReadStream({ ...(signal === undefined ? {} : { signal }), highWaterMark: 256 * 1024 });
    } catch (error) {
      throw codeOf(error) === "ENOENT" ? new MissingError(this.name, key) : this.wrap(error, `${key} can't be read`);
    }
  }

  async list(prefix: string): Promise<readonly StoredObject[]> {
    await this.reach();
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    const found = (await this.walk(folder)).filter(({ key }) => key.startsWith(prefix) && !basename(key).startsWith("."));
    return found.sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  async copy(from: string, to: string): Promise<void> {
    await this.write(to, async (beside) => {
      // Shares blocks where the file system can; its own otherwise: one damaged copy leaves the other whole.
      await copyFile(this.place(from), beside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    });
  }

  async remove(key: string): Promise<void> {
    try {
      await rm(this.place(key), { force: true });
    } catch (error) {
      throw this.wrap(error, `${key} can't be removed`);
    }
    // The set's folder goes with its last file.
    await rmdir(dirname(this.place(key))).catch(() => undefined);
  }

  async space(): Promise<Space> {
    await this.reach();
    const { bavail, blocks, bsize } = await statfs(this.root);
    return { freeBytes: bavail * bsize, sizeBytes: blocks * bsize };
  }

  async sweep(system: string, before: Date): Promise<void> {
    for (const { key, modified } of await this.walk(`${system}/`)) {
      if (basename(key).endsWith(partial) && modified < before) await this.remove(key);
    }
  }

  /** A volume that is not mounted is an error, not an empty store. */
  private async reach(): Promise<void> {
    await stat(this.root).catch((error: unknown) => {
      throw this.wrap(error, `${this.root} can't be reached`);
    });
  }

  /** Beside, in the same file system; on disk before it gets its name; linked, because a rename would overwrite. */
  private async write(key: string, fill: (beside: string) => Promise<void>, giveUp?: () => void): Promise<void> {
    const place = this.place(key);
    const beside = join(dirname(place), `.${basename(place)}.${randomBytes(6).toString("hex")}${partial}`);
    try {
      await this.reach();
      await mkdir(dirname(place), { recursive: true, mode: 0o750 });
      if (await exists(place)) throw new ExistsError(this.name, key);
      await fill(beside);
      await sync(beside);
      await this.giveName(beside, place, key);
      await sync(dirname(place));
    } catch (error) {
      giveUp?.();
      throw error instanceof StoreError ? error : this.wrap(error, `${key} can't be written`);
    } finally {
      await rm(beside, { force: true }).catch(() => undefined);
      // One that holds nothing, because the first part did not come to its end.
      await rmdir(dirname(place)).catch(() => undefined);
    }
  }

  private async giveName(beside: string, place: string, key: string): Promise<void> {
    try {
      await link(beside, place);
    } catch (error) {
      if (codeOf(error) === "EEXIST") throw new ExistsError(this.name, key);
      // File systems without hard links, such as a share of Windows: there is a lock besides.
      if (!["EPERM", "ENOTSUP", "ENOSYS", "EOPNOTSUPP", "EMLINK"].includes(codeOf(error))) throw error;
      await rename(beside, place);
    }
  }

  private async walk(folder: string): Promise<StoredObject[]> {
    let entries;
    try {
      entries = await readdir(join(this.root, folder), { withFileTypes: true });
    } catch (error) {
      if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return [];
      throw this.wrap(error, `${folder} can't be read`);
    }
    const found: StoredObject[] = [];
    for (const entry of entries) {
      const key = `${folder}${entry.name}`;
      if (entry.isDirectory()) found.push(...(await this.walk(`${key}/`)));
      else if (entry.isFile()) {
        // Gone since: it was being written, or retention took it.
        const facts = await stat(join(this.root, key)).catch(() => undefined);
        if (facts !== undefined) found.push({ key, bytes: facts.size, modified: facts.mtime });
      }
    }
    return found;
  }

  private place(key: string): string {
    if (key.startsWith("/") || key.split("/").some((step) => step === "" || step === "." || step === "..")) throw new StoreError(this.name, `"${key}" is no name of an object`);
    return join(this.root, key);
  }

  private wrap(error: unknown, what: string): StoreError {
    if (error instanceof StoreError) return error;
    const advice: Readonly<Record<string, string>> = {
      ENOSPC: "the disk is full; make room, or let retention keep less",
      EDQUOT: "the quota is used up; raise it, or let retention keep less",
      EROFS: "it is mounted read-only",
      EACCES: "the agent (uid 1000) may not; change the folder's owner or mode",
      EPERM: "the agent (uid 1000) may not; change the folder's owner or mode",
      ENOENT: "it is not there; is the volume mounted?",
      EIO: "the disk fails; look at the host's log",
    };
    const code = codeOf(error);
    return new StoreError(this.name, `${what}: ${Object.hasOwn(advice, code) ? `${advice[code] ?? ""} (${code})` : describeError(error)}`, error);
  }
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);

async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } catch (error) {
    // Folders of some network file systems can't be.
    if (codeOf(error) !== "EINVAL") throw error;
  } finally {
    await file.close();
  }
}

