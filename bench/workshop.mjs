import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { paths, projectName } from "../setup/base/paths.mjs";
import { cleared } from "../setup/stack/environment.mjs";
import { measure } from "./measure.mjs";

/** Away from those of `npm start`, so that both can run at once. */
export const ports = { http: 38080, https: 38443 };

/** Marks everything of ours on the engine; what carries it is removed, so it is nothing that a user would take. */
export const stackPrefix = "npm-run-bench-";

/** A folder of the bench's own with its state, its programs and its stack files; the user's are never touched. */
export class Workshop {
  folder = mkdtempSync(join(tmpdir(), "stackbook-bench-"));

  /** @param {NodeJS.ProcessEnv} env what set-up arranged */
  constructor(env) {
    mkdirSync(join(this.folder, "state"));
    this.env = { ...env };
    for (const name of [...cleared, "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_ACCESS_TOKEN"]) delete this.env[name];
    Object.assign(this.env, { PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`, PULUMI_CONFIG_PASSPHRASE: "only a measurement", PULUMI_SKIP_UPDATE_CHECK: "true" });
    // The CLI writes a stack's salt beside the project it is called in: here, not into the repository.
    this.stackFiles = this.#project("stack-files", `name: ${projectName}\nruntime: nodejs\n`);
  }

  /**
   * A stack of the program itself, run from where it lies.
   * @param {string} name @param {readonly string[]} systems
   * @param {{ more?: Record<string, unknown>, secrets?: Record<string, string> }} [own] further configuration, over ours
   */
  async stack(name, systems, { more = {}, secrets = {} } = {}) {
    await this.#command(this.stackFiles, "stack", "init", name);
    const file = join(this.stackFiles, `Pulumi.${name}.yaml`);
    const [salt = ""] = /^encryptionsalt: .*$/m.exec(readFileSync(file, "utf8")) ?? [];
    const config = {
      "stackbook:environment": "dev",
      "stackbook:protectData": false,
      "stackbook:edge": { httpPort: ports.http, httpsPort: ports.https },
      // Its requests would be measured too.
      "stackbook:demo": { seed: true, traffic: false },
      // Measured by itself, and not part of what Compose and an empty program are compared with.
      "stackbook:monitoring": { enabled: false },
      "stackbook:backups": { enabled: false },
      "stackbook:systems": Object.fromEntries(systems.map((id) => [id, { version: "1.0.0" }])),
      ...more,
    };
    // JSON is YAML.
    writeFileSync(file, `${salt}\nconfig: ${JSON.stringify(config)}\n`);
    for (const [key, value] of Object.entries(secrets)) await this.#command(this.stackFiles, "config", "set", "--secret", key, value, "--stack", name, "--config-file", file);
    return new Measured(this, paths.root, name, ["--config-file", file]);
  }

  /**
   * Another program, with one stack.
   * @param {string} name @param {{ source: string, dependencies?: readonly string[], tsconfig?: object }} program
   */
  async program(name, { source, dependencies = [], tsconfig = this.tsconfig() }) {
    const folder = this.#project(name, `name: ${name}\nruntime:\n  name: nodejs\n  options:\n    tsconfig: tsconfig.run.json\n`);
    const { dependencies: versions } = JSON.parse(readFileSync(join(paths.root, "package.json"), "utf8"));
    writeFileSync(join(folder, "index.ts"), source);
    writeFileSync(join(folder, "tsconfig.run.json"), JSON.stringify(tsconfig));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name, main: "index.ts", dependencies: Object.fromEntries(["@pulumi/pulumi", ...dependencies].map((one) => [one, versions[one]])) }));
    symlinkSync(paths.modules, join(folder, "node_modules"));
    await this.#command(folder, "stack", "init", `${stackPrefix}${name}`);
    return new Measured(this, folder, `${stackPrefix}${name}`, []);
  }

  /** How our own program is compiled, for programs that lie elsewhere. */
  tsconfig() {
    const own = JSON.parse(readFileSync(join(paths.root, "tsconfig.run.json"), "utf8"));
    const transpiler = own["ts-node"]?.transpiler;
    if (typeof transpiler !== "string") return own;
    return { ...own, "ts-node": { transpiler: [join(paths.root, transpiler), { folder: join(this.folder, "transpiled") }] } };
  }

  close() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #project(name, text) {
    const folder = join(this.folder, name);
    mkdirSync(folder);
    writeFileSync(join(folder, "Pulumi.yaml"), text);
    return folder;
  }

  #command(cwd, ...args) {
    return measure("pulumi", [...args, "--non-interactive"], { cwd, env: this.env });
  }
}

/** One program on one stack, ready to be measured. */
export class Measured {
  constructor(workshop, folder, stack, flags) {
    this.workshop = workshop;
    this.folder = folder;
    this.stack = stack;
    this.flags = flags;
  }

  /** @param {readonly string[]} more flags */
  preview(...more) {
    return this.#run("preview", ...more);
  }

  up() {
    return this.#run("up", "--yes", "--skip-preview");
  }

  /** Fails when there is something to do: a figure of that would be no figure of this. */
  upUnchanged() {
    return this.#run("up", "--yes", "--skip-preview", "--expect-no-changes");
  }

  async outputs() {
    const { out } = await measure("pulumi", ["stack", "output", "--json", "--show-secrets", "--stack", this.stack, "--non-interactive"], { cwd: this.folder, env: this.workshop.env });
    return JSON.parse(out);
  }

  destroy() {
    return this.#run("destroy", "--yes", "--skip-preview");
  }

  #run(...args) {
    return measure("pulumi", [...args, "--stack", this.stack, ...this.flags, "--non-interactive", "--color", "never"], { cwd: this.folder, env: this.workshop.env });
  }
}
