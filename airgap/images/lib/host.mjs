import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { run } from "./process.mjs";

/*
 * What a build takes from this machine: which Debian it is, which mirrors it is told to use, and
 * whom it trusts. All of it is given to a build while it runs; none of it stays in an image.
 */

/** @returns {{ id: string, codename: string, arch: string }} */
export function readRelease() {
  const text = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  const field = (name) => new RegExp(`^${name}="?([^"\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  const codename = field("VERSION_CODENAME");
  if (!existsSync("/usr/bin/apt-get") || codename === "")
    throw new Error("images can be built from packages on Debian or Ubuntu only (no apt-get here); let this machine reach an image registry, or give images in stackbook:images");
  if (process.arch !== "x64")
    throw new Error(`images are built from packages for x64 only, this machine is ${process.arch}; give images in stackbook:images`);
  return { id: field("ID"), codename, arch: "amd64" };
}

/**
 * The machine's own Debian mirrors as one-line entries. Third-party entries are left out: their
 * keys and proxies are not the build's business.
 */
export function readAptSources(codename, root = "/etc/apt") {
  const suites = new Set([codename, `${codename}-updates`, `${codename}-security`]);
  const files = [join(root, "sources.list"), ...list(join(root, "sources.list.d"))];
  const entries = files.flatMap((file) => {
    if (!existsSync(file)) return [];
    const text = readFileSync(file, "utf8");
    return file.endsWith(".sources") ? parseDeb822(text) : parseOneLine(text);
  });
  const known = entries.filter((entry) => suites.has(entry.suite));
  if (!known.some((entry) => entry.suite === codename))
    throw new Error(`no apt source for ${codename} in ${root}; add the mirror this machine installs from`);
  return known;
}

function list(folder) {
  return existsSync(folder) ? readdirSync(folder).filter((name) => /\.(list|sources)$/.test(name)).sort().map((name) => join(folder, name)) : [];
}

export function parseOneLine(text) {
  return text.split("\n").flatMap((line) => {
    const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+(.+?)\s*(?:#.*)?$/.exec(line.trim());
    if (match === null) return [];
    const keyring = /signed-by=(\S+)/.exec(match[1] ?? "")?.[1];
    return [{ uri: match[2] ?? "", suite: match[3] ?? "", components: (match[4] ?? "").split(/\s+/), keyring }];
  });
}

export function parseDeb822(text) {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = new Map();
    for (const line of stanza.split("\n")) {
      const match = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
      if (match !== null) fields.set((match[1] ?? "").toLowerCase(), (match[2] ?? "").trim().split(/\s+/));
    }
    if (!fields.get("types")?.includes("deb") || fields.get("enabled")?.[0] === "no") return [];
    const keyring = fields.get("signed-by")?.[0];
    return (fields.get("uris") ?? []).flatMap((uri) =>
      (fields.get("suites") ?? []).map((suite) => ({ uri, suite, components: fields.get("components") ?? [], keyring: keyring?.startsWith("/") ? keyring : undefined })));
  });
}

/** Files a build container gets as /build/host: apt's sources, settings and keys, and the CA bundle. */
export async function hostFiles(codename) {
  const files = new Map();
  const sources = readAptSources(codename);
  for (const { keyring } of sources)
    if (keyring !== undefined && existsSync(keyring)) files.set(`keys/${basename(keyring)}`, readFileSync(keyring));
  files.set("sources.list", sources.map(({ uri, suite, components, keyring }) => {
    const options = keyring !== undefined && existsSync(keyring) ? ` [signed-by=/build/host/keys/${basename(keyring)}]` : "";
    return `deb${options} ${uri} ${suite} ${components.join(" ")}\n`;
  }).join(""));
  const bundle = caBundle();
  if (bundle !== undefined) files.set("ca.crt", readFileSync(bundle));
  for (const path of ["/etc/apt/auth.conf", ...authParts()])
    if (existsSync(path)) files.set("auth.conf", Buffer.concat([files.get("auth.conf") ?? Buffer.alloc(0), readFileSync(path), Buffer.from("\n")]));
  const maven = join(homedir(), ".m2/settings.xml");
  if (existsSync(maven)) files.set("maven-settings.xml", readFileSync(maven));
  const pip = ["/etc/pip.conf", join(homedir(), ".config/pip/pip.conf")].find((path) => existsSync(path));
  if (pip !== undefined) files.set("pip.conf", readFileSync(pip));
  files.set("apt.conf", await aptSettings(files));
  files.set("environment", Object.entries(process.env)
    .filter(([name]) => /^(https?|no|ftp)_proxy$/i.test(name))
    .map(([name, value]) => `export ${name}='${(value ?? "").replaceAll("'", "'\\''")}'\n`).join(""));
  return files;
}

function authParts() {
  return existsSync("/etc/apt/auth.conf.d") ? readdirSync("/etc/apt/auth.conf.d").map((name) => join("/etc/apt/auth.conf.d", name)) : [];
}

export function caBundle() {
  return [process.env.NODE_EXTRA_CA_CERTS, process.env.SSL_CERT_FILE, "/etc/ssl/certs/ca-certificates.crt"]
    .find((path) => path !== undefined && path !== "" && existsSync(path));
}

/** The machine's Acquire settings (proxy, date checks), pointed at /build/host for everything else. */
async function aptSettings(files) {
  const dump = await run("apt-config", ["dump"]).catch(() => "");
  const taken = dump.split("\n").filter((line) => /^Acquire::(http|https|ftp|Check-|Retries|ForceIPv)/i.test(line) && !/CaInfo|CaPath/i.test(line));
  return [
    ...taken,
    'Acquire::Retries "3";',
    'Dir::Etc::sourcelist "/build/host/sources.list";',
    'Dir::Etc::sourceparts "/nonexistent";',
    files.has("auth.conf") ? 'Dir::Etc::netrc "/build/host/auth.conf";' : "",
    files.has("ca.crt") ? 'Acquire::https::CaInfo "/build/host/ca.crt";' : "",
    "",
  ].join("\n");
}
