import { execFile, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const repository = path.resolve(__dirname, "../../..");

/** How every container of a stack runs; what an image can't do under this, it can't do at all. */
const hardened = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--init", "--tmpfs", "/tmp"];

export interface Result { readonly code: number; readonly output: string }

/** Docker's command line; a failure is a result too. */
export async function docker(args: readonly string[], input?: string): Promise<Result> {
  const child = spawn("docker", args, { stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdin?.end(input);
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => resolve(status ?? 1));
  });
  return { code, output: output.trim() };
}

export async function mustDocker(args: readonly string[], input?: string): Promise<string> {
  const { code, output } = await docker(args, input);
  if (code !== 0) throw new Error(`docker ${args.slice(0, 3).join(" ")} ended with ${code}: ${output}`);
  return output;
}

let images: Promise<Record<string, { ref: string }>> | undefined;

/** The image to test: of STACKBOOK_IMAGES where that is set, otherwise built now (which takes no time if it exists). */
export async function image(name: string): Promise<string> {
  images ??= readImages();
  const found = (await images)[name];
  if (found === undefined) throw new Error(`STACKBOOK_IMAGES has no ${name}`);
  return found.ref;
}

async function readImages(): Promise<Record<string, { ref: string }>> {
  const given = process.env["STACKBOOK_IMAGES"];
  if (given !== undefined && given !== "") return parse(given);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "stackbook-images-test-"));
  try {
    const out = path.join(folder, "images.json");
    await execute(process.execPath, [path.join(repository, "airgap/images/build.mjs"), "--out", out], { maxBuffer: 1 << 26 });
    return parse(out);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const parse = (file: string): Record<string, { ref: string }> => JSON.parse(fs.readFileSync(file, "utf8")) as Record<string, { ref: string }>;

export interface ContainerOptions {
  readonly user: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly tmpfs?: readonly string[];
  /** Where the container's own volume is mounted. */
  readonly data?: string;
  readonly entrypoint?: string;
  readonly command?: readonly string[];
  readonly flags?: readonly string[];
}

let count = 0;

/** A container with a volume of its own, both gone after `remove`. */
export class TestContainer {
  readonly name = `stackbook-images-test-${process.pid}-${(count += 1)}`;

  private constructor(private readonly reference: string, private readonly options: ContainerOptions) {}

  static async start(reference: string, options: ContainerOptions): Promise<TestContainer> {
    const container = new TestContainer(reference, options);
    await container.create();
    return container;
  }

  /** Takes the container away, whatever it was doing, and starts another on the same volume. */
  async replace(options: Partial<ContainerOptions> = {}): Promise<void> {
    await docker(["rm", "-f", this.name]);
    await this.create({ ...this.options, ...options });
  }

  exec(command: readonly string[], env: Readonly<Record<string, string>> = {}, input?: string): Promise<Result> {
    return docker(["exec", ...(input === undefined ? [] : ["-i"]), ...environment(env), this.name, ...command], input);
  }

  async mustExec(command: readonly string[], env: Readonly<Record<string, string>> = {}, input?: string): Promise<string> {
    const { code, output } = await this.exec(command, env, input);
    if (code !== 0) throw new Error(`${command.slice(0, 2).join(" ")} ended with ${code}: ${output}`);
    return output;
  }

  /** Waits until `command` succeeds in the container. */
  async ready(command: readonly string[], env: Readonly<Record<string, string>> = {}, seconds = 60): Promise<void> {
    for (const end = Date.now() + seconds * 1000; ; await new Promise((wake) => setTimeout(wake, 250))) {
      const { code, output } = await this.exec(command, env);
      if (code === 0) return;
      if (Date.now() > end || /is not running/.test(output)) throw new Error(`not ready: ${output}\n${await this.logs()}`);
    }
  }

  async port(inside: number): Promise<number> {
    return Number((await mustDocker(["port", this.name, String(inside)])).split("\n")[0]?.split(":").pop());
  }

  logs = async (): Promise<string> => (await docker(["logs", this.name])).output;

  kill = (): Promise<string> => mustDocker(["kill", "--signal", "KILL", this.name]);

  /** Stops by the image's own signal; resolves with the exit code. */
  async stop(seconds = 20): Promise<number> {
    await mustDocker(["stop", "--time", String(seconds), this.name]);
    return Number(await mustDocker(["inspect", "--format", "{{.State.ExitCode}}", this.name]));
  }

  async remove(): Promise<void> {
    await docker(["rm", "-f", "-v", this.name]);
    await docker(["volume", "rm", "-f", this.name]);
  }

  private async create(options: ContainerOptions = this.options): Promise<void> {
    await mustDocker([
      "run", "-d", "--name", this.name, ...hardened, "--user", options.user,
      ...(options.tmpfs ?? []).flatMap((folder) => ["--tmpfs", folder]),
      ...(options.data === undefined ? [] : ["-v", `${this.name}:${options.data}`]),
      ...environment(options.env ?? {}), ...(options.flags ?? []),
      ...(options.entrypoint === undefined ? [] : ["--entrypoint", options.entrypoint]),
      this.reference, ...(options.command ?? []),
    ]);
  }
}

/** Runs an image once, hardened as ever, and gives what it printed. */
export const runOnce = (reference: string, user: string, command: readonly string[], flags: readonly string[] = []): Promise<Result> =>
  docker(["run", "--rm", ...hardened, "--user", user, ...flags, reference, ...command]);

const environment = (env: Readonly<Record<string, string>>): string[] => Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
