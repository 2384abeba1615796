import { spawn } from "node:child_process";

/** How much of a failed command's output an error repeats. */
const TAIL_LINES = 25;

/**
 * Runs a command to its end and resolves with its standard output. Rejects with the last lines of
 * what it printed. `input` is a readable stream or a string given on standard input.
 */
export function run(command, args, { env, cwd, input, output, onLine } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: env ?? process.env, cwd, stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
    const stdout = [];
    let tail = [];
    let partial = "";
    const note = (chunk) => {
      const lines = (partial + chunk.toString()).split(/\r?\n/);
      partial = lines.pop() ?? "";
      for (const line of lines) onLine?.(line);
      tail = [...tail, ...lines].slice(-TAIL_LINES);
    };
    child.on("error", reject);
    if (output === undefined) child.stdout.on("data", (chunk) => { stdout.push(chunk); note(chunk); });
    else child.stdout.pipe(output);
    child.stderr.on("data", note);
    if (input !== undefined) {
      // The other side may stop reading first; its exit code tells why.
      child.stdin.on("error", () => undefined);
      if (typeof input === "string") child.stdin.end(input);
      else input.pipe(child.stdin);
    }
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(stdout).toString());
      const said = [...tail, partial].filter((line) => line.trim() !== "").join("\n  ");
      reject(new Error(`${command} ${args.slice(0, 3).join(" ")} ended with ${signal ?? `exit code ${code}`}:\n  ${said}`));
    });
  });
}

/** Tries `action` up to `times` times: registries and mirrors have bad moments. */
export async function retry(what, log, action, times = 3) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (attempt >= times) throw error;
      log(what, `attempt ${attempt} of ${times} failed (${firstLine(error)}), trying again`);
      await new Promise((wake) => setTimeout(wake, 2000 * attempt));
    }
  }
}

function firstLine(error) {
  return String(error instanceof Error ? error.message : error).split("\n").slice(0, 2).join(" ").trim();
}
