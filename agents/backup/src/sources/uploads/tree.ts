import { createHash, type Hash } from "node:crypto";
import { constants, type Dirent } from "node:fs";
import { lstat, open, readdir, readlink, type FileHandle } from "node:fs/promises";
import { dirname, join, normalize, sep } from "node:path";
import type { TableFact } from "../../../../../backups/manifest";
import { ContentDigest } from "../digest";

export interface Item {
  readonly kind: "file" | "folder" | "link";
  /** From the folder of uploads, with `/`. */
  readonly path: string;
  readonly mode: number;
  readonly mtime: Date;
  /** Of a link. */
  readonly target: string;
}

/** What a restore keeps beside the uploads, on their own volume. */
export const ours = /^\.stackbook-(restore|incoming|before|returning)-/;

/** Everything below `root` by name; what is gone when it is looked at is passed over, and so is what is neither file, folder nor link. */
export async function* walk(root: string, under = ""): AsyncGenerator<Item> {
  for (const { name } of await list(join(root, under))) {
    const path = under === "" ? name : `${under}/${name}`;
    if (under === "" && ours.test(name)) continue;
    const item = await look(root, path);
    if (item === undefined) continue;
    yield item;
    if (item.kind === "folder") yield* walk(root, path);
  }
}

async function list(folder: string): Promise<readonly Dirent[]> {
  const found = await ifThere(() => readdir(folder, { withFileTypes: true }));
  return (found ?? []).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function look(root: string, path: string): Promise<Item | undefined> {
  const found = await ifThere(() => lstat(join(root, path)));
  if (found === undefined) return undefined;
  const item = { path, mode: found.mode & 0o777, mtime: found.mtime, target: "" };
  if (found.isDirectory()) return { ...item, kind: "folder" };
  if (found.isFile()) return { ...item, kind: "file" };
  if (!found.isSymbolicLink()) return undefined;
  const target = await ifThere(() => readlink(join(root, path)));
  // What a link leads to outside is not the application's to keep, and could not be brought back.
  return target === undefined || !staysInside(path, target) ? undefined : { ...item, kind: "link", target };
}

/** Whether a link at `path` leads to something below the same root. */
export function staysInside(path: string, target: string): boolean {
  if (target.startsWith("/")) return false;
  const place = normalize(join(dirname(path), target));
  return place !== ".." && !place.startsWith(`..${sep}`);
}

export async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    // A folder may have become a file, a file a link, since its name was read.
    if (error instanceof Error && "code" in error && ["ENOENT", "ENOTDIR", "ELOOP"].includes(String(error.code))) return undefined;
    throw error;
  }
}

/** Never through a link that has taken the file's place. */
export function openFile(root: string, path: string): Promise<FileHandle | undefined> {
  return ifThere(() => open(join(root, path), constants.O_RDONLY | constants.O_NOFOLLOW));
}

/** Of each folder at the top, and of the files there: how many files, and a checksum over names, kinds, modes and contents. */
export class TreeFacts {
  private readonly digests = new Map<string, ContentDigest>();

  /** Without `content`: a folder or a link. */
  add({ kind, path, mode, target }: Item, content?: Hash): void {
    const top = path.includes("/") || kind === "folder" ? (path.split("/")[0] ?? "") : topFiles;
    const digest = this.digests.get(top) ?? new ContentDigest();
    this.digests.set(top, digest);
    digest.addHash(createHash("sha256").update(JSON.stringify([kind, path, kind === "link" ? 0 : mode, target])).update(content?.digest() ?? "").digest());
    if (kind === "file") digest.count();
  }

  facts(): readonly TableFact[] {
    return [...this.digests].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, digest]) => digest.fact(name));
  }
}

const topFiles = ".";

/** What lies there now, read to the last byte. */
export async function factsOf(root: string): Promise<readonly TableFact[]> {
  const tree = new TreeFacts();
  for await (const item of walk(root)) {
    if (item.kind !== "file") {
      tree.add(item);
      continue;
    }
    const file = await openFile(root, item.path);
    if (file === undefined) continue;
    const hash = createHash("sha256");
    // Closes the file at its end.
    for await (const chunk of file.createReadStream({ highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) hash.update(chunk);
    tree.add(item, hash);
  }
  return tree.facts();
}
