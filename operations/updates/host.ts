import { execFile } from "node:child_process";
import { Problem } from "../problem";

export interface HostPackage {
  readonly name: string;
  /** Where it comes from says so. */
  readonly security: boolean;
}

/** Debian's and Ubuntu's: what an upgrade would install, without doing it. */
const simulated = ["apt-get", "-s", "-q", "-o", "Debug::NoLocking=true", "upgrade"];

/** @throws Problem where the host can't be reached, or has no such command */
export async function hostPackages(dockerHost: string | undefined): Promise<readonly HostPackage[]> {
  const text = await onHost(dockerHost, simulated);
  return text.split("\n").filter((line) => line.startsWith("Inst ")).map((line) => ({ name: line.split(" ")[1] ?? "", security: /-security/i.test(line) }));
}

function onHost(dockerHost: string | undefined, command: readonly string[]): Promise<string> {
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
