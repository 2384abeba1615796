import { createReadStream, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readAptSources } from "./host.mjs";
import { retry, run } from "./process.mjs";

/** What every image of ours differs in from a plain debootstrap. A change here changes every image. */
export const baseFiles = {
  "etc/apt/apt.conf.d/stackbook": [
    'APT::Install-Recommends "false";',
    'APT::Install-Suggests "false";',
    // Without these every layer carries 80 MB of apt's own cache.
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
    'Acquire::Languages "none";',
    "",
  ].join("\n"),
  "etc/dpkg/dpkg.cfg.d/stackbook": [
    "path-exclude /usr/share/doc/*",
    "path-include /usr/share/doc/*/copyright",
    "path-exclude /usr/share/man/*",
    "path-exclude /usr/share/info/*",
    "path-exclude /usr/share/locale/*",
    "path-exclude /usr/share/lintian/*",
    "",
  ].join("\n"),
  // No package starts its service at installation.
  "usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
  "etc/hostname": "localhost\n",
  "etc/resolv.conf": "",
};

const removed = [
  "var/cache/apt/archives/*.deb", "var/cache/apt/*.bin", "var/lib/apt/lists/*", "var/cache/debconf/*-old", "var/lib/dpkg/*-old",
  "var/log/*", "usr/share/man/*", "usr/share/info/*", "usr/share/locale/*", "usr/share/lintian/*",
  // The mirror is this machine's business.
  "etc/apt/sources.list", "etc/apt/sources.list.d/*",
];

/** The root file system of the machine's own Debian as a tarball in the cache, made if it is missing. */
export async function baseTarball({ codename, key, cacheDir, log }) {
  const tarball = join(cacheDir, `rootfs-${codename}-${key}.tar`);
  if (existsSync(tarball)) return tarball;
  if (process.getuid?.() !== 0)
    throw new Error("building the base image needs root (debootstrap makes a Debian root file system); run it once as root, or let this machine reach an image registry");
  await installDebootstrap(log);
  mkdirSync(cacheDir, { recursive: true });
  const root = mkdtempSync(join(cacheDir, "debootstrap-"));
  try {
    await retry("base", log, async () => {
      rmSync(root, { recursive: true, force: true });
      mkdirSync(root);
      log("base", `debootstrap of Debian ${codename} (about 30 s)`);
      await run("debootstrap", debootstrapArgs(codename, root));
    });
    await slim(root);
    await run("tar", ["-c", "--numeric-owner", "-C", root, "-f", `${tarball}.part`, "."]);
    renameSync(`${tarball}.part`, tarball);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return tarball;
}

function debootstrapArgs(codename, root) {
  const { uri, keyring } = readAptSources(codename).find((entry) => entry.suite === codename) ?? {};
  return [
    "--variant=minbase", "--merged-usr", "--include=adduser",
    ...(keyring !== undefined && existsSync(keyring) ? [`--keyring=${keyring}`] : []),
    codename, root, uri ?? "",
  ];
}

async function installDebootstrap(log) {
  const found = await run("sh", ["-c", "command -v debootstrap"]).catch(() => "");
  if (found !== "") return;
  log("base", "installing debootstrap by apt-get");
  const install = () => run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "debootstrap"], { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  await install().catch(async () => {
    await retry("base", log, () => run("apt-get", ["update", "-qq"]));
    await install();
  });
}

async function slim(root) {
  await run("sh", ["-ec", `cd "$1"; find usr/share/doc -type f ! -name copyright -delete; rm -rf ${removed.join(" ")}`, "slim", root]);
  for (const [path, content] of Object.entries(baseFiles)) {
    const mode = path.startsWith("usr/sbin/") ? 0o755 : 0o644;
    writeFileSync(join(root, path), content, { mode });
  }
}

/** Imports the tarball as an image. */
export async function importBase(docker, tarball, reference) {
  await docker.call(
    ["import", "--change", "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "--change", 'CMD ["bash"]', "-", reference],
    { input: createReadStream(tarball) },
  );
}
