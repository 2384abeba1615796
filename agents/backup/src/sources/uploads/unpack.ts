import { constants } from "node:fs";
import { chmod, lstat, mkdir, open, symlink, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import type { Entry } from "tar-stream";
import { unpack } from "../tar";
import { ifThere, staysInside } from "./tree";

/**
 * A tar of uploads into an empty folder. Nothing is written outside of it: no name leads out, no link does, and
 * nothing is written through a link.
 */
export async function unpackInto(plain: Readable, root: string, signal: AbortSignal): Promise<void> {
  const folders: Folder[] = [];
  await unpack(plain, signal, (entry) => place(entry, root, folders));
  // Deepest first: a folder may forbid to write into it.
  for (const { path, mode, mtime } of folders.reverse()) {
    await chmod(path, mode & 0o777);
    if (mtime !== undefined) await utimes(path, mtime, mtime);
  }
}

/** What a folder is to be like once everything is in it. */
interface Folder {
  readonly path: string;
  readonly mode: number;
  readonly mtime: Date | undefined;
}

async function place(entry: Entry, root: string, folders: Folder[]): Promise<void> {
  const { name, type, mode = 0o600, mtime, linkname } = entry.header;
  const path = name.replace(/\/+$/, "");
  if (path === "" || path.startsWith("/") || path.split("/").includes("..") || path.includes("\0")) throw new Error(`the backup's "${name}" leads out of the folder of uploads`);
  await folderFor(root, dirname(path));
  const target = join(root, path);
  if (type === "file") return file(entry, target, mode, mtime);
  if (type === "directory") {
    await folderFor(root, path);
    folders.push({ path: target, mode, mtime });
  } else if (type === "symlink") {
    if (typeof linkname !== "string" || !staysInside(path, linkname)) throw new Error(`the backup's link "${name}" leads out of the folder of uploads`);
    await symlink(linkname, target);
  } else throw new Error(`the backup's "${name}" is a ${type ?? "thing"}, which uploads have not`);
  entry.resume();
}

async function file(entry: Entry, target: string, mode: number, mtime: Date | undefined): Promise<void> {
  const written = await open(target, constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | constants.O_WRONLY, 0o600);
  try {
    // Each from where the last one ended.
    for await (const chunk of entry as AsyncIterable<Buffer>) await written.writeFile(chunk);
    await written.chmod(mode & 0o777);
    if (mtime !== undefined) await written.utimes(mtime, mtime);
  } finally {
    await written.close();
  }
}

/** Every part of the way is a true folder. */
async function folderFor(root: string, path: string): Promise<void> {
  let at = root;
  for (const name of path === "." ? [] : path.split("/")) {
    at = join(at, name);
    const found = await ifThere(() => lstat(at));
    if (found === undefined) await mkdir(at, { mode: 0o755 });
    else if (!found.isDirectory()) throw new Error(`the backup writes below "${path}", which is no folder`);
  }
}
