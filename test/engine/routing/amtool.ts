import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { pack } from "tar-stream";
import { alertmanagerDirectory } from "../../../alerts/routing/secretFiles";
import { officialImages, readPackageBuiltImages } from "../../../platforms/docker/images";
import { repository } from "../support";

const docker = promisify(execFile);

export interface Answer {
  readonly code: number;
  readonly output: string;
}

/** A shell script in Alertmanager's own image, beside these files in its folder; nothing of it stays. */
export async function inAlertmanager(files: Readonly<Record<string, string>>, script: string): Promise<Answer> {
  const { stdout } = await docker("docker", ["create", "--network", "none", "--entrypoint", "sh", "--workdir", alertmanagerDirectory, reference(), "-c", script]);
  const id = stdout.trim();
  try {
    await copyInto(id, files);
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

/** The image that stacks here run: built from packages where there is one, else the official one. */
function reference(): string {
  const built = readPackageBuiltImages({ STACKBOOK_IMAGES: `${repository}/.stackbook/images.json`, ...process.env })["alertmanager"];
  if (built !== undefined && "missing" in built) throw new Error(`no image of Alertmanager here: ${built.missing}`);
  return built?.ref ?? officialImages.alertmanager;
}

async function copyInto(id: string, files: Readonly<Record<string, string>>): Promise<void> {
  const archive = pack();
  for (const [path, text] of Object.entries(files)) archive.entry({ name: `${alertmanagerDirectory.slice(1)}/${path}`, mode: 0o644 }, text);
  archive.finalize();
  await new Promise<void>((resolve, reject) => {
    const child = spawn("docker", ["cp", "-", `${id}:/`], { stdio: ["pipe", "ignore", "inherit"] });
    child.on("error", reject).on("close", (code) => (code === 0 ? resolve() : reject(new Error(`docker cp ended with ${code ?? "a signal"}`))));
    archive.pipe(child.stdin);
  });
}
