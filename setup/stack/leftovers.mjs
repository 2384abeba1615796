import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { paths } from "../base/paths.mjs";

/** Language hosts, dynamic providers and plugins: they serve one update and don't notice when it is killed. */
const helper = /pulumi-language-nodejs|cmd\/dynamic-provider|cmd\/run\/|pulumi-resource-|\.stackbook\/bin\/\.\.\/plugins\//;

/**
 * Helpers of an update in this clone whose process is gone. Only to be asked when no update runs here.
 * @returns {number[]} process numbers; none where there is no /proc
 */
export function leftoverHelpers({ proc = "/proc", root = paths.root } = {}) {
  return entries(proc).filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const status = readFileSync(`${proc}/${pid}/status`, "utf8");
      // Whoever's parent has died belongs to process 1.
      if (!/^PPid:\s*1$/m.test(status)) return false;
      return readlinkSync(`${proc}/${pid}/cwd`) === root && helper.test(readFileSync(`${proc}/${pid}/cmdline`, "utf8"));
    } catch {
      // Ended meanwhile, or another user's.
      return false;
    }
  });
}

export function endLeftovers(tell) {
  const pids = leftoverHelpers();
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGTERM");
    } catch {
      // Ended by itself.
    }
  }
  if (pids.length > 0) tell(`repair    ended ${pids.length} helper processes of the killed update`);
}

function entries(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
