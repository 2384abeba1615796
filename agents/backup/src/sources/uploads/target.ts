import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Manifest, TableFact } from "../../../../../backups/manifest";
import type { RestoreRequest } from "../../../../../backups/protocol";
import { gibibytes, shortId } from "../names";
import { patient } from "../stream";
import { runTool } from "../tool";
import { RefusedError, type Target } from "../types";
import { factsOf, ours } from "./tree";
import { unpackInto } from "./unpack";

/**
 * Unpacked into a folder on the uploads' own volume, then taken into place name by name: the volume's root itself
 * can't be renamed. The folders' names tell how far it has come, so that every step can be done again.
 */
export class UploadsTarget implements Target {
  readonly part = "uploads";

  constructor(private readonly root: string) {}

  async check(manifest: Manifest): Promise<{ readonly replaces: readonly { readonly name: string; readonly rows: number }[] }> {
    const bytes = manifest.parts.find(({ name }) => name === "uploads")?.plainBytes ?? 0;
    const { bavail, bsize } = statfsSync(this.root);
    if (bavail * bsize < bytes) throw new RefusedError(`the volume of uploads has ${gibibytes(bavail * bsize)} free, a restore beside the present ones needs ${gibibytes(bytes)}`, ["make room on the host's disk"]);
    return { replaces: (await factsOf(this.root)).map(({ name, rows }) => ({ name, rows })) };
  }

  async prepare(plain: Readable, _manifest: Manifest, request: RestoreRequest, signal: AbortSignal): Promise<void> {
    patient(plain);
    const { waiting, incoming, before } = this.places(request);
    if (existsSync(before) || existsSync(incoming)) throw new RefusedError(`restore ${request.id} has been swapped in already`, ["revert it or clean up after it first"]);
    rmSync(waiting, { recursive: true, force: true });
    mkdirSync(waiting, { mode: 0o700 });
    try {
      await unpackInto(plain, waiting, signal);
      // On the disk before anything takes its place.
      await runTool("sync", ["-f", waiting], { signal });
    } catch (error) {
      rmSync(waiting, { recursive: true, force: true });
      throw error;
    }
  }

  facts(request: RestoreRequest): Promise<readonly TableFact[]> {
    const { waiting } = this.places(request);
    return factsOf(existsSync(waiting) ? waiting : this.root);
  }

  swap(request: RestoreRequest): Promise<void> {
    const { waiting, incoming, before } = this.places(request);
    if (existsSync(waiting)) {
      mkdirSync(before, { recursive: true, mode: 0o700 });
      this.move(this.root, before);
      // From here on what lies at the root is new.
      renameSync(waiting, incoming);
    } else if (!existsSync(before)) throw new Error(`restore ${request.id} was not prepared: there is no ${waiting}`);
    if (existsSync(incoming)) {
      this.move(incoming, this.root);
      rmSync(incoming, { recursive: true });
    }
    return Promise.resolve();
  }

  revert(request: RestoreRequest): Promise<void> {
    const { waiting, incoming, before, returning } = this.places(request);
    if (existsSync(before)) {
      // Cut off before the first new name: what is at the root is old, and so is what was put aside.
      if (!existsSync(waiting)) {
        mkdirSync(incoming, { recursive: true, mode: 0o700 });
        this.move(this.root, incoming);
      }
      renameSync(before, returning);
    }
    if (existsSync(returning)) {
      this.move(returning, this.root);
      rmSync(returning, { recursive: true });
      if (existsSync(incoming)) renameSync(incoming, waiting);
    }
    return Promise.resolve();
  }

  clean(request: RestoreRequest): Promise<void> {
    const { waiting, incoming, before } = this.places(request);
    for (const folder of [waiting, incoming, before]) rmSync(folder, { recursive: true, force: true });
    return Promise.resolve();
  }

  private move(from: string, to: string): void {
    for (const name of readdirSync(from)) if (!ours.test(name)) renameSync(join(from, name), join(to, name));
  }

  private places({ id }: RestoreRequest): Readonly<Record<"waiting" | "incoming" | "before" | "returning", string>> {
    const folder = (what: string): string => join(this.root, `.stackbook-${what}-${shortId(id)}`);
    return { waiting: folder("restore"), incoming: folder("incoming"), before: folder("before"), returning: folder("returning") };
  }
}
