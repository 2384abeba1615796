import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Clone, Said } from "./clone";

/** A command that is under way, in a group of processes of its own as a terminal's are. */
export interface Going {
  /** Waits until it has said this. @throws when it ends without */
  until(text: RegExp): Promise<void>;
  /** Ctrl-C, as a terminal sends it: to the command and to everything that it started. */
  interrupt(): void;
  readonly ended: Promise<Said>;
}

export function begin(clone: Clone, ...argv: readonly string[]): Going {
  const child = spawn(process.execPath, [join(clone.folder, "operations/bin.cjs"), ...argv, "--stack", clone.stack], { cwd: clone.folder, env: clone.env, detached: true });
  let [output, out] = ["", ""];
  const waiting = new Set<() => void>();
  const heard = (): void => waiting.forEach((wake) => wake());
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString("utf8");
    output += chunk.toString("utf8");
    heard();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    output += chunk.toString("utf8");
    heard();
  });
  child.stdin.end();
  const ended = new Promise<Said>((resolve, reject) => {
    child.on("error", reject).on("close", (code) => {
      resolve({ code: code ?? -1, output, out });
      heard();
    });
  });
  return {
    ended,
    until: (text) => new Promise((resolve, reject) => {
      const look = (): void => {
        if (text.test(output)) resolve();
        else if (child.exitCode !== null || child.signalCode !== null) reject(new Error(`stackbook ${argv.join(" ")} ended without ${String(text)}:\n${output}`));
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    }),
    interrupt: () => {
      assert.ok(child.pid !== undefined, "it has begun");
      process.kill(-child.pid, "SIGINT");
    },
  };
}
