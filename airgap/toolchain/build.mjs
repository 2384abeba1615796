// Builds the Pulumi CLI and its Node language host from Go modules, for machines that reach a
// module mirror but no download server. What was built is kept in the user's cache.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { arch, homedir, platform } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, buildArguments } from "../go.mjs";
import { withLock } from "./lock.mjs";

const here = dirname(fileURLToPath(import.meta.url));

export const CLI_VERSION = "3.170.0";
/** What the CLI's go.mod asks for; older ones would try to download a newer toolchain. */
const GO_NEEDED = [1, 24];

const PROGRAMS = [
  { module: "cli", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", binary: "pulumi", version: CLI_VERSION },
  { module: "nodehost", package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs", binary: "pulumi-language-nodejs", version: "3.68.0" },
];

const VERSION_FLAG = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

// The CLI's own archive carries these two beside it. The CLI starts them in the folder of the
// program, or of the policy pack, whose SDK they then run.
const SCRIPTS = {
  "pulumi-resource-pulumi-nodejs": "dynamic-provider",
  "pulumi-analyzer-policy": "run-policy-pack",
};

/**
 * @param {{ log?: (line: string) => void, cacheDir?: string }} [options] cacheDir: default `${XDG_CACHE_HOME:-~/.cache}/stackbook`
 * @returns {Promise<{ binDir: string, built: boolean }>} the folder to put on PATH
 */
export async function buildToolchain({ log = () => undefined, cacheDir = defaultCacheDir() } = {}) {
  const go = await goVersion();
  const folder = join(cacheDir, "toolchain", await digestOf(go));
  const binDir = join(folder, "bin");
  if (existsSync(binDir)) {
    await writeScripts(binDir);
    return { binDir, built: false };
  }
  await mkdir(dirname(folder), { recursive: true });
  return withLock(`${folder}.lock`, log, async () => {
    if (existsSync(binDir)) return { binDir, built: false }; // by the run that was waited for
    const temporary = await mkdtemp(`${folder}.`);
    try {
      const bin = join(temporary, "bin");
      await mkdir(bin);
      // Side by side: one downloads while the other compiles, and the host is done in a fifth of the time.
      await Promise.all(PROGRAMS.map((program) => compile(program, bin, log)));
      await writeScripts(bin);
      await mkdir(folder, { recursive: true });
      // Another run's result is as good: what is in the folder is decided by its name.
      await rename(bin, binDir).catch((error) => {
        if (!existsSync(binDir)) throw error;
      });
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return { binDir, built: true };
  });
}

async function compile({ module, package: source, binary, version }, bin, log) {
  const started = Date.now();
  log(`building ${binary} ${version} from Go modules (this takes minutes the first time)`);
  await build({ folder: join(here, module), flags: `-s -w -X ${VERSION_FLAG}=v${version}`, output: join(bin, binary), packages: [source] });
  log(`${binary} ${version} built in ${Math.round((Date.now() - started) / 1000)} s`);
}

async function goVersion() {
  const needed = GO_NEEDED.join(".");
  const found = await promisify(execFile)("go", ["env", "GOVERSION"], { env: { ...process.env, GOTOOLCHAIN: "local" } }).catch(() => undefined);
  if (found === undefined) {
    throw new Error(`The Pulumi CLI has to be built here, and Go is not installed: install Go ${needed} or newer and put it on PATH, or install the Pulumi CLI yourself.`);
  }
  const version = found.stdout.trim();
  const [major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number);
  if (major < GO_NEEDED[0] || (major === GO_NEEDED[0] && minor < GO_NEEDED[1])) {
    throw new Error(`The Pulumi CLI has to be built here, and ${version} is too old: install Go ${needed} or newer, or install the Pulumi CLI yourself.`);
  }
  return version;
}

/** Whatever changes what comes out changes the folder's name. */
async function digestOf(go) {
  const digest = createHash("sha256").update(JSON.stringify([go, platform(), arch(), PROGRAMS, buildArguments, VERSION_FLAG]));
  for (const { module } of PROGRAMS) {
    for (const file of ["go.mod", "go.sum"]) digest.update(await readFile(join(here, module, file)));
  }
  return `${CLI_VERSION}-${digest.digest("hex").slice(0, 16)}`;
}

async function writeScripts(bin) {
  for (const [name, command] of Object.entries(SCRIPTS)) {
    const path = join(bin, name);
    const content = `#!/bin/sh
script=$(node -p 'require.resolve("@pulumi/pulumi/cmd/${command}", { paths: [process.cwd()] })') || exit 1
exec node "$script" "$@"
`;
    if ((await readFile(path, "utf8").catch(() => "")) === content) continue;
    const temporary = `${path}.${process.pid}`;
    await writeFile(temporary, content);
    await chmod(temporary, 0o755);
    await rename(temporary, path);
  }
}

function defaultCacheDir() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "stackbook");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { binDir } = await buildToolchain({ log: (line) => console.error(line) });
    console.log(binDir);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
