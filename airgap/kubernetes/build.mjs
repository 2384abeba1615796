// Builds what a cluster's API is made of, for tests: kube-apiserver, kube-controller-manager, kube-scheduler and kwok, which
// plays the nodes, from Go modules; etcd from Debian's package. What was built is kept in the user's cache.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { arch, homedir, platform, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, run } from "../go.mjs";
import { withLock } from "../toolchain/lock.mjs";

const here = dirname(fileURLToPath(import.meta.url));

const VERSION = "1.33.13";
const [MAJOR, MINOR] = VERSION.split(".");
const VERSION_OF = "k8s.io/component-base/version";

/** Their own packages are 2,300, nearly all of them the same for all three, so they are built by one command. */
const PROGRAMS = [
  {
    module: "control-plane",
    packages: ["kube-apiserver", "kube-controller-manager", "kube-scheduler"].map((name) => `k8s.io/kubernetes/cmd/${name}`),
    flags: `-s -w -X ${VERSION_OF}.gitVersion=v${VERSION} -X ${VERSION_OF}.gitMajor=${MAJOR} -X ${VERSION_OF}.gitMinor=${MINOR}`,
  },
  { module: "kwok", packages: ["sigs.k8s.io/kwok/cmd/kwok"], flags: "-s -w" },
];
const ETCD = "etcd-server";

/**
 * @param {{ log?: (line: string) => void, cacheDir?: string }} [options] cacheDir: default `${XDG_CACHE_HOME:-~/.cache}/stackbook`
 * @returns {Promise<{ binDir: string, stages: string, built: boolean }>} the programs' folder, and what kwok's nodes do
 */
export async function buildKubernetes({ log = () => undefined, cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "stackbook") } = {}) {
  const folder = join(cacheDir, "kubernetes", await digestOf());
  const binDir = join(folder, "bin");
  const stages = join(here, "stages", "nodes-and-pods.yaml");
  if (existsSync(binDir)) return { binDir, stages, built: false };
  await mkdir(dirname(folder), { recursive: true });
  return withLock(`${folder}.lock`, log, async () => {
    if (existsSync(binDir)) return { binDir, stages, built: false }; // by the run that was waited for
    const temporary = await mkdtemp(`${folder}.`);
    try {
      const bin = join(temporary, "bin");
      await mkdir(bin);
      for (const program of PROGRAMS) await compile(program, bin, log);
      await unpackEtcd(bin, log);
      await mkdir(folder, { recursive: true });
      await rename(bin, binDir);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return { binDir, stages, built: true };
  });
}

/** Below everything else that the machine does: on 2 cores it takes a quarter of an hour alone, and an hour beside other work. */
async function compile({ flags, module, packages }, bin, log) {
  const started = Date.now();
  log(`building ${packages.map((name) => name.split("/").at(-1)).join(", ")} from Go modules (the first time this takes 20 to 60 minutes)`);
  await build({ folder: join(here, module), flags, output: `${bin}/`, packages, nice: 15 });
  log(`built in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Nothing is installed: the package is only unpacked. */
async function unpackEtcd(bin, log) {
  log(`unpacking Debian's ${ETCD}`);
  const folder = await mkdtemp(join(tmpdir(), "stackbook-etcd-"));
  try {
    // apt fetches as a user of its own, which must be able to write here.
    await run("chmod", ["755", folder], folder, process.env);
    await run("apt-get", ["download", "-o", "APT::Sandbox::User=root", ETCD], folder, process.env);
    await run("sh", ["-c", `dpkg-deb -x ./${ETCD}_*.deb unpacked`], folder, process.env);
    await cp(join(folder, "unpacked", "usr", "bin", "etcd"), join(bin, "etcd"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whatever changes what comes out changes the folder's name. */
async function digestOf() {
  const { stdout } = await promisify(execFile)("go", ["env", "GOVERSION"], { env: { ...process.env, GOTOOLCHAIN: "local" } }).catch(() => {
    throw new Error("a Kubernetes API has to be built for this test, and Go is not installed: install Go 1.24 or newer and put it on PATH");
  });
  const digest = createHash("sha256").update(JSON.stringify([stdout.trim(), platform(), arch(), PROGRAMS, ETCD]));
  for (const { module } of PROGRAMS) {
    for (const file of ["go.mod", "go.sum"]) digest.update(await readFile(join(here, module, file)));
  }
  return `${VERSION}-${digest.digest("hex").slice(0, 16)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { binDir } = await buildKubernetes({ log: (line) => console.error(line) });
    console.log(binDir);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
