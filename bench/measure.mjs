import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { interruption, watchChild } from "../setup/base/signals.mjs";

/**
 * @typedef {{ seconds: number, cpuSeconds: number, programMiB: number, treeMiB: number }} Measure
 * `cpuSeconds`: user and system time of the command and everything it started. `programMiB`: peak resident
 * memory of the process that runs the Pulumi program, 0 where there is none. `treeMiB`: peak of all together.
 */

/** Between two looks at the processes; a process that ends loses at most this much of its CPU time. */
const everyMs = 40;

/** Linux counts CPU time in hundredths of a second for every architecture that Node runs on. */
const tick = 1 / 100;
const pageMiB = 4096 / 1024 / 1024;

/**
 * Runs a command and watches its tree of processes. CPU time is read from /proc, because the CLI kills its
 * plugins instead of waiting for them, so that their time is missing in what `time` or rusage says.
 * @param {string} command @param {readonly string[]} args @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Measure & { out: string }>} an exit code other than 0 is an error with what was said
 */
export function measure(command, args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const asked = interruption();
    if (asked !== undefined) return reject(asked);
    const began = process.hrtime.bigint();
    const child = spawn(command, [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    watchChild(child);
    const tree = new Tree(child.pid ?? 0);
    const timer = setInterval(() => tree.look(), everyMs);
    let out = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (out += text));
    let seconds = 0;
    child.on("exit", () => (seconds = Number(process.hrtime.bigint() - began) / 1e9));
    child.on("error", (error) => {
      clearInterval(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearInterval(timer);
      const stopped = interruption();
      if (stopped !== undefined) return reject(stopped);
      if (code !== 0) return reject(new Error(`${command} ${args.join(" ")} ended with ${code ?? signal}:\n${out.trim().split("\n").slice(-30).join("\n")}`));
      resolve({ seconds, ...tree.sum(), out });
    });
  });
}

/**
 * Between two commands Ctrl-C would end us at once, with a stack left running: while this holds, it only lets
 * the next command be refused. Twice still ends everything.
 * @returns {() => void} lets go
 */
export function holdOn() {
  const placeholder = Object.assign(new EventEmitter(), { kill: () => true });
  watchChild(placeholder);
  return () => void placeholder.emit("close");
}

/** What is known of one command's processes, gathered look by look. */
class Tree {
  /** By process: a number is used again only after thousands of others, far later than one command's end. */
  #known = new Map();
  #programMiB = 0;
  #treeMiB = 0;

  constructor(root) {
    this.#known.set(root, 0);
  }

  look() {
    const all = processes();
    // Children come after their parents in number, save when numbers start anew: so until nothing is found any more.
    for (let found = true; found; ) {
      found = false;
      for (const { pid, parent } of all) {
        if (this.#known.has(pid) || !this.#known.has(parent)) continue;
        this.#known.set(pid, 0);
        found = true;
      }
    }
    let together = 0;
    for (const { pid, cpuSeconds, residentMiB } of all) {
      if (!this.#known.has(pid)) continue;
      this.#known.set(pid, cpuSeconds);
      together += residentMiB;
      if (runsProgram(pid)) this.#programMiB = Math.max(this.#programMiB, residentMiB);
    }
    this.#treeMiB = Math.max(this.#treeMiB, together);
  }

  sum() {
    const cpuSeconds = [...this.#known.values()].reduce((sum, one) => sum + one, 0);
    return { cpuSeconds, programMiB: this.#programMiB, treeMiB: this.#treeMiB };
  }
}

function processes() {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? read(`/proc/${name}/stat`) : undefined;
    if (stat === undefined) return [];
    // The program's name stands in brackets and may hold spaces and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
    const [parent, user, system, pages] = [fields[1], fields[11], fields[12], fields[21]];
    return [{ pid, parent, cpuSeconds: (user + system) * tick, residentMiB: pages * pageMiB }];
  });
}

/** The Node process in which Pulumi runs a program, not a plugin and not the CLI. */
const runsProgram = (pid) => /@pulumi\/pulumi\/cmd\/run(\/index\.js)?(\0|$)/.test(read(`/proc/${pid}/cmdline`) ?? "");

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // It has ended since it was listed.
    return undefined;
  }
}
