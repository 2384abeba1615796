import { Problem } from "./problem.mjs";

/**
 * Ctrl-C and kill: an update is let come to a halt, so that nothing is cut off; the second time everything
 * ends at once.
 */
const children = new Set();
/** What else is under way, and can be told to stop. */
const works = new Set();
let stopped = "";
let watching = false;

/** Once for a process, however many updates it makes: two that listen would take one signal for two. */
export function watchSignals(out = process.stderr) {
  if (watching) return;
  watching = true;
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      const again = stopped !== "";
      stopped = signal;
      if (again || (children.size === 0 && works.size === 0)) {
        for (const child of children) child.kill("SIGKILL");
        process.exit(130);
      }
      out.write(`\n${signal === "SIGINT" ? "Ctrl-C" : "Asked to stop"}: waiting until what is under way has come to a halt (once more: at once)\n`);
      for (const stop of works) stop();
      // A terminal's Ctrl-C reaches the children by itself; a kill doesn't. Pulumi takes both as "come to a halt".
      if (signal === "SIGTERM") for (const child of children) child.kill("SIGINT");
    });
  }
}

/** @param {import("node:child_process").ChildProcess} child */
export function watchChild(child) {
  children.add(child);
  child.once("close", () => children.delete(child));
}

/** @param {() => void} stop @returns {() => void} called when the work is over */
export function watchWork(stop) {
  works.add(stop);
  return () => works.delete(stop);
}

/** Thrown when a child has ended because we were told to stop. */
export function interruption() {
  return stopped === "" ? undefined : new Problem("stopped before it was done", "Run it again: it goes on where this stopped.", 130);
}
