import { readFileSync, rmSync, writeFileSync } from "node:fs";

/** Runs `action` while no other process of this machine holds the lock; a dead holder's lock is taken over. */
export async function withLock(path, log, action) {
  for (let told = false; !take(path); ) {
    const holder = Number(readIfThere(path));
    if (!alive(holder)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told) log("images", `process ${holder} is building images, waiting for it`);
    told = true;
    await new Promise((wake) => setTimeout(wake, 500));
  }
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
}

function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

export function alive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
