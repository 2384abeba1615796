import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { paths } from "../base/paths.mjs";

/** @typedef {{ passed: number, failed: number, pending: number }} Totals */

/** A tool that passes or fails as one. @returns {Promise<Totals>} */
export async function runTool(command, env) {
  const [tool = "", ...args] = command;
  const code = await show(join(paths.modules, ".bin", tool), args, env);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, pending: 0 };
}

/** @param {readonly string[]} files @returns {Promise<Totals>} */
export async function runMocha(name, files, env) {
  mkdirSync(paths.logs, { recursive: true });
  const totals = join(paths.logs, `totals-${name}-${process.pid}.json`);
  rmSync(totals, { force: true });
  const code = await show(process.execPath, [join(paths.modules, "mocha", "bin", "mocha.js"), "--reporter", join("setup", "suites", "reporter.cjs"), ...files], { ...env, STACKBOOK_TOTALS: totals });
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

function show(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: paths.root, env, stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
