import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// TypeScript, which the tests' loader knows by `require` only.
export const { freePort, freePorts } = createRequire(import.meta.url)("../../support/ports.ts");
const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
/** Stacks of this clone's own, of other tests too, which come and go. */
const isStackFile = (name) => /^Pulumi\.(?!staging\.|prod\.|example\.).+\.yaml$/.test(name);
const leftOut = (name) => [".git", ".stackbook", "node_modules"].includes(name) || isStackFile(name);

/** A clone of its own, as a user has it: own state, own stack, own ports. Packages and cache are shared. */
export class Clone {
  constructor(stack) {
    this.stack = stack;
    this.folder = mkdtempSync(join(tmpdir(), "stackbook-clone-"));
    cpSync(root, this.folder, { recursive: true, filter: (from) => dirname(from) !== root || !leftOut(basename(from)) });
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
  }

  path(...parts) {
    return join(this.folder, ...parts);
  }

  async usePorts() {
    const [http, https] = await freePorts(2);
    this.ports = { http, https };
    writeFileSync(this.path(`Pulumi.${this.stack}.yaml`), `config:\n  # mine\n  stackbook:monitoring: { enabled: false }\n  stackbook:edge: { httpPort: ${this.ports.http}, httpsPort: ${this.ports.https} }\n`);
    return this.ports;
  }

  /** Starts a command and hands back the process, what it wrote so far, and its end. */
  begin(command, args = [], env = {}) {
    const child = spawn(process.execPath, [join("setup", `${command}.mjs`), "--stack", this.stack, ...args], { cwd: this.folder, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const begun = { child, output: "", ended: undefined };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (begun.output += text));
    begun.ended = new Promise((resolve) => child.on("close", (code) => resolve({ code, output: begun.output })));
    return begun;
  }

  async run(command, args = [], env = {}) {
    return this.begin(command, args, env).ended;
  }

  /** Throws with the whole output when it fails. */
  async must(command, args = [], env = {}) {
    const { code, output } = await this.run(command, args, env);
    if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}`);
    return output;
  }

  /** A shell in the clone's folder after `eval "$(npm run -s env)"`. */
  shell(script) {
    const { status, stdout, stderr } = spawnSync("bash", ["-euc", `eval "$(node setup/env.mjs --stack ${this.stack})"; ${script}`], { cwd: this.folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  }

  stackFile() {
    return readFileSync(this.path(`Pulumi.${this.stack}.yaml`), "utf8");
  }

  /** Names of what carries this stack's label, whatever its state. */
  onEngine(kind) {
    const list = { container: ["ps", "-a", "--format", "{{.Names}}"], network: ["network", "ls", "--format", "{{.Name}}"], volume: ["volume", "ls", "--format", "{{.Name}}"] }[kind];
    const { stdout } = spawnSync("docker", [...list, "--filter", `label=stackbook.stack=${this.stack}`], { encoding: "utf8" });
    return stdout.split("\n").filter((line) => line !== "").sort();
  }

  /** Whatever a failed test left is taken away as well. */
  async remove() {
    if (existsSync(this.path(".stackbook", "state"))) await this.run("destroy", ["--data", "--yes"]);
    for (const name of this.onEngine("container")) spawnSync("docker", ["rm", "-f", "-v", name]);
    for (const kind of ["network", "volume"]) for (const name of this.onEngine(kind)) spawnSync("docker", [kind, "rm", name]);
    const { stdout } = spawnSync("docker", ["images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", `reference=stackbook-${this.stack}/*`], { encoding: "utf8" });
    for (const image of stdout.split("\n").filter((line) => line !== "")) spawnSync("docker", ["rmi", image]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Polls until a condition holds. */
export async function until(what, condition, seconds = 120) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    if (await condition()) return;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
