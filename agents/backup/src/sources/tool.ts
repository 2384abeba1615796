import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { keptOutput } from "../stream";

/** What a tool says last is why it failed; more of it is of no use. */
const keptBytes = 4096;

export interface Tool {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Rejects with the tool's own last words when it ends with anything but 0. Never unhandled. */
  readonly done: Promise<void>;
  /** True once it has ended, however it did. */
  ended(): boolean;
  kill(): void;
}

export interface ToolOptions {
  /** Besides PATH and the like; secrets come this way and never as arguments. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Starts one of the database's own programs. */
export function startTool(command: string, args: readonly string[], { env = {}, signal }: ToolOptions = {}): Tool {
  const child = spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
  const stdout = keptOutput(child.stdout);
  let words = "";
  let over = false;
  let hurry: NodeJS.Timeout | undefined;
  child.stderr.setEncoding("utf8").on("data", (text: string) => (words = (words + text).slice(-keptBytes)));
  // A tool that has ended closes its end; who waits for `done` hears why.
  child.stdin.on("error", () => undefined);
  const kill = (): void => {
    if (over) return;
    child.kill("SIGTERM");
    hurry ??= setTimeout(() => child.kill("SIGKILL"), 5000);
  };
  const done = new Promise<void>((resolve, reject) => {
    child.once("error", (error) => {
      over = true;
      reject(new Error(`${command} can't be started: ${error.message}`));
    });
    child.once("close", (code, killedBy) => {
      over = true;
      clearTimeout(hurry);
      signal?.removeEventListener("abort", kill);
      if (code === 0) resolve();
      else if (signal?.aborted) reject(abortError(signal));
      else reject(new Error(`${command} ended with ${killedBy ?? code}: ${words.trim() || "it said nothing"}`));
    });
  });
  done.catch(() => undefined);
  if (signal?.aborted) kill();
  else signal?.addEventListener("abort", kill, { once: true });
  return { stdin: child.stdin, stdout, done, ended: () => over, kill };
}

/** Runs a tool to its end and gives what it printed, which must be little. */
export async function runTool(command: string, args: readonly string[], options: ToolOptions & { readonly input?: string } = {}): Promise<string> {
  const tool = startTool(command, args, options);
  tool.stdin.end(options.input);
  const chunks: Buffer[] = [];
  for await (const chunk of tool.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  await tool.done;
  return Buffer.concat(chunks).toString("utf8").trim();
}

/** "pg_dump (PostgreSQL) 16.14 (Debian 16.14-1)" to "16.14". */
export async function toolVersion(command: string): Promise<string> {
  const text = await runTool(command, ["--version"]);
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? text;
}

export function abortError(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error(`ended by request: ${String(signal.reason)}`);
}
