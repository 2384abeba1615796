import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { defaultSystems, firstVersion } from "../base/catalogue.mjs";
import { stackFile } from "../base/paths.mjs";
import { Problem } from "../base/problem.mjs";

/**
 * What has to change in the stack file so that exactly the asked-for systems run. Systems that are no longer
 * asked for stay in it, switched off, so that their data and passwords are kept; all else is the user's.
 * @param {{ asked?: readonly string[], stack: string, values: Record<string, any>, isNew: boolean }} on
 * @returns {{ set: Record<string, string>, systems: string[], off: string[] }}
 */
export function planConfig({ asked, stack, values, isNew }) {
  const listed = values["stackbook:systems"] ?? {};
  const set = {};
  if (stack !== "dev" && values["stackbook:environment"] === undefined) set["stackbook:environment"] = "dev";
  // The demo is for a stack that is looked at for the first time; later it is the user's.
  if (isNew && values["stackbook:demo"] === undefined) Object.assign(set, { "stackbook:demo.seed": "true", "stackbook:demo.traffic": "true" });
  const running = Object.keys(listed).filter((id) => listed[id]?.enabled !== false);
  const wanted = asked ?? (Object.keys(listed).length > 0 ? running : defaultSystems);
  const off = asked === undefined ? [] : running.filter((id) => !asked.includes(id));
  for (const id of wanted) {
    if (listed[id] === undefined || listed[id] === null) set[`stackbook:systems.${id}.version`] = firstVersion;
    else if (listed[id].enabled === false) set[`stackbook:systems.${id}.enabled`] = "true";
  }
  for (const id of off) set[`stackbook:systems.${id}.enabled`] = "false";
  return { set, systems: [...wanted], off };
}

/** Applies the plan through the CLI, which keeps the file's comments and order. */
export async function applyConfig(pulumi, { set }) {
  const pairs = Object.entries(set);
  if (pairs.length === 0) return;
  await pulumi.must(["config", "set-all", "--path", ...pairs.flatMap(([key, value]) => ["--plaintext", `${key}=${value}`])], "the stack file could not be written");
}

/** Values by full key; objects are objects, secrets are left out. */
export async function readConfig(pulumi) {
  const raw = await pulumi.json(["config"], "the stack's configuration could not be read");
  return Object.fromEntries(Object.entries(raw).map(([key, { value, objectValue }]) => [key, objectValue ?? value]));
}

/**
 * A stack file of an earlier life has the salt of a passphrase that is gone; the new one can't open it.
 * Without encrypted values in it nothing is lost by dropping the salt.
 * @returns {string | undefined} what was done
 */
export function dropOldSalt(stack, file = stackFile(stack)) {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  if (!/^encryptionsalt:/m.test(text)) return undefined;
  if (/^\s*(?:-\s*)?secure:|[{,]\s*secure:/m.test(text)) {
    throw new Problem(`${file} has secrets that were encrypted with a passphrase which is no longer here`, [
      "Put that passphrase back into .stackbook/passphrase,",
      `or take the entries with \`secure:\` and the line \`encryptionsalt:\` out of ${file} and set those secrets again afterwards.`,
    ]);
  }
  writeFileSync(file, text.replace(/^encryptionsalt:.*\n?/m, ""));
  return `${file} was of a stack that is gone; its encryption salt was taken out, the settings are kept`;
}

/** A developer's: no environment said is this machine's own stack. */
export const isDevelopment = (values) => (values["stackbook:environment"] ?? "dev") === "dev";

/** The ports and address the edge will ask the engine for. */
export function edgeOf(values) {
  const edge = values["stackbook:edge"] ?? {};
  const isDev = isDevelopment(values);
  return {
    httpPort: Number(edge.httpPort ?? (isDev ? 8080 : 80)),
    httpsPort: Number(edge.httpsPort ?? (isDev ? 8443 : 443)),
    bindAddress: edge.bindAddress ?? (isDev ? "127.0.0.1" : "0.0.0.0"),
    isAcme: edge.tls?.kind === "acme",
  };
}
