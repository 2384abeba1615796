import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join, posix, relative, resolve, sep } from "node:path";
import type { Readable } from "node:stream";
import dockerignore from "@balena/dockerignore";

interface Entry {
  /** Relative to the context, with forward slashes. */
  readonly path: string;
  readonly mode: number;
  readonly size: number;
  readonly link?: string;
  readonly folder?: true;
}

const EXECUTABLE = 0o111;

/**
 * A digest over everything that decides what a build makes: names, modes and contents of what is
 * sent, and the Dockerfile. Times are left out, so that a fresh clone gives the same digest.
 */
export async function contextDigest(context: string, dockerfile: string): Promise<string> {
  const digest = createHash("sha256");
  digest.update(`Dockerfile\0${await fileDigest(dockerfile)}\0`);
  for (const entry of await contextEntries(context, dockerfile)) {
    if (entry.folder === true) continue;
    const content = entry.link ?? (await fileDigest(join(context, entry.path)));
    digest.update(`${entry.path}\0${entry.mode & EXECUTABLE ? "x" : "-"}\0${content}\0`);
  }
  return digest.digest("hex");
}

/** The context as a tar stream, and the Dockerfile's name in it. */
export async function contextArchive(context: string, dockerfile: string): Promise<{ archive: Readable; dockerfile: string }> {
  const { pack } = await import("tar-stream");
  const entries = await contextEntries(context, dockerfile);
  const inside = relative(resolve(context), resolve(dockerfile)).split(sep).join("/");
  const outside = inside.startsWith("../");
  const name = outside ? ".dockerfile.outside-of-context" : inside;

  const archive = pack();
  const write = async (): Promise<void> => {
    if (outside) archive.entry({ name, mode: 0o644 }, await readFile(dockerfile));
    for (const entry of entries) {
      const header = { name: entry.path, mode: entry.mode, mtime: new Date(0), uid: 0, gid: 0 };
      if (entry.folder === true) archive.entry({ ...header, type: "directory" });
      else if (entry.link !== undefined) archive.entry({ ...header, type: "symlink", linkname: entry.link });
      else await writeFile(archive.entry({ ...header, size: entry.size }), join(context, entry.path));
    }
    archive.finalize();
  };
  write().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  return { archive, dockerfile: name };
}

function writeFile(entry: NodeJS.WritableStream, path: string): Promise<void> {
  return new Promise((done, fail) => {
    entry.on("error", fail);
    createReadStream(path).on("error", fail).pipe(entry).on("finish", done);
  });
}

/** What is sent to the engine, in a fixed order. */
async function contextEntries(context: string, dockerfile: string): Promise<Entry[]> {
  const ignored = await ignoredBy(context, dockerfile);
  const entries: Entry[] = [];
  const walk = async (folder: string): Promise<void> => {
    const names = (await readdir(join(context, folder))).sort();
    for (const name of names) {
      const path = posix.join(folder, name);
      const info = await lstat(join(context, path));
      const mode = info.mode & 0o777;
      // A folder that is left out may still hold something a later `!` line takes in.
      if (info.isDirectory()) {
        if (!ignored(path)) entries.push({ path, mode, size: 0, folder: true });
        await walk(path);
      } else if (!ignored(path)) {
        entries.push(info.isSymbolicLink() ? { path, mode, size: 0, link: await readlink(join(context, path)) } : { path, mode, size: info.size });
      }
    }
  };
  await walk("");
  return entries;
}

async function ignoredBy(context: string, dockerfile: string): Promise<(path: string) => boolean> {
  // A Dockerfile's own ignore file outranks the context's, as with the docker command.
  const own = await readFile(`${dockerfile}.dockerignore`, "utf8").catch(() => undefined);
  const lines = own ?? (await readFile(join(context, ".dockerignore"), "utf8").catch(() => ""));
  const matcher = dockerignore({ ignorecase: false }).add(lines);
  const needed = new Set([".dockerignore", relative(resolve(context), resolve(dockerfile)).split(sep).join("/")]);
  return (path) => !needed.has(path) && matcher.ignores(path);
}

async function fileDigest(path: string): Promise<string> {
  const digest = createHash("sha256");
  for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer);
  return digest.digest("hex");
}

/** @throws with the path the user most likely meant. */
export async function requireDockerfile(context: string, dockerfile: string): Promise<void> {
  if (await isFile(dockerfile)) return;
  const meant = join(context, dockerfile);
  const hint = (await isFile(meant)) ? `; it is relative to the program, not to the context: use ${meant}` : "";
  throw new Error(`build.dockerfile ${dockerfile} is not there (seen from ${process.cwd()})${hint}`);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}
