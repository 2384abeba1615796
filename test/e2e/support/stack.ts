import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { runPulumi, type Ran } from "../../support/pulumi";

export const root = path.resolve(__dirname, "../../..");

export interface Outputs {
  readonly edge: { readonly httpPort: number; readonly httpsPort: number; readonly container: string };
  readonly caCertificate: string;
  readonly systems: Readonly<Record<string, { readonly url: string; readonly version: string; readonly services: Readonly<Record<string, { readonly containers: string[] }>> }>>;
  readonly credentials: Readonly<Record<string, { readonly login: { readonly email: string; readonly password: string }; readonly database: { readonly name: string; readonly user: string; readonly password: string } }>>;
}

/** What a test doesn't ask about only costs it time. */
const quiet = { "stackbook:monitoring": { enabled: false }, "stackbook:backups": { enabled: false } };

/** A stack of its own: own state, own configuration file, own ports; the developer's are never touched. */
export class TestStack {
  readonly folder: string;
  readonly configFile: string;
  /** Of every process that works on it. */
  readonly env: NodeJS.ProcessEnv;

  private config: Record<string, unknown>;

  /** @param config over `quiet` */
  constructor(readonly name: string, config: Record<string, unknown>) {
    this.config = { ...quiet, ...config };
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), `stackbook-${name}-`));
    this.configFile = path.join(this.folder, `Pulumi.${name}.yaml`);
    fs.mkdirSync(path.join(this.folder, "state"));
    this.env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${path.join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "only a test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    };
    delete this.env["PULUMI_CONFIG_PASSPHRASE_FILE"];
  }

  async init(): Promise<void> {
    this.writeConfig();
    await this.mustRun("stack", "init", this.name);
    this.writeConfig();
  }

  /** Replaces configuration keys; the file keeps its encryption salt. */
  async configure(change: Record<string, unknown>): Promise<void> {
    this.config = { ...this.config, ...change };
    this.writeConfig();
    return Promise.resolve();
  }

  read(key: string): unknown {
    return this.config[key];
  }

  /** As `pulumi config set --secret` does: the value goes in by standard input, the file has it encrypted. */
  async setSecret(key: string, value: string): Promise<void> {
    await this.mustRunWith(value, "config", "set", "--secret", key);
    const { config } = parse(fs.readFileSync(this.configFile, "utf8")) as { config: Record<string, unknown> };
    this.config = { ...this.config, [key]: config[key] };
  }

  up(...flags: string[]): Promise<Ran> {
    return this.run("up", "--yes", "--skip-preview", ...flags);
  }

  async mustUp(...flags: string[]): Promise<Ran> {
    return this.mustRun("up", "--yes", "--skip-preview", ...flags);
  }

  async outputs(): Promise<Outputs> {
    const { output } = await this.mustRun("stack", "output", "--json", "--show-secrets");
    return JSON.parse(output) as Outputs;
  }

  /** The state as it lies on the disk. */
  stateText(): string {
    return fs.readFileSync(path.join(this.folder, "state/.pulumi/stacks/stackbook", `${this.name}.json`), "utf8");
  }

  async destroy(): Promise<void> {
    await this.run("state", "unprotect", "--all", "--yes");
    const destroyed = await this.run("destroy", "--yes", "--skip-preview");
    if (destroyed.code !== 0) throw new Error(`destroy failed:\n${destroyed.output}`);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  mustRun(...args: string[]): Promise<Ran> {
    return this.mustRunWith(undefined, ...args);
  }

  run(...args: string[]): Promise<Ran> {
    return this.runWith(undefined, ...args);
  }

  private async mustRunWith(input: string | undefined, ...args: string[]): Promise<Ran> {
    const result = await this.runWith(input, ...args);
    if (result.code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${result.code}:\n${result.output}`);
    return result;
  }

  private runWith(input: string | undefined, ...args: string[]): Promise<Ran> {
    const target = args[0] === "stack" && args[1] === "init" ? [] : ["--stack", this.name];
    const config = ["up", "preview", "destroy", "refresh", "config"].includes(args[0] ?? "") ? ["--config-file", this.configFile] : [];
    return runPulumi([...args, ...target, ...config], { cwd: root, env: this.env, input });
  }

  private writeConfig(): void {
    fs.writeFileSync(this.configFile, stringify({ encryptionsalt: this.salt(), config: this.config }));
  }

  /** `stack init` writes it beside the project, where this test's file isn't; it is moved over. */
  private salt(): string | undefined {
    const beside = path.join(root, `Pulumi.${this.name}.yaml`);
    for (const file of [beside, this.configFile]) {
      const salt = fs.existsSync(file) ? /encryptionsalt: (\S+)/.exec(fs.readFileSync(file, "utf8"))?.[1] : undefined;
      if (file === beside) fs.rmSync(beside, { force: true });
      if (salt !== undefined) return salt;
    }
    return undefined;
  }
}
