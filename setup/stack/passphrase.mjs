import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { paths } from "../base/paths.mjs";
import { Problem } from "../base/problem.mjs";
import { hasState } from "./state.mjs";

/**
 * The passphrase that encrypts the stack's secrets: made once, readable by its owner alone.
 * @returns {{ made: boolean, said?: string }}
 */
export function ensurePassphrase({ file = paths.passphrase, state = paths.state } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) {
    if (readFileSync(file, "utf8").trim() === "") throw lost(`${file} is empty`);
    const mode = statSync(file).mode & 0o777;
    if ((mode & 0o077) === 0) return { made: false };
    chmodSync(file, 0o600);
    return { made: false, said: `passphrase others could read ${file} (mode ${mode.toString(8).padStart(4, "0")}); now its owner alone can (0600)` };
  }
  if (hasState(state)) throw lost(`${file} is missing, and without it the secrets of the existing state in ${state} can't be read`);
  const beside = `${file}.${process.pid}`;
  writeFileSync(beside, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  try {
    linkSync(beside, file);
  } finally {
    unlinkSync(beside);
  }
  return { made: true, said: `passphrase generated into ${file} (0600, git-ignored); keep a copy: without it the stack's secrets are lost` };
}

/** @param {string} what */
export function lost(what) {
  return new Problem(`the stack's passphrase is lost: ${what}`, [
    "Put the same passphrase back: from a copy of .stackbook/passphrase (mode 0600), or from whoever started this stack.",
    "Nobody can recover it. To start anew with new passwords:",
    "  npm run destroy -- --forget          takes the containers away and puts the state aside; data volumes are kept,",
    "                                       but their passwords were in that state",
    "  npm run destroy -- --forget --data   removes the data volumes as well",
  ]);
}

/** What the CLI says when the passphrase is another one than the stack was made with. */
export const isWrongPassphrase = (text) => /incorrect passphrase|passphrase must be set|constructing secrets manager/i.test(text);
