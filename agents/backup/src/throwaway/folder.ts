import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { dataDirectory, scratchDirectory } from "../../../../backups/settings";

/** Disk for what is gone again soon: the scratch volume where there is one, otherwise the agent's own. */
export function scratchRoot(): string {
  const usable = [scratchDirectory, dataDirectory].find((folder) => {
    try {
      accessSync(folder, constants.W_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (usable === undefined) throw new Error(`neither ${scratchDirectory} nor ${dataDirectory} can be written; mount a volume that belongs to uid 1000`);
  return usable;
}

const prefix = "throwaway-";
/** Older ones belong to nobody: no drill takes as long. */
const oldestMs = 24 * 3600_000;

/** A folder of its own, wiped by `stop`; what a killed run left behind is wiped now. */
export function scratchFolder(): string {
  const root = scratchRoot();
  for (const name of readdirSync(root).filter((one) => one.startsWith(prefix))) {
    const path = join(root, name);
    if (existsSync(path) && Date.now() - statSync(path).mtimeMs > oldestMs) rmSync(path, { recursive: true, force: true });
  }
  return mkdtempSync(join(root, prefix));
}
