import { spawn } from "node:child_process";

export interface Ran {
  readonly code: number;
  /** Both streams, as they came. */
  readonly output: string;
}

/** Pulumi's CLI, of which nobody answers a question. */
export function runPulumi(args: readonly string[], { cwd, env, input }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly input?: string | undefined }): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", [...args, "--non-interactive", "--color", "never"], { cwd, env });
    const chunks: Buffer[] = [];
    const collect = (chunk: Buffer): void => void chunks.push(chunk);
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, output: Buffer.concat(chunks).toString("utf8") }));
    child.stdin.end(input);
  });
}
