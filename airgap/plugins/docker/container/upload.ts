import { readFile } from "node:fs/promises";
import type Docker from "dockerode";
import { bags, text, word, type Bag, type Value } from "../../rpc/values";

/** Writes files into a container before it starts. */
export async function upload(container: Docker.Container, uploads: Value | undefined): Promise<void> {
  const files = bags(uploads);
  if (files.length === 0) return;
  const { pack } = await import("tar-stream");
  const archive = pack();
  for (const file of files) {
    const mode = text(file.permissions) === undefined ? (file.executable === true ? 0o744 : 0o644) : Number.parseInt(word(file.permissions), 8);
    archive.entry({ name: word(file.file).replace(/^\/+/, ""), mode, mtime: new Date() }, await contentOf(file));
  }
  archive.finalize();
  await container.putArchive(archive, { path: "/" });
}

async function contentOf(file: Bag): Promise<Buffer> {
  if (typeof file.content === "string") return Buffer.from(file.content);
  if (typeof file.contentBase64 === "string") return Buffer.from(file.contentBase64, "base64");
  return readFile(word(file.source));
}
