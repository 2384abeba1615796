import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { runPulumi } from "../support/pulumi";

export const repository = join(__dirname, "..", "..");

/** One finished step of an update, in the order they finished. */
export interface Step {
  /** `create`, `update`, `delete`, `create-replacement`, `delete-replaced`, `same`, … */
  readonly op: string;
  readonly type: string;
  readonly name: string;
}

export interface Run {
  readonly ok: boolean;
  /** Everything the CLI printed. */
  readonly output: string;
  readonly steps: readonly Step[];
}

/** A resource as the state has it: encrypted secrets, no functions. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface ProjectOptions {
  /** Folders put first on the PATH. */
  readonly path?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `docker:host`: `unix:///…` */
  readonly config?: Readonly<Record<string, string>>;
}

/**
 * The environment in which `pulumi` runs: the CLI built here and the stand-in plugins. With
 * STACKBOOK_TEST_PLUGINS=official nothing is put on the PATH, so the same tests show how the
 * official plugins behave.
 */
export async function pulumiEnvironment(): Promise<NodeJS.ProcessEnv> {
  const settings = {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_CONFIG_PASSPHRASE: "test",
    // Without it the CLI does not know --event-log, from which the steps of an update are read.
    PULUMI_DEBUG_COMMANDS: "true",
  };
  if (process.env.STACKBOOK_TEST_PLUGINS === "official") return { ...process.env, ...settings };
  tools ??= Promise.all(["airgap/toolchain/build.mjs", "airgap/plugins/build.mjs"].map(binOf));
  return { ...process.env, ...settings, PATH: [...(await tools), process.env.PATH].join(":") };
}

let tools: Promise<string[]> | undefined;

/** Each build script prints the folder to put on PATH; a run that finds its work done takes a tenth of a second. */
async function binOf(script: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(repository, script)]);
  return stdout.trim();
}

/** A Pulumi project in a folder of its own, with local file state. */
export class Project {
  private constructor(
    readonly folder: string,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** @param program JavaScript of index.js: it is started as it is, without a compiler. */
  static async create(program: string, options: ProjectOptions = {}): Promise<Project> {
    const folder = await mkdtemp(join(tmpdir(), "stackbook-test-"));
    const base = await pulumiEnvironment();
    const path = [...(options.path ?? []), base.PATH].join(":");
    const environment = { ...base, PATH: path, PULUMI_BACKEND_URL: `file://${folder}/state`, ...options.env };
    const project = new Project(folder, environment);
    await mkdir(join(folder, "state"));
    await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
    await project.write("Pulumi.yaml", "name: probe\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n");
    await project.write("package.json", JSON.stringify({ name: "probe", main: "index.js" }));
    await project.write("index.js", program);
    await project.must("stack", "init", "dev");
    for (const [key, value] of Object.entries(options.config ?? {})) await project.must("config", "set", key, value);
    return project;
  }

  async write(file: string, content: string): Promise<void> {
    const path = join(this.folder, file);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, content);
  }

  up(program?: string): Promise<Run> {
    return this.update(["up", "--yes", "--skip-preview"], program);
  }

  preview(program?: string, ...more: string[]): Promise<Run> {
    return this.update(["preview", ...more], program);
  }

  refresh(): Promise<Run> {
    return this.update(["refresh", "--yes", "--skip-preview"]);
  }

  /** Runs an update that has to succeed. */
  async mustUp(program?: string): Promise<Run> {
    const run = await this.up(program);
    if (!run.ok) throw new Error(`pulumi up failed:\n${run.output}`);
    return run;
  }

  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.must("stack", "output", "--json", "--show-secrets")) as Record<string, unknown>;
  }

  async stateText(): Promise<string> {
    return readFile(join(this.folder, "state", ".pulumi", "stacks", "probe", "dev.json"), "utf8");
  }

  async resources(): Promise<StateResource[]> {
    const { checkpoint } = JSON.parse(await this.stateText()) as { checkpoint: { latest?: { resources?: StateResource[] } } };
    return checkpoint.latest?.resources ?? [];
  }

  async resource(name: string): Promise<StateResource> {
    const found = (await this.resources()).find(({ urn }) => urn.endsWith(`::${name}`));
    if (found === undefined) throw new Error(`the state has no resource ${name}`);
    return found;
  }

  /** Destroys what is left and removes the folder. */
  async close(): Promise<void> {
    const destroyed = await this.update(["destroy", "--yes", "--skip-preview"]);
    if (!destroyed.ok) throw new Error(`pulumi destroy failed:\n${destroyed.output}`);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Runs a CLI command that has to succeed; returns what it printed on standard output. */
  async must(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("pulumi", [...args, "--non-interactive", ...this.stackOf(args)], { cwd: this.folder, env: this.env });
    return stdout;
  }

  private async update(args: string[], program?: string): Promise<Run> {
    if (program !== undefined) await this.write("index.js", program);
    const log = join(this.folder, `events-${process.hrtime.bigint()}.jsonl`);
    const { code, output } = await runPulumi([...args, "--stack", "dev", "--event-log", log], { cwd: this.folder, env: this.env });
    return { ok: code === 0, output, steps: stepsOf(await readFile(log, "utf8").catch(() => "")) };
  }

  private stackOf(args: readonly string[]): string[] {
    return args[0] === "stack" && args[1] === "init" ? [] : ["--stack", "dev"];
  }
}

interface EngineEvent {
  readonly resOutputsEvent?: { readonly metadata: { readonly op: string; readonly type: string; readonly urn: string } };
}

function stepsOf(log: string): Step[] {
  return log
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as EngineEvent).resOutputsEvent?.metadata)
    .filter((metadata) => metadata !== undefined)
    .map(({ op, type, urn }) => ({ op, type, name: urn.slice(urn.lastIndexOf("::") + 2) }));
}

/** What an update did to one type of resource: `["create-replacement app", "delete-replaced app"]`. */
export function changesTo(run: Run, type: string): string[] {
  return run.steps.filter((step) => step.type === type && step.op !== "same").map(({ op, name }) => `${op} ${name}`);
}

/** Everything an update changed: empty when there was nothing to do. */
export function changes(run: Run): string[] {
  return run.steps.filter(({ op, type }) => op !== "same" && !type.startsWith("pulumi:")).map(({ op, name }) => `${op} ${name}`);
}
