import { existsSync, readFileSync } from "node:fs";
import { stackFile } from "../base/paths.mjs";

/**
 * The few facts of the stack file that decide which images are needed, before there is a CLI to ask.
 * A wrong guess costs an image too many or a pull, never a wrong deployment.
 */
export function readConfigFile(stack, file = stackFile(stack)) {
  const text = existsSync(file) ? readFileSync(file, "utf8").replace(/(^|\s)#.*$/gm, "$1") : "";
  return {
    acme: /kind:\s*["']?acme\b/.test(text),
    redisFor: /\bredis:\s*true\b/.test(text) ? ["fetms"] : [],
    watched: !isOff("monitoring", text),
    backedUp: !isOff("backups", text),
  };
}

const isOff = (key, text) => new RegExp(`stackbook:${key}(\\.enabled:|:\\s*\\{?\\s*["']?enabled["']?:)\\s*["']?false\\b`).test(text);

/** The systems the stack file names and doesn't switch off, for a run that names none. */
export function systemsInFile(stack, known, file = stackFile(stack)) {
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  if (!/stackbook:systems:/.test(text)) return undefined;
  const named = known.filter((id) => new RegExp(`(^|[\\s{,])["']?${id}["']?:(\\s|$)`, "m").test(text));
  return named.length > 0 ? named : undefined;
}
