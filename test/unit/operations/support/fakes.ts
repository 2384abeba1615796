import assert from "node:assert/strict";
import type { BackupOutputs } from "../../../../backups/outputs";
import type { Context } from "../../../../operations/commands/types";
import type { Engine, Volume } from "../../../../operations/engine";
import { runCommand } from "../../../../operations/main";
import type { Preview } from "../../../../operations/preview";
import type { StackCli } from "../../../../operations/pulumi";
import type { Stack } from "../../../../operations/stack";
import { scratchFolder } from "../../../support/scratch";
import { FakeEngine } from "./engine";

/** A CLI that a test must not need. */
export const noCli: StackCli = {
  run: (args) => Promise.reject(new Error(`pulumi ${args.join(" ")} was not expected`)),
  up: (why) => Promise.reject(new Error(`no update was expected: ${why}`)),
  preview: () => Promise.reject(new Error("no preview was expected")),
  passphrase: () => undefined,
  local: false,
  backend: undefined,
  env: {},
};

/** What a test must not need, or need not look at. */
export const nobody: Pick<Context, "say" | "print" | "screen" | "confirm" | "ask" | "repair" | "run" | "stackFile" | "createStack" | "locate"> = {
  say: () => undefined,
  print: () => undefined,
  screen: { colours: false, columns: undefined },
  confirm: (question) => Promise.reject(new Error(`nobody was to be asked: ${question}`)),
  ask: (question) => Promise.reject(new Error(`nobody was to be asked: ${question}`)),
  run: (argv) => Promise.reject(new Error(`no other command was to run: ${argv.join(" ")}`)),
  repair: () => Promise.resolve({ sequence: 0, refresh: false }),
  stackFile: () => undefined,
  locate: (name) => Promise.reject(new Error(`no stack was to be looked for: ${name ?? "the usual one"}`)),
  createStack: ({ name }) => Promise.reject(new Error(`no stack was to be made: ${name}`)),
};

export interface Asked {
  readonly container: string;
  readonly command: string;
  readonly request: Record<string, unknown>;
}

/** Backup agents in their containers: what they are asked, and what they answer by command; anything else is refused. */
export class FakeAgents extends FakeEngine {
  readonly asked: Asked[] = [];
  answers: Readonly<Record<string, unknown>> = { checkpoint: {} };

  override exec: Engine["exec"] = (container, [node, program, command = ""], line, options) => {
    assert.deepEqual([node, program], ["node", "/app/backup.js"]);
    const answer = this.answers[command];
    assert.ok(answer !== undefined, `${command} was not expected`);
    const request = JSON.parse(line) as Record<string, unknown>;
    this.asked.push({ container, command, request });
    options?.onProgress?.(`${command} is under way`);
    const said: unknown = typeof answer === "function" ? (answer as (container: string, request: unknown) => unknown)(container, request) : answer;
    return Promise.resolve({ code: 0, out: `${JSON.stringify(said)}\n`, err: "" });
  };

  /** Of the lock alone. */
  private readonly marks = new Map<string, Volume>();
  override createVolume: Engine["createVolume"] = (name, labels) => {
    if (!this.marks.has(name)) this.marks.set(name, { name, labels });
    return Promise.resolve();
  };
  override removeVolume: Engine["removeVolume"] = (name) => {
    this.marks.delete(name);
    return Promise.resolve();
  };
  override volumes: Engine["volumes"] = () => Promise.resolve([...this.marks.values()]);

  commands(): string[] {
    return this.asked.map(({ container, command }) => `${container} ${command}`);
  }
}

/** The CLI as restores use it: a stack file with keys, an export, and updates that do what the test says. */
export class FakeCli implements StackCli {
  readonly calls: string[] = [];
  config: Record<string, unknown> = {};
  exported: unknown = { version: 3, deployment: { resources: [] } };
  readonly updates: string[] = [];
  onUp: () => void = () => undefined;
  readonly local = false;
  readonly backend = undefined;
  readonly env = {};
  planned: Preview = { changes: [] };

  preview(): Promise<Preview> {
    return Promise.resolve(this.planned);
  }

  passphrase(): string {
    return "only a test";
  }

  /** What was handed over on standard input. */
  readonly inputs: string[] = [];
  secretOutputs: unknown = {};
  outputs: unknown = {};

  run(args: readonly string[], input?: string): Promise<string> {
    this.calls.push(args.join(" "));
    if (input !== undefined) this.inputs.push(input);
    const answer: Readonly<Record<string, unknown>> = { "stack export": this.exported, "config --json": this.config, "stack output --json --show-secrets": this.secretOutputs, "stack output --json": this.outputs };
    if (args.join(" ") === "stack import") return Promise.resolve("");
    if (args[0] === "config" && ["rm", "set-all"].includes(args[1] ?? "")) return Promise.resolve("");
    const known = answer[args.join(" ")];
    return known === undefined ? Promise.reject(new Error(`pulumi ${args.join(" ")} was not expected`)) : Promise.resolve(JSON.stringify(known));
  }

  up(why: string): Promise<void> {
    this.updates.push(why);
    return Promise.resolve().then(() => this.onUp());
  }

  /** What the stack file was told, in order. */
  written(): string[] {
    return this.calls.filter((call) => /^config (rm|set-all)/.test(call)).map((call) => call.replace(/stackbook:systems\./g, "").replace(" --path", ""));
  }
}

/** A stack of two systems with backups. */
export function stackWith(cli: StackCli, change: Partial<BackupOutputs> = {}): Stack {
  const store = { kind: "directory", name: "local", path: "/stores/local", host: { kind: "volume", volume: "v1" } } as const;
  const backups: BackupOutputs = {
    motel: { agent: "motel-backup-1", drill: "motel-drill-1", keyId: "k1", stores: [store] },
    sms: { agent: "sms-backup-1", drill: "sms-drill-1", keyId: "k1", stores: [store] },
    ...(change as BackupOutputs),
  };
  return { name: "dev", outputs: { backups }, dockerHost: undefined, cli };
}

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** What was told meanwhile. */
  readonly progress: readonly string[];
}

/** Runs a command of the command line on a stack that is made up. */
export async function stackbook(argv: readonly string[], stack: Stack, engine: Engine, change: Partial<Context> = {}): Promise<Said> {
  const texts = { out: "", err: "" };
  const progress: string[] = [];
  const context: Context = {
    root: scratchFolder(), env: {}, now: () => new Date("2026-11-21T10:00:00Z"), who: "ops@desk", ...nobody, say: (line) => void progress.push(line), print: (text) => void (texts.out += text),
    openStack: (name) => Promise.resolve({ ...stack, name: name ?? stack.name }), connect: () => engine, ...change,
  };
  const code = await runCommand(argv, context, { out: (text) => (texts.out += text), err: (text) => (texts.err += text) });
  return { code, ...texts, progress };
}
