import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const GRACE_MS = 5000;

/**
 * Runs `work` while holding the folder `path`: making a folder is atomic on every file system. A
 * holder that died is noticed by its process id.
 */
export async function withLock(path, log, work) {
  let told = false;
  while (!(await taken(path))) {
    const holder = await readFile(join(path, "pid"), "utf8").catch(() => undefined);
    if (!holder ? await isOld(path) : !alive(Number(holder))) {
      await rm(path, { recursive: true, force: true });
      continue;
    }
    // Empty for a moment: its maker is about to write who it is.
    if (!told && holder) log(`waiting for process ${holder}, which is building the same (${path})`);
    told ||= Boolean(holder);
    await sleep(holder ? 500 : 50);
  }
  try {
    return await work();
  } finally {
    await rm(path, { recursive: true, force: true });
  }
}

async function taken(path) {
  try {
    await mkdir(path);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  await writeFile(join(path, "pid"), String(process.pid));
  return true;
}

/** Killed between making the folder and writing its id. */
async function isOld(path) {
  const made = await stat(path).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs > GRACE_MS;
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
