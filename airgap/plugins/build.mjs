// Bundles each stand-in plugin into one file, so that it starts in a fraction of a second, and
// writes the scripts by which the Pulumi CLI finds them on PATH.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");

const PLUGINS = {
  docker: "docker/main.ts",
  random: "random/main.ts",
  aws: "recorder/aws.ts",
  kubernetes: "kubernetes/main.ts",
};

/** Of the program, and bundled too: one way to a cluster. */
const BESIDE = "platforms/kubernetes/api/client.ts";

/**
 * @param {{ log?: (line: string) => void, root?: string }} [options]
 * @returns {Promise<{ binDir: string, built: boolean }>} the folder to put on PATH
 */
export async function buildPlugins({ log = () => undefined, root: target = root } = {}) {
  const bundles = join(target, ".stackbook", "plugins");
  const binDir = join(target, ".stackbook", "bin");
  const digest = sourceDigest();
  const stamp = join(bundles, "digest");
  const current = existsSync(stamp) && (await readFile(stamp, "utf8")) === digest;
  const complete = Object.keys(PLUGINS).every((name) => existsSync(join(bundles, `${name}.js`)));
  if (!current || !complete) {
    await bundle(bundles);
    await replaceFile(stamp, digest);
    log(`stand-in plugins bundled: ${Object.keys(PLUGINS).join(", ")}`);
  }
  await writeScripts(bundles, binDir);
  return { binDir, built: !current || !complete };
}

async function bundle(folder) {
  const { build } = await import(pathToFileURL(createRequire(import.meta.url).resolve("esbuild")).href);
  const temporary = `${folder}.${process.pid}`;
  await mkdir(temporary, { recursive: true });
  try {
    await build({
      entryPoints: Object.fromEntries(Object.entries(PLUGINS).map(([name, file]) => [name, join(here, file)])),
      outdir: temporary,
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      minify: true,
      keepNames: true,
      legalComments: "none",
      logLevel: "warning",
      // ssh2 comes with dockerode and tries a compiled helper; ssh is spoken by the ssh command here.
      external: ["cpu-features", "*.node"],
    });
    await mkdir(folder, { recursive: true });
    for (const name of Object.keys(PLUGINS)) await rename(join(temporary, `${name}.js`), join(folder, `${name}.js`));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function writeScripts(bundles, binDir) {
  await mkdir(binDir, { recursive: true });
  for (const name of Object.keys(PLUGINS)) {
    await writeScript(join(binDir, `pulumi-resource-${name}`), `exec node "$(dirname -- "$0")/${relative(binDir, join(bundles, `${name}.js`))}" "$@"`);
  }
}

/** Scripts name their files relative to themselves: a repository can be moved. */
async function writeScript(path, line) {
  const content = `#!/bin/sh\n${line}\n`;
  if (existsSync(path) && readFileSync(path, "utf8") === content) return;
  await replaceFile(path, content, 0o755);
}

async function replaceFile(path, content, mode = 0o644) {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, content);
  await chmod(temporary, mode);
  await rename(temporary, path);
}

/** Of everything a bundle is made from: our sources and the versions of what they import. */
function sourceDigest() {
  const digest = createHash("sha256");
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  digest.update(JSON.stringify(lock.packages ?? {}));
  for (const file of readdirSync(here, { recursive: true }).map(String).sort()) {
    if (/\.(ts|mjs)$/.test(file)) digest.update(`${file}\0${readFileSync(join(here, file))}\0`);
  }
  digest.update(readFileSync(join(root, BESIDE)));
  return digest.digest("hex");
}

if (process.argv[1] !== undefined && fileURLToPath(import.meta.url) === process.argv[1]) {
  const { binDir } = await buildPlugins({ log: (line) => console.error(line) });
  console.log(binDir);
}
