import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { paths } from "../base/paths.mjs";

/** In the order of running: what needs no set-up comes first, side by side, the longest at once. */
export const suites = {
  unit: { title: "unit", folder: "test/unit" },
  lint: { title: "lint", command: ["eslint", "."] },
  types: { title: "types", command: ["tsc", "--noEmit", "-p", "tsconfig.json"] },
  policies: { title: "policies", folder: "test/policies" },
  // Most of their time they wait for programs, containers and their health: as many files at a time as there are cores.
  engine: {
    title: "engine (real Pulumi CLI)", folder: "test/engine", needsSetUp: true,
    lanes: { together: ["test/engine/alerts", "test/engine/monitoring", "test/engine/routing"], first: ["test/engine/platforms/daemon.test.ts", "test/engine/program/stacks.test.ts"] },
  },
  e2e: {
    title: "end to end (real Docker)", folder: "test/e2e", needsSetUp: true,
    lanes: {
      together: ["test/e2e/edge", "test/e2e/images", "test/e2e/reference-app"],
      first: ["test/e2e/backups/stack.test.ts", "test/e2e/setup/start.test.mjs", "test/e2e/replacement.test.ts", "test/e2e/systems.test.ts"],
    },
  },
};

/** `x.full.ts`: only in test:full; a first line `// Slow: ...` says why. */
export const isSlow = (name) => /\.full\.(ts|mjs)$/.test(name);
const isTest = (name) => /\.test\.(ts|mjs)$/.test(name) || isSlow(name);

/**
 * @param {string} folder @param {{ full: boolean, root?: string }} options
 * @returns {{ files: string[], left: { file: string, why: string }[] }}
 */
export function testFiles(folder, { full, root = paths.root }) {
  const place = join(root, folder);
  if (!existsSync(place)) return { files: [], left: [] };
  const all = readdirSync(place, { recursive: true, encoding: "utf8" }).filter(isTest).sort().map((name) => join(place, name));
  const left = full ? [] : all.filter(isSlow);
  return {
    files: all.filter((file) => !left.includes(file)).map((file) => relative(root, file)),
    left: left.map((file) => ({ file: relative(root, file), why: reasonIn(readFileSync(file, "utf8")) })),
  };
}

const reasonIn = (text) => /^\/\/ Slow: (.+)/m.exec(text)?.[1]?.trim() ?? "needs what takes long to build";
