import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { root, type TestStack } from "../../support/stack";

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The command line on a stack of a test, as a user calls it: each time a process of its own. */
export class CommandLine {
  private readonly stackFile: string;

  constructor(private readonly stack: TestStack) {
    this.stackFile = join(root, `Pulumi.${stack.name}.yaml`);
  }

  /** The command line looks for the stack file beside the project, where a change of configuration takes it away. */
  private link(): void {
    if (!existsSync(this.stackFile)) symlinkSync(this.stack.configFile, this.stackFile);
  }

  close(): void {
    rmSync(this.stackFile, { force: true });
  }

  start(argv: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    this.link();
    const end = argv.indexOf("--");
    const words = end < 0 ? [...argv, "--stack", this.stack.name] : [...argv.slice(0, end), "--stack", this.stack.name, ...argv.slice(end)];
    return spawn(process.execPath, [join(root, "operations/bin.cjs"), ...words], { cwd: root, env: { ...this.stack.env, ...env } });
  }

  run(argv: readonly string[], { env, input = "" }: { readonly env?: NodeJS.ProcessEnv; readonly input?: string } = {}): Promise<Said> {
    return new Promise((resolve, reject) => {
      const child = this.start(argv, env);
      const texts = { out: "", err: "" };
      child.stdout?.on("data", (chunk: Buffer) => (texts.out += chunk.toString("utf8")));
      child.stderr?.on("data", (chunk: Buffer) => (texts.err += chunk.toString("utf8")));
      child.on("error", reject).on("close", (code) => resolve({ code: code ?? -1, ...texts }));
      child.stdin?.end(input);
    });
  }

  async must(...argv: readonly string[]): Promise<string> {
    const { code, err, out } = await this.run(argv);
    assert.equal(code, 0, `stackbook ${argv.join(" ")}:\n${out}${err}`);
    return out;
  }

  async json<T>(...argv: readonly string[]): Promise<T> {
    return JSON.parse(await this.must(...argv, "--json")) as T;
  }

  /** Starts one that goes on by itself, waits for a text on its standard output, and ends it. @returns what it had printed by then */
  async until(argv: readonly string[], text: RegExp, meanwhile: (printed: string) => Promise<void>, seconds: number): Promise<string> {
    const child = this.start(argv);
    let printed = "";
    try {
      return await new Promise<string>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`stackbook ${argv.join(" ")} did not print ${String(text)} in ${seconds} s:\n${printed}`)), seconds * 1000);
        const take = (chunk: Buffer): void => {
          const first = printed === "";
          printed += chunk.toString("utf8");
          if (first) meanwhile(printed).catch(reject);
          if (text.test(printed)) {
            clearTimeout(late);
            resolve(printed);
          }
        };
        child.stdout?.on("data", take);
        child.on("error", reject).on("close", (code) => reject(new Error(`stackbook ${argv.join(" ")} ended by itself with ${code}:\n${printed}`)));
      });
    } finally {
      child.removeAllListeners("close");
      child.kill("SIGINT");
    }
  }
}
