import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { alive } from "./lock.mjs";

/** Removes what a build that was killed left behind. Everything of a build carries its process id. */
export async function removeLeftovers(docker, cacheDir) {
  for (const [kind, list] of [["container", ["ps", "-a", "--format", "{{.Names}}"]], ["volume", ["volume", "ls", "--format", "{{.Name}}"]]]) {
    const names = (await docker.call([...list, "--filter", "name=stackbook-airgap-"])).split("\n");
    for (const name of names) {
      const pid = /^stackbook-airgap-(?:build-[a-z-]+|lists)-(\d+)$/.exec(name)?.[1];
      if (pid !== undefined && !alive(Number(pid))) await docker.remove(kind, name);
    }
  }
  // The lock on the folder is held: nobody else is making anything in it.
  for (const name of readdirSync(cacheDir))
    if (/^(making|debootstrap)-|\.part$/.test(name)) rmSync(join(cacheDir, name), { recursive: true, force: true });
}
