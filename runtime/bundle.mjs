// What the build scripts of programs that run in images share (reference-app/, agents/).
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** `npm ci --omit=dev` runs `prepare` as well: an install without the tools to build must not fail. */
export async function loadEsbuild(what, argv = process.argv) {
  try {
    return await import("esbuild");
  } catch (error) {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    if (!argv.includes("--if-possible")) throw new Error("esbuild is not installed; run npm install with development packages");
    console.log(`${what}: not built, the development packages are not installed`);
    return undefined;
  }
}

/** Only what differs, and by renaming: an image build that runs at the same time never sees half a file. */
export async function writeNew(dist, contents) {
  let written = 0;
  for (const [name, content] of contents) {
    const path = join(dist, name);
    if ((await readFile(path, "utf8").catch(() => undefined)) === content) continue;
    await mkdir(dirname(path), { recursive: true });
    const draft = join(dist, `.draft-${process.pid}`);
    await writeFile(draft, content);
    await rename(draft, path);
    written += 1;
  }
  return written;
}
