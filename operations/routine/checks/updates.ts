import { execFile } from "node:child_process";
import { Problem } from "../../problem";
import type { Looking } from "../looking";
import type { Finding } from "../types";
import { unknown, type Check } from "./finding";

/** Newer images of what runs, and newer packages of the host. */

export const imageUpdates: Check = async (looking, system) => {
  const running = (await looking.containers(system)).filter(({ state }) => state === "running");
  const references = [...new Set(running.map(({ image }) => image.reference))].sort();
  if (references.length === 0) return unknown("none of its containers runs", looking.command("status"));
  const found = await Promise.all(references.map((reference) => looking.once(`image ${reference}`, () => compare(looking, reference))));
  const newer = found.flatMap((each) => (each.newer === true ? [each.reference] : []));
  const blind = found.flatMap((each) => (each.newer === undefined ? [`${each.reference}: ${each.why}`] : []));
  if (newer.length > 0) return { verdict: "look", says: `newer: ${newer.join(", ")}`, details: [...newer.map((reference) => `${reference} has a newer image`), ...blind], figures: [{ name: "newer images", value: newer.length, unit: "count", worse: "up" }] };
  if (blind.length > 0) return { verdict: "unknown", says: `${blind.length} of ${references.length} images can't be compared: ${blind[0] ?? ""}`, details: blind };
  return { verdict: "good", says: `${references.length} images are the newest of their tags`, figures: [{ name: "newer images", value: 0, unit: "count", worse: "up" }] };
};

interface Compared {
  readonly reference: string;
  /** undefined: nobody can tell. */
  readonly newer: boolean | undefined;
  readonly why: string;
}

async function compare({ engine }: Looking, reference: string): Promise<Compared> {
  const tag = reference.replace(/@sha256:[0-9a-f]{64}$/, "");
  const own = await engine.image(reference);
  if (own === undefined) return { reference, newer: undefined, why: "the engine has it no more" };
  if (own.digests.length === 0) return { reference, newer: undefined, why: "built here, so no registry knows a newer one: build it anew" };
  try {
    const newest = await engine.registryDigest(tag);
    return { reference, newer: !own.digests.some((digest) => digest.endsWith(newest)), why: "" };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { reference, newer: undefined, why: error.message };
  }
}

/** Debian's and Ubuntu's: what an upgrade would install, without doing it. */
const simulated = ["apt-get", "-s", "-q", "-o", "Debug::NoLocking=true", "upgrade"];

export const hostPackages: Check = (looking) =>
  looking.once("host packages", async (): Promise<Finding> => {
    const text = await onHost(looking, simulated);
    const lines = text.split("\n").filter((line) => line.startsWith("Inst "));
    const names = lines.map((line) => line.split(" ")[1] ?? "");
    const security = lines.filter((line) => /-security/i.test(line)).length;
    return {
      verdict: security > 0 ? "bad" : lines.length > 0 ? "look" : "good",
      says: lines.length === 0 ? "no package has a newer version" : `${lines.length} packages have newer versions, ${security} of them for security: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ", ..." : ""}`,
      details: names.slice(0, 50), figures: [{ name: "packages", value: lines.length, unit: "count", worse: "up" }, { name: "for security", value: security, unit: "count", worse: "up", limit: 0 }],
      ...(lines.length > 0 ? { run: ["apt-get upgrade, on the host, in a maintenance window"] } : {}),
    };
  });

/** @throws Problem where the host can't be reached, or has no such command */
function onHost({ stack: { dockerHost } }: Looking, command: readonly string[]): Promise<string> {
  const url = dockerHost === undefined || dockerHost === "" ? undefined : new URL(dockerHost);
  if (url !== undefined && url.protocol === "tcp:") throw new Problem(`the host of ${dockerHost ?? ""} can't be asked: an engine tells nothing of its packages`, ["Use ssh:// in stackbook:host, or look there."]);
  const words = url?.protocol === "ssh:" ? ["ssh", "-o", "BatchMode=yes", ...(url.port === "" ? [] : ["-p", url.port]), `${url.username === "" ? "root" : url.username}@${url.hostname}`, command.join(" ")] : command;
  const [program = "", ...rest] = words;
  return new Promise((resolve, reject) => {
    execFile(program, rest, { timeout: 60_000, env: { ...process.env, LC_ALL: "C" }, maxBuffer: 16 * 1024 * 1024 }, (error, out, err) => {
      if (error === null) return resolve(out);
      const said = err.trim().split("\n").at(-1) ?? "";
      reject(new Problem(`packages of the host are not known: ${said === "" ? error.message.split("\n")[0] ?? "" : said}`, ["They are Debian's and Ubuntu's, by apt-get; look at other hosts by hand."]));
    });
  });
}
