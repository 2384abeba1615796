import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generatedFolders, generatedPages } from ".";

/** `npm run docs`: writes what has changed, removes what is no longer made, and says so. */
const root = join(__dirname, "..");

function main(): void {
  const pages = generatedPages();
  const stale = generatedFolders.flatMap((folder) => filesIn(folder)).filter((path) => !(path in pages));
  const changed = Object.entries(pages).filter(([path, text]) => present(path) !== text);
  for (const path of stale) rmSync(join(root, path));
  for (const [path, text] of changed) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const lines = [...changed.map(([path]) => `wrote ${path}`), ...stale.map((path) => `removed ${path}`)];
  process.stdout.write(`${lines.length === 0 ? `all ${Object.keys(pages).length} pages are current` : lines.join("\n")}\n`);
}

function present(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return undefined;
  }
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(join(root, folder)).filter((name) => name.endsWith(".md")).map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}

main();
