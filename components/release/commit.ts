import { execFile } from "node:child_process";

export interface ProgramCommit {
  readonly commit?: string;
  readonly dirty?: boolean;
}

/** Stack files are recorded by themselves, and commands write them. */
const program = ["--", ".", ":(exclude)Pulumi.*.yaml"];

/** Which text of the program this is; nothing where it is in no git repository, or there is no git. */
export async function programCommit(folder: string = process.cwd()): Promise<ProgramCommit> {
  const commit = await git(folder, ["rev-parse", "HEAD"]);
  if (commit === undefined) return {};
  const status = await git(folder, ["status", "--porcelain", ...program]);
  return { commit, ...(status === undefined ? {} : { dirty: status !== "" }) };
}

function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("git", ["-C", folder, ...args], { maxBuffer: 16 * 1024 * 1024 }, (error, out) => resolve(error === null ? out.trim() : undefined));
  });
}
