import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { runPulumi, type Ran } from "../../../support/pulumi";
import { root, type Outputs } from "../../support/stack";

export interface Said extends Ran {
  readonly out: string;
}

/**
 * A clone of the repository as a user has one: with commits of its own, a stack file, a state, and the command line.
 * What the developer has not committed is in it too, as its first commit.
 */
export class Clone {
  readonly folder = mkdtempSync(join(tmpdir(), "stackbook-clone-"));
  readonly env: NodeJS.ProcessEnv;
  private started = false;

  constructor(readonly stack: string, private readonly config: Readonly<Record<string, unknown>>) {
    this.env = {
      ...process.env, PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`, PULUMI_CONFIG_PASSPHRASE: "only a test", PULUMI_SKIP_UPDATE_CHECK: "true",
      GIT_AUTHOR_NAME: "Test", GIT_AUTHOR_EMAIL: "test@example.org", GIT_COMMITTER_NAME: "Test", GIT_COMMITTER_EMAIL: "test@example.org",
    };
    delete this.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  }

  /** Everything up to a first update, or with it. */
  async start(): Promise<void> {
    const files = execFileSync("git", ["-C", root, "ls-files", "--cached", "--others", "--exclude-standard", "-z"], { encoding: "utf8" }).split("\0").filter((name) => name !== "" && name !== "node_modules" && existsSync(join(root, name)));
    execFileSync("tar", ["-C", root, "--null", "-T", "-", "-cf", join(this.folder, "files.tar")], { input: files.join("\0") });
    execFileSync("tar", ["-C", this.folder, "-xf", join(this.folder, "files.tar")]);
    rmSync(join(this.folder, "files.tar"));
    mkdirSync(join(this.folder, "state"));
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
    this.git("init", "--quiet", "--initial-branch=main");
    writeFileSync(join(this.folder, ".git/info/exclude"), "state/\nnode_modules\n");
    this.commit("The program as it is");
    execFileSync("npm", ["run", "--silent", "build:app"], { cwd: this.folder, env: this.env, stdio: "ignore" });
    await this.must("stack", "init", this.stack);
    this.configure(this.config);
    this.started = true;
  }

  get file(): string {
    return join(this.folder, `Pulumi.${this.stack}.yaml`);
  }

  /** Full keys of the stack file. */
  settings(): Record<string, unknown> {
    return (parse(readFileSync(this.file, "utf8")) as { config?: Record<string, unknown> }).config ?? {};
  }

  configure(change: Readonly<Record<string, unknown>>): void {
    const whole = parse(readFileSync(this.file, "utf8")) as Record<string, unknown>;
    writeFileSync(this.file, stringify({ ...whole, config: { ...this.settings(), ...change } }));
  }

  git(...args: readonly string[]): string {
    return execFileSync("git", ["-C", this.folder, ...args], { env: this.env, encoding: "utf8" });
  }

  /** @returns its hash */
  commit(message: string): string {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--allow-empty", "--message", message);
    return this.git("rev-parse", "HEAD").trim();
  }

  pulumi(...args: readonly string[]): Promise<Ran> {
    const target = args[0] === "stack" && args[1] === "init" ? [] : ["--stack", this.stack];
    return runPulumi([...args, ...target], { cwd: this.folder, env: this.env });
  }

  async must(...args: readonly string[]): Promise<Ran> {
    const ran = await this.pulumi(...args);
    assert.equal(ran.code, 0, `pulumi ${args.join(" ")}:\n${ran.output}`);
    return ran;
  }

  up(): Promise<Ran> {
    return this.must("up", "--yes", "--skip-preview");
  }

  /** The command line, as a user of this clone calls it. */
  stackbook(...argv: readonly string[]): Promise<Said> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [join(this.folder, "operations/bin.cjs"), ...argv, "--stack", this.stack], { cwd: this.folder, env: this.env });
      let [output, out] = ["", ""];
      child.stdout.on("data", (chunk: Buffer) => {
        out += chunk.toString("utf8");
        output += chunk.toString("utf8");
      });
      child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
      child.on("error", reject).on("close", (code) => resolve({ code: code ?? -1, output, out }));
      child.stdin.end();
    });
  }

  async done(...argv: readonly string[]): Promise<Said> {
    const said = await this.stackbook(...argv);
    assert.equal(said.code, 0, `stackbook ${argv.join(" ")}:\n${said.output}`);
    return said;
  }

  async outputs(): Promise<Outputs & { readonly release: { readonly number: number; readonly systems: Readonly<Record<string, { readonly version: string; readonly images: Readonly<Record<string, string>> }>> } }> {
    const { output } = await this.must("stack", "output", "--json", "--show-secrets");
    return JSON.parse(output) as Awaited<ReturnType<Clone["outputs"]>>;
  }

  async destroy(): Promise<void> {
    if (this.started) {
      await this.pulumi("state", "unprotect", "--all", "--yes");
      await this.must("destroy", "--yes", "--skip-preview");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
