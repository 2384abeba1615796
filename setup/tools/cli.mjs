import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { paths } from "../base/paths.mjs";
import { explain, Problem } from "../base/problem.mjs";
import { must, onPath, run } from "../base/run.mjs";
import { lockedVersion } from "./modules.mjs";

/** The oldest CLI that runs our programs and policy packs; airgap/toolchain builds this one. */
export const oldestCli = [3, 170, 0];

const installer = "https://get.pulumi.com";

/** @returns {[number, number, number] | undefined} */
export function parseVersion(text) {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/m.exec(text.trim());
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

export function isNewEnough(version, oldest = oldestCli) {
  if (version === undefined) return false;
  for (let at = 0; at < 3; at += 1) if (version[at] !== oldest[at]) return version[at] > oldest[at];
  return true;
}

/**
 * Which CLI will be used, decided before anything is installed.
 * @param {{ found?: { file: string, version?: number[], host: boolean }, reach: { reached: boolean, why: string }, online: boolean }} facts
 * @returns {{ way: "found" | "official" | "build", why: string, short?: string }} short: without what the announcement said
 */
export function chooseCli({ found, reach }) {
  if (found !== undefined && isNewEnough(found.version) && found.host) {
    return { way: "found", why: `Pulumi ${found.version?.join(".")} at ${found.file}` };
  }
  const lacking =
    found === undefined
      ? "no pulumi on the PATH"
      : !isNewEnough(found.version)
        ? `${found.file} is ${found.version?.join(".") ?? "of no known version"}, and ${oldestCli.join(".")} is needed`
        : `${found.file} has no pulumi-language-nodejs beside it`;
  return reach.reached ? { way: "official", why: `${lacking}; ${reach.why}`, short: reach.why } : { way: "build", why: `${lacking}; ${reach.why}`, short: reach.why };
}

/** A CLI on the PATH, or one that an earlier run installed. */
export async function findCli() {
  const earlier = join(officialFolder(), "bin", "pulumi");
  let first;
  for (const file of [onPath("pulumi"), existsSync(earlier) ? earlier : undefined]) {
    if (file === undefined) continue;
    const { out } = await run(file, ["version"], { env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" }, timeoutSeconds: 20 }).catch(() => ({ out: "" }));
    const host = onPath("pulumi-language-nodejs", `${dirname(file)}:${process.env["PATH"] ?? ""}`) !== undefined;
    const found = { file, version: parseVersion(out), host };
    if (isNewEnough(found.version) && host) return found;
    first ??= found;
  }
  return first;
}

function officialFolder() {
  return join(paths.cache, `pulumi-${lockedVersion("@pulumi/pulumi")}`);
}

/** @returns {Promise<{ bin: string, said: string }>} the folder that goes first on the PATH */
export async function installCli(choice, found, log, force) {
  if (choice.way === "found") return { bin: dirname(found.file), said: choice.why };
  if (choice.way === "official") {
    try {
      return await installOfficial(choice, log);
    } catch (error) {
      if (force === "online" || !(error instanceof Problem)) throw error;
      log(`the official installer failed (log: .stackbook/logs/pulumi-install.log); building from Go modules`);
    }
  }
  const { buildToolchain } = await import("../../airgap/toolchain/build.mjs");
  const { binDir } = await explain("the Pulumi CLI could not be built", buildToolchain({ log, cacheDir: paths.cache }));
  return { bin: binDir, said: `Pulumi ${oldestCli.join(".")} built from Go modules (${choice.short})` };
}

async function installOfficial(choice, log) {
  const version = lockedVersion("@pulumi/pulumi");
  const folder = officialFolder();
  const fetch = onPath("curl") !== undefined ? `curl -fsSL ${installer}` : `wget -qO- ${installer}`;
  log(`the official installer, Pulumi ${version} into ${folder}`);
  // The installer's own PATH edit and home folder are left out: nothing of the user's is changed.
  await must("sh", ["-c", `set -e; script=$(${fetch}); printf '%s\\n' "$script" | sh -s -- --version ${version} --install-root '${folder}' --no-edit-path`], { log: "pulumi-install.log" }, "Pulumi's installer failed", "`npm start -- --offline` builds it from Go modules.");
  const bin = join(folder, "bin");
  if (!existsSync(join(bin, "pulumi"))) throw new Problem(`Pulumi's installer left no ${join(bin, "pulumi")}`, "See .stackbook/logs/pulumi-install.log.");
  return { bin, said: `Pulumi ${version} by the official installer (${choice.short})` };
}
