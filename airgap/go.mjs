import { spawn } from "node:child_process";
import { totalmem } from "node:os";

/**
 * Go's compiler looks for garbage only when it holds this much, which takes a quarter off a build (cAdvisor from nothing:
 * 57 s of processor time before, 43 s so). One compiler runs per core; 1 GiB is more than any package here has needed.
 */
export const compilerMemory = { GOGC: "off", GOMEMLIMIT: `${Math.min(1024, Math.floor(totalmem() / 2 ** 20 / 8))}MiB` };

/** Whatever is added here is part of the names under which builds are kept. */
export const buildArguments = ["build", "-mod=readonly", "-trimpath"];

/**
 * Builds programs of one module, as its go.sum has them.
 * @param {{ folder: string, flags: string, output: string, packages: readonly string[], nice?: number }} what
 * `flags`: the linker's; `output`: a file, or a folder with a slash at its end; `nice`: how far below other work, 0-19
 */
export async function build({ folder, flags, nice, output, packages }) {
  const command = ["go", ...buildArguments, "-ldflags", flags, "-o", output, ...packages];
  const [first, ...rest] = nice === undefined ? command : ["nice", "-n", String(nice), ...command];
  // GOFLAGS and GOWORK of the user's own projects must not change what is built.
  const env = { ...process.env, ...compilerMemory, GOFLAGS: "", GOWORK: "off", GOTOOLCHAIN: "local", CGO_ENABLED: "0" };
  await run(first, rest, folder, env, "If modules can't be fetched, set GOPROXY to a mirror this machine reaches.");
}

/**
 * Runs a program to its end; what it complained of is the error.
 * @param {string} command @param {readonly string[]} args @param {string} cwd @param {NodeJS.ProcessEnv} env @param {string} [fix] what to do then
 */
export async function run(command, args, cwd, env, fix) {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
  const complaints = [];
  child.stderr.on("data", (chunk) => complaints.push(chunk));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code === 0) return;
  const lines = Buffer.concat(complaints).toString().trim().split("\n").filter((line) => !line.startsWith("go: downloading"));
  throw new Error([`${command} ${args.slice(0, 4).join(" ")} in ${cwd} ended with code ${code}:`, ...lines.slice(-15), ...(fix === undefined ? [] : [fix])].join("\n"));
}
