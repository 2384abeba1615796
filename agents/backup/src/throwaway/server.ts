import { spawn, type ChildProcess } from "node:child_process";

/** A server inside this container, for one load: said loudly when it dies, and gone for certain in the end. */
export class LocalServer {
  private words = "";
  private exit: { readonly code: number | null } | undefined;
  private readonly child: ChildProcess;
  private readonly over: Promise<void>;

  constructor(private readonly command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}, input?: string) {
    this.child = spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
    this.child.stdin?.on("error", () => undefined).end(input);
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.setEncoding("utf8").on("data", (text: string) => (this.words = (this.words + text).slice(-4096)));
    this.over = new Promise((resolve) => {
      this.child.once("error", (error) => this.ended(resolve, null, error.message));
      this.child.once("close", (code) => this.ended(resolve, code));
    });
  }

  private ended(resolve: () => void, code: number | null, words = ""): void {
    this.words += words;
    this.exit = { code };
    resolve();
  }

  /** Until `answers` does, or an error with the server's last words. */
  async ready(answers: () => Promise<unknown>, seconds: number, signal?: AbortSignal): Promise<void> {
    for (const end = Date.now() + seconds * 1000; ; await new Promise((wake) => setTimeout(wake, 100))) {
      signal?.throwIfAborted();
      if (this.exit !== undefined) throw new Error(`${this.command} ended with ${this.exit.code ?? "a signal"} before it was ready: ${this.words.trim()}`);
      try {
        await answers();
        return;
      } catch (error) {
        if (Date.now() > end) throw new Error(`${this.command} is not ready after ${seconds} s (${String(error)}): ${this.words.trim()}`, { cause: error });
      }
    }
  }

  async stop(): Promise<void> {
    if (this.exit !== undefined) return;
    // PostgreSQL: at once and without tidying up, as everything is wiped afterwards; others take it as a plain request to end.
    this.child.kill(this.command === "postgres" ? "SIGQUIT" : "SIGTERM");
    const hurry = setTimeout(() => this.child.kill("SIGKILL"), 5000);
    await this.over;
    clearTimeout(hurry);
  }
}
