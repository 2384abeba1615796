import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** When a process began, in a form that only compares; undefined when it does not run. */
export function startOf(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    // Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch (error) {
    if (process.platform === "linux") return undefined;
    return ask(pid, "lstart=");
  }
}

/** The command line of a process, or undefined when it does not run. */
export function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim() || undefined;
  } catch {
    return process.platform === "linux" ? undefined : ask(pid, "command=");
  }
}

function ask(pid, field) {
  try {
    return execFileSync("ps", ["-p", String(pid), "-o", field], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim() || undefined;
  } catch {
    return undefined;
  }
}
