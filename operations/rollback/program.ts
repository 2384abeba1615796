import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { notProgram, type ReleaseRecord } from "../../releases/record";
import { Problem } from "../problem";

/** Which text of the program an update runs. */
export type Program =
  /** This working copy: the release's own, or one that makes the same of the same settings. */
  | { readonly kind: "here"; readonly why: string }
  /** A worktree of the release's commit. */
  | { readonly kind: "commit"; readonly commit: string };

const untouched = notProgram.map((name) => `:(exclude)${name}`);

/**
 * The program of a release.
 * @throws Problem when it was never committed, or the commit is gone; nothing was touched then
 */
export async function programOf(record: ReleaseRecord, root: string, { currentProgram }: { readonly currentProgram: boolean }): Promise<Program> {
  if (currentProgram) return { kind: "here", why: "asked for by --current-program" };
  const { commit, dirty, number } = record;
  const instead = "Give --current-program to bring its settings and images back with today's program.";
  if (commit === undefined) throw new Problem(`release ${number} was made by a program that is in no git repository: it can't be run again as it was`, [instead]);
  if (!(await succeeds(root, ["cat-file", "-e", `${commit}^{commit}`]))) {
    throw new Problem(`the commit of release ${number}, ${commit.slice(0, 12)}, is not in this clone`, [`Get it: git fetch origin ${commit} (or git fetch --unshallow --all), then run this again; nothing was touched.`, instead]);
  }
  if (await succeeds(root, ["diff", "--quiet", commit, "--", ".", ...untouched])) return { kind: "here", why: `it is the same as at ${commit.slice(0, 12)}` };
  if (dirty === true) throw new Problem(`release ${number} was made by a program with changes that were never committed, on top of ${commit.slice(0, 12)}: it can't be run again as it was`, [instead]);
  return { kind: "commit", commit };
}

/**
 * The program as it was at a commit, ready to run: its own packages, its own builds, this clone's stack file. It stays,
 * so that going back there again takes no time.
 */
export async function checkOut(commit: string, { root, stack, say }: { readonly root: string; readonly stack: string; readonly say: (line: string) => void }): Promise<string> {
  const folder = join(root, ".stackbook", "worktrees", commit);
  if (!existsSync(join(folder, "Pulumi.yaml"))) {
    say(`the program of commit ${commit.slice(0, 12)} is checked out into .stackbook/worktrees`);
    rmSync(folder, { recursive: true, force: true });
    await must(root, ["worktree", "prune"]);
    await must(root, ["worktree", "add", "--detach", "--force", folder, commit]);
  }
  // It may have been looked around in.
  await must(folder, ["checkout", "--quiet", "--force", commit]);
  await providePackages(folder, root, say);
  linkStackFile(folder, root, stack);
  await command("npm", ["run", "--silent", "build:app"], folder, "the programs beside the systems could not be built as they were then");
  return folder;
}

/** The one that there is: it is what the update is about. */
function linkStackFile(folder: string, root: string, stack: string): void {
  const link = join(folder, `Pulumi.${stack}.yaml`);
  rmSync(link, { force: true });
  symlinkSync(join(root, `Pulumi.${stack}.yaml`), link);
}

/** By the hash of the lock file: today's where it is the same, else kept from last time, else installed. */
async function providePackages(folder: string, root: string, say: (line: string) => void): Promise<void> {
  const modules = join(folder, "node_modules");
  if (existsSync(modules)) return;
  const wanted = lockHash(folder);
  if (wanted === lockHash(root)) return symlinkSync(join(root, "node_modules"), modules);
  const kept = packageCache(wanted);
  if (!existsSync(kept)) {
    say("its packages are others than today's: they are installed (npm ci), and kept");
    await command("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"], folder, "its packages could not be installed");
    mkdirSync(dirname(kept), { recursive: true });
    // Perhaps to another disk.
    await command("mv", [modules, `${kept}.${process.pid}`], folder, "its packages could not be kept");
    renameSync(`${kept}.${process.pid}`, kept);
  }
  symlinkSync(kept, modules);
}

/** Today's packages, for the day on which they are yesterday's: no network is needed then. */
export async function keepPackages(root: string): Promise<void> {
  const kept = packageCache(lockHash(root));
  const modules = join(root, "node_modules");
  if (existsSync(kept) || !existsSync(modules)) return;
  mkdirSync(dirname(kept), { recursive: true });
  const beside = `${kept}.${process.pid}`;
  // By hard links, which take no room; where there are none, or the cache is on another disk, as a copy.
  await command("cp", ["-al", modules, beside], root, "").catch(() => command("cp", ["-R", modules, beside], root, "today's packages could not be kept"));
  renameSync(beside, kept);
}

function packageCache(hash: string): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "stackbook", "modules", hash, "node_modules");
}

function lockHash(folder: string): string {
  return createHash("sha256").update(readFileSync(join(folder, "package-lock.json"))).digest("hex").slice(0, 16);
}

function succeeds(root: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => execFile("git", ["-C", root, ...args], (error) => resolve(error === null)));
}

async function must(root: string, args: readonly string[]): Promise<void> {
  await command("git", ["-C", root, ...args], root, `git ${args[0] ?? ""} failed`);
}

function command(program: string, args: readonly string[], cwd: string, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(program, [...args], { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => {
      if (error === null) resolve();
      else reject(new Problem(`${what}:`, [...`${err}\n${out}`.trim().split("\n").slice(-8), "Nothing was touched."]));
    });
  });
}
