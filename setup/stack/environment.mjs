import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { paths } from "../base/paths.mjs";

/**
 * @typedef {{ path: string[], dockerHost?: string, images: boolean }} Chosen
 * What set-up decided, kept for `npm run env`, stop and destroy.
 */

/** @param {Chosen} chosen @returns {Record<string, string>} what differs from the user's own environment */
export function ownVariables(chosen) {
  return {
    PULUMI_BACKEND_URL: `file://${paths.state}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: paths.passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...(chosen.images ? { STACKBOOK_IMAGES: paths.images } : {}),
    ...(chosen.dockerHost === undefined ? {} : { DOCKER_HOST: chosen.dockerHost }),
  };
}

/** These would outrank ours. */
export const cleared = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_STACK", "PULUMI_DIY_BACKEND_URL"];

/** The environment of our child processes. */
export function childEnvironment(chosen, base = process.env) {
  const env = { ...base, ...ownVariables(chosen) };
  for (const name of cleared) delete env[name];
  if (!chosen.images) delete env["STACKBOOK_IMAGES"];
  const path = (base["PATH"] ?? "").split(":").filter((folder) => folder !== paths.standIns && !chosen.path.includes(folder));
  return { ...env, PATH: [...chosen.path, ...path].join(":") };
}

/** Shell lines for `eval`; every value in single quotes, so that no folder name is read as code. */
export function shellExports(chosen, base = process.env) {
  const lines = cleared.filter((name) => base[name] !== undefined).map((name) => `unset ${name}`);
  if (!chosen.images && base["STACKBOOK_IMAGES"] !== undefined) lines.push("unset STACKBOOK_IMAGES");
  for (const [name, value] of Object.entries(ownVariables(chosen))) lines.push(`export ${name}=${quote(value)}`);
  // PATH itself stays an expression, so that evaluating twice does no harm and the caller's own is kept.
  const added = chosen.path.filter((folder) => !(base["PATH"] ?? "").split(":").includes(folder));
  if (added.length > 0) lines.push(`export PATH=${quote(added.join(":"))}:"$PATH"`);
  return lines.join("\n");
}

export const quote = (value) => `'${value.replaceAll("'", `'\\''`)}'`;

export function rememberChoice(chosen, file = paths.environment) {
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, `${JSON.stringify(chosen, null, 2)}\n`);
  renameSync(beside, file);
}

/** @returns {Chosen | undefined} */
export function recallChoice(file = paths.environment) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}
