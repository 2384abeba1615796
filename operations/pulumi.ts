import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPreview, type Preview } from "./preview";
import { Problem } from "./problem";

/** The Pulumi CLI, on one stack. */
export interface StackCli {
  /** @returns what it printed; never written into a log, as it may hold secrets */
  run(args: readonly string[], input?: string): Promise<string>;
  /** One `pulumi up`, told line by line. Throws a Problem with what failed. */
  up(why: string, say: (line: string) => void, options?: UpOptions): Promise<void>;
  /** @throws Problem with what the program or the engine refuses */
  preview(options?: PreviewOptions): Promise<Preview>;
  /** What opens the stack's secrets, where that is a passphrase and it is known here. */
  passphrase(): string | undefined;
  /** Its state is the one that `npm start` keeps in this clone. */
  readonly local: boolean;
  /** Where its state is, as Pulumi names it; undefined: where the user is logged in. */
  readonly backend: string | undefined;
  /** In which the CLI finds it. */
  readonly env: NodeJS.ProcessEnv;
}

export interface ProgramOptions {
  /** Where the program is. @default this working copy */
  readonly cwd?: string;
  /** @default Pulumi.<stack>.yaml beside the program */
  readonly configFile?: string;
  /** Besides the stack's own. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface UpOptions extends ProgramOptions {
  /** Looks at the real things first. @default false */
  readonly refresh?: boolean;
  /** A plan of Pulumi's own: what it doesn't have, the update refuses to do. */
  readonly plan?: string;
  /** @default "none" */
  readonly policies?: Policies;
}

/** The rules of docs/policies.md: what breaks them refuses an update, or is told; or they are not asked, which takes no time. */
export type Policies = "kept" | "told" | "none";

export interface PreviewOptions extends ProgramOptions {
  /** Looks at the real things first: what was changed behind the stack's back is told as a change. @default false */
  readonly refresh?: boolean;
  /** Rules refuse it as they would refuse the update. @default false */
  readonly policies?: boolean;
  /** File for Pulumi's own plan of it, which an update can be held to. */
  readonly savePlan?: string;
}

/** The working copy: stack files lie here. */
export const root = join(__dirname, "..");

export function stackCli(stack: string, env: NodeJS.ProcessEnv, local: boolean): StackCli {
  return {
    run: (args, input) => pulumi([...args, "--stack", stack], env, input),
    up: (why, say, options = {}) => up(stack, env, why, say, options),
    preview: (options = {}) => preview(stack, env, options),
    passphrase: () => passphraseIn(env),
    local,
    backend: env["PULUMI_BACKEND_URL"],
    env,
  };
}

function passphraseIn(env: NodeJS.ProcessEnv): string | undefined {
  const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: file } = env;
  if (given !== undefined) return given;
  return file !== undefined && existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
}

export function pulumi(args: readonly string[], env: NodeJS.ProcessEnv, input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, maxBuffer: 256 * 1024 * 1024, cwd: root };
    const child = execFile("pulumi", [...args, "--non-interactive"], options, (error, out, err) => {
      if (error === null) return resolve(out);
      if ("code" in error && error.code === "ENOENT") return reject(new Problem("the Pulumi CLI was not found", ["Install it, or run `npm start` once in this clone."]));
      const said = err.trim() === "" ? out : err;
      reject(new Problem(`pulumi ${args.slice(0, 2).join(" ")} failed:`, [...said.trim().split("\n").slice(-6), "Name another stack with --stack; `pulumi stack ls` shows them."]));
    });
    // It may end without reading; what it said then is the error.
    child.stdin?.on("error", () => undefined).end(input ?? "");
  });
}

/** As `npm start` shows an update, and keeps its record. Ctrl-C lets it come to a halt. */
async function up(stack: string, env: NodeJS.ProcessEnv, why: string, say: (line: string) => void, { plan, policies, refresh = false, ...program }: UpOptions): Promise<void> {
  const [{ update }, { Say }, { watchSignals }] = await Promise.all([import("../setup/stack/update.mjs"), import("../setup/base/say.mjs"), import("../setup/base/signals.mjs")]);
  watchSignals();
  try {
    const args = ["up", ...(refresh ? ["--refresh"] : []), ...(plan === undefined ? [] : ["--plan", plan]), ...configFlag(program)];
    await update({ env: { ...environmentOf(env, program), ...(plan === undefined ? {} : experimental) }, stack, cwd: program.cwd }, args, new Say({ write: (text) => say(text.replace(/\n$/, "")) }), { what: "the update", why, policies });
  } catch (error) {
    throw asProblem(error);
  }
}

function preview(stack: string, env: NodeJS.ProcessEnv, { policies = false, refresh = false, savePlan, ...program }: PreviewOptions): Promise<Preview> {
  return new Promise((resolve) => {
    const folder = policies ? mkdtempSync(join(tmpdir(), "stackbook-policies-")) : undefined;
    const events = folder === undefined ? undefined : join(folder, "events");
    const judged = events === undefined ? [] : ["--policy-pack", join(root, "policies"), "--event-log", events];
    const args = ["preview", "--json", "--non-interactive", "--stack", stack, ...(refresh ? ["--refresh"] : []), ...judged, ...(savePlan === undefined ? [] : ["--save-plan", savePlan]), ...configFlag(program)];
    // The CLI takes --event-log from programs that know of it, as its own Automation API does.
    const own = { ...environmentOf(env, program), PULUMI_DEBUG_COMMANDS: "true", ...(savePlan === undefined ? {} : experimental) };
    execFile("pulumi", args, { env: own, maxBuffer: 256 * 1024 * 1024, cwd: program.cwd ?? root }, (error, out, err) => {
      const said = events !== undefined && existsSync(events) ? readFileSync(events, "utf8") : "";
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      resolve(Promise.resolve().then(() => readPreview(out, error === null ? 0 : 1, err, said)));
    });
  });
}

/** Plans are behind this door: their file format may change with the CLI. */
const experimental = { PULUMI_EXPERIMENTAL: "true" };

function configFlag({ configFile }: ProgramOptions): string[] {
  return configFile === undefined ? [] : ["--config-file", configFile];
}

function environmentOf(env: NodeJS.ProcessEnv, program: ProgramOptions): NodeJS.ProcessEnv {
  return { ...env, ...program.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
}

/** Set-up's own Problem, in operations' words; what it says about trying again is said by the command. */
export function asProblem(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== "Problem" || !("fix" in error) || !Array.isArray(error.fix)) return error;
  const remedy = error.fix.flatMap((line) => String(line).split("\n")).filter((line) => line !== "" && !line.startsWith("What ran before goes on running"));
  return new Problem(error.message, remedy, "exitCode" in error ? Number(error.exitCode) : 1);
}
