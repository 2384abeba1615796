import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { notProgram } from "../../releases/record";

export interface ProgramCommit {
  readonly commit?: string;
  readonly dirty?: boolean;
}

const pathspecs = ["--", ".", ...notProgram.map((name) => `:(exclude)${name}`)];

/** Which text of the program this is; nothing where it is in no git repository, or there is no git. */
export async function programCommit(folder: string = process.cwd()): Promise<ProgramCommit> {
  const commit = await git(folder, ["rev-parse", "HEAD"]);
  if (commit === undefined) return {};
  const status = await git(folder, ["status", "--porcelain", ...pathspecs]);
  return { commit, ...(status === undefined ? {} : { dirty: status !== "" }) };
}

/** The same for programs that make the same of the same settings, whatever else their commits changed; empty: there is no git. */
export async function programText(folder: string = process.cwd()): Promise<string> {
  const [tree, changes] = await Promise.all([git(folder, ["ls-tree", "HEAD"]), git(folder, ["diff", "HEAD", ...pathspecs])]);
  if (tree === undefined) return "";
  const parts = tree.split("\n").filter((line) => !isOutside(line.split("\t")[1] ?? ""));
  return createHash("sha256").update(JSON.stringify([parts, changes ?? ""])).digest("hex");
}

function isOutside(name: string): boolean {
  return notProgram.some((pattern) => new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`).test(name));
}

function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("git", ["-C", folder, ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, out) => resolve(error === null ? out.trim() : undefined));
  });
}
