import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { pack } from "tar-stream";
import type { LogicalImage } from "../../config/types";
import { readPackageBuiltImages, resolveImage } from "../../platforms/images";
import { repository } from "./support";

const docker = promisify(execFile);

export interface Answer {
  readonly code: number;
  readonly output: string;
}

/** A shell script in the image that stacks here run, beside these files in `directory`; nothing of it stays. */
export async function inImage(image: LogicalImage, directory: string, files: Readonly<Record<string, string>>, script: string): Promise<Answer> {
  const { stdout } = await docker("docker", ["create", "--network", "none", "--entrypoint", "sh", "--workdir", directory, imageReference(image), "-c", script]);
  const id = stdout.trim();
  try {
    await copyInto(id, directory, files);
    return await new Promise((resolve, reject) => {
      const child = spawn("docker", ["start", "--attach", id], { stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
      child.on("error", reject).on("close", (code) => resolve({ code: code ?? 1, output }));
    });
  } finally {
    await docker("docker", ["rm", "--force", id]);
  }
}

/** Built from packages where there is one, else the official one. */
export function imageReference(image: LogicalImage): string {
  const built = builtHere(image);
  if (built !== undefined && "missing" in built) throw new Error(`no image of ${image} here: ${built.missing}`);
  const reference = resolveImage(image, {}, built === undefined ? {} : { [image]: built });
  if (reference === undefined) throw new Error(`${image} has no image of its own before a stack builds it`);
  return reference;
}

/** Why there is no image of it here; undefined where there is one. */
export function lackOf(image: LogicalImage): string | undefined {
  const built = builtHere(image);
  return built !== undefined && "missing" in built ? built.missing : undefined;
}

function builtHere(image: LogicalImage): ReturnType<typeof readPackageBuiltImages>[LogicalImage] {
  return readPackageBuiltImages({ STACKBOOK_IMAGES: `${repository}/.stackbook/images.json`, ...process.env })[image];
}

async function copyInto(id: string, directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  const archive = pack();
  for (const [path, text] of Object.entries(files)) archive.entry({ name: `${directory.slice(1)}/${path}`, mode: 0o644 }, text);
  archive.finalize();
  await new Promise<void>((resolve, reject) => {
    const child = spawn("docker", ["cp", "-", `${id}:/`], { stdio: ["pipe", "ignore", "inherit"] });
    child.on("error", reject).on("close", (code) => (code === 0 ? resolve() : reject(new Error(`docker cp ended with ${code ?? "a signal"}`))));
    archive.pipe(child.stdin);
  });
}
