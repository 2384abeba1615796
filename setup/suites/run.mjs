import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { paths } from "../base/paths.mjs";
import { duration } from "../base/say.mjs";
import { inLanes } from "./lanes.mjs";

/** @typedef {{ passed: number, failed: number, pending: number }} Totals */

/** Where a program's output goes: to this one's, as it comes, or kept. @typedef {"inherit" | Buffer[]} Output */

/** A tool that passes or fails as one. @param {Output} output @returns {Promise<Totals>} */
export async function runTool(command, env, output) {
  const [tool = "", ...args] = command;
  const code = await show(join(paths.modules, ".bin", tool), args, env, output);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, pending: 0 };
}

/**
 * Groups of files side by side, each in a process of its own; what one has to say comes as a whole when it is done.
 * @param {readonly (readonly string[])[]} groups @returns {Promise<Totals>}
 */
export async function runSideBySide(name, groups, lanes, env) {
  let done = 0;
  const all = await inLanes([...groups.entries()], lanes, async ([number, files]) => {
    const began = Date.now();
    const said = [];
    const totals = await runMocha(`${name}-${number}`, files, env, said);
    done += 1;
    process.stdout.write(`${Buffer.concat(said)}  ${done} of ${groups.length}: ${files.join(", ")} in ${duration((Date.now() - began) / 1000)}\n`);
    return totals;
  });
  return all.reduce(sum);
}

/** @param {Totals} one @param {Totals} other @returns {Totals} */
export const sum = (one, other) => ({ passed: one.passed + other.passed, failed: one.failed + other.failed, pending: one.pending + other.pending });

/** @param {readonly string[]} files @param {Output} output @returns {Promise<Totals>} */
export async function runMocha(name, files, env, output) {
  mkdirSync(paths.logs, { recursive: true });
  const totals = join(paths.logs, `totals-${name}-${process.pid}.json`);
  rmSync(totals, { force: true });
  const code = await show(process.execPath, [join(paths.modules, "mocha", "bin", "mocha.js"), "--reporter", join("setup", "suites", "reporter.cjs"), ...files], { ...env, STACKBOOK_TOTALS: totals }, output);
  try {
    return judge(existsSync(totals) ? JSON.parse(readFileSync(totals, "utf8")) : undefined, code);
  } finally {
    rmSync(totals, { force: true });
  }
}

/** A run that broke off, or failed without a failed test, counts as one failure more: silence is never success. */
export function judge(totals, code) {
  if (totals === undefined) return { passed: 0, failed: 1, pending: 0 };
  return { ...totals, failed: totals.failed === 0 && code !== 0 ? 1 : totals.failed };
}

/** @param {Output} output both streams' */
function show(command, args, env, output) {
  const kept = output !== "inherit";
  // What is kept is shown on this terminal all the same.
  const colours = kept && process.stdout.isTTY === true ? { FORCE_COLOR: "1" } : {};
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: paths.root, env: { ...env, ...colours }, stdio: ["ignore", kept ? "pipe" : "inherit", kept ? "pipe" : "inherit"] });
    if (kept) for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => output.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
