import { execFile } from "node:child_process";
import { z } from "zod";
import { Problem } from "../problem";

export interface ProjectPackage {
  readonly name: string;
  /** Absent: it is not installed. */
  readonly current?: string;
  readonly wanted: string;
  readonly latest: string;
}

const answer = z.record(z.string(), z.object({ current: z.string().optional(), wanted: z.string(), latest: z.string() }));

/** Packages of this working copy that have newer versions. @throws Problem where the registry does not answer */
export function projectPackages(root: string): Promise<readonly ProjectPackage[]> {
  return new Promise((resolve, reject) => {
    execFile("npm", ["outdated", "--json"], { cwd: root, timeout: 120_000, maxBuffer: 16 * 1024 * 1024 }, (_error, out, err) => {
      // It ends with 1 when something is outdated, and with the same when it could not ask.
      try {
        resolve(readOutdated(out));
      } catch {
        const said = err.trim().split("\n").filter((line) => line.startsWith("npm error")).map((line) => line.replace(/^npm error\s*/, "")).find((line) => line !== "" && !line.startsWith("code "));
        reject(new Problem(`npm could not ask its registry: ${said ?? (out.trim().split("\n")[0] ?? "no answer")}`, ["Try it by hand: npm outdated"]));
      }
    });
  });
}

export function readOutdated(out: string): readonly ProjectPackage[] {
  const found = answer.parse(JSON.parse(out.trim() === "" ? "{}" : out));
  return Object.entries(found).map(([name, { current, latest, wanted }]) => ({ name, ...(current === undefined ? {} : { current }), wanted, latest })).sort((a, b) => (a.name < b.name ? -1 : 1));
}
