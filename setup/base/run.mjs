import { spawn } from "node:child_process";
import { accessSync, constants, createWriteStream, existsSync, mkdirSync, renameSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { paths } from "./paths.mjs";
import { Problem } from "./problem.mjs";
import { interruption, watchChild } from "./signals.mjs";

/**
 * Runs a program to its end and hands back what it wrote. Never throws for an exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, log?: string, onLine?: (line: string, stream: "out" | "err") => void, input?: string, timeoutSeconds?: number }} [options]
 * `log`: a file in .stackbook/logs that gets everything it writes.
 * @returns {Promise<{ code: number, out: string, err: string }>}
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd ?? paths.root,
      env: options.env ?? process.env,
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    watchChild(child);
    const file = options.log === undefined ? undefined : openLog(options.log, `$ ${command} ${args.join(" ")}\n`);
    const timer = options.timeoutSeconds === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), options.timeoutSeconds * 1000);
    const texts = { out: "", err: "" };
    for (const [stream, from] of /** @type {const} */ ([["out", child.stdout], ["err", child.stderr]])) {
      let rest = "";
      from.setEncoding("utf8");
      from.on("data", (text) => {
        texts[stream] += text;
        file?.write(text);
        if (options.onLine === undefined) return;
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) options.onLine(line, stream);
      });
      from.on("end", () => {
        if (rest !== "") options.onLine?.(rest, stream);
      });
    }
    child.on("error", (error) => {
      clearTimeout(timer);
      file?.end();
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      file?.end(`[exit ${code ?? signal}]\n`);
      const stopped = interruption();
      if (stopped !== undefined) return reject(stopped);
      resolve({ code: code ?? 128, ...texts });
    });
    if (options.input !== undefined) child.stdin?.end(options.input);
  });
}

/** Like `run`, but an exit code other than 0 is a Problem that shows the last lines and names the log. */
export async function must(command, args, options, what, fix = []) {
  const ended = await run(command, args, options);
  if (ended.code === 0) return ended;
  const tail = `${ended.out}\n${ended.err}`.split("\n").filter((line) => line.trim() !== "").slice(-12);
  throw new Problem(`${what} (\`${[command, ...args].join(" ")}\` ended with ${ended.code}):`, [
    ...tail,
    ...(options?.log === undefined ? [] : [`The whole log: .stackbook/logs/${options.log}`]),
    ...(typeof fix === "string" ? [fix] : fix),
  ]);
}

/** Where a program lies on the PATH, or undefined. */
export function onPath(program, path = process.env["PATH"] ?? "") {
  for (const folder of path.split(delimiter)) {
    if (folder === "") continue;
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      if (statSync(file).isFile()) return file;
    } catch {
      // Not here; the next folder may have it.
    }
  }
  return undefined;
}

/** Appends; a log that has grown large is started anew, with the one before kept. */
export function openLog(name, head) {
  mkdirSync(paths.logs, { recursive: true });
  const place = join(paths.logs, name);
  if (existsSync(place) && statSync(place).size > 5_000_000) renameSync(place, `${place}.1`);
  const file = createWriteStream(place, { flags: "a" });
  file.write(`\n[${new Date().toISOString()}] ${head}`);
  return file;
}
