#!/usr/bin/env node
// Licences of what is shipped, from the lock file: every package that a stack runs with must have one that lets it be shipped.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** They ask for a notice at most. */
export const allowed = new Set(["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC-BY-3.0", "CC-BY-4.0", "CC0-1.0", "ISC", "MIT", "MIT-0", "Python-2.0", "Unlicense", "Zlib"]);

/** Packages that say it in another form than npm's; read in their LICENSE files in November 2026. */
const read = { "@logdna/tail-file": "MIT", buildcheck: "MIT", "cpu-features": "MIT", ssh2: "MIT" };

/**
 * An SPDX expression, as far as packages use them: words with AND, OR and brackets.
 * @param {string} expression
 */
export function isAllowed(expression) {
  const text = expression.replace(/^\((.*)\)$/, "$1");
  if (/ OR /.test(text)) return text.split(" OR ").some((part) => isAllowed(part.trim()));
  if (/ AND /.test(text)) return text.split(" AND ").every((part) => isAllowed(part.trim()));
  return allowed.has(text.replace(/[()]/g, "").trim());
}

/**
 * @param {{ packages?: Record<string, { version?: string, license?: string, dev?: boolean, link?: boolean, integrity?: string }> }} lock
 * @returns {string[]} what is wrong, each with what to do
 */
export function problemsIn(lock) {
  const packages = Object.entries(lock.packages ?? {}).filter(([path, { link }]) => path !== "" && link !== true);
  return packages.flatMap(([path, { dev, integrity, license, version }]) => {
    const own = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    const name = `${own} ${version ?? ""}`;
    const said = license === undefined || license.startsWith("SEE ") ? (read[own] ?? license) : license;
    return [
      ...(integrity === undefined ? [`${name} has no hash in the lock file; run npm install again`] : []),
      ...(dev === true || (said !== undefined && isAllowed(said)) ? [] : [`${name} has the licence ${said ?? "none"}; replace it, or add the licence to setup/licences.mjs when it may be shipped`]),
    ];
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, "..", "package-lock.json"), "utf8"));
  const problems = problemsIn(lock);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(`${Object.keys(lock.packages).length - 1} packages, ${problems.length} of them with a problem\n`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
