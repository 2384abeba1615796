import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import type Docker from "dockerode";
import type { Say } from "../../rpc/plugin";
import { isBag, stringMap, strings, text, word, type Bag } from "../../rpc/values";
import { says } from "../errors";
import { follow } from "../progress";
import { contextArchive } from "./context";

const LOG_LINES = 25;

/** Builds the image on the engine under its name. */
export async function buildImage(docker: Docker, host: string, news: Bag, say: Say): Promise<void> {
  const name = word(news.imageName);
  const build = isBag(news.build) ? news.build : {};
  if (build.builderVersion !== "BuilderV1" && (await hasBuildKit(host))) {
    await buildByCommand(host, name, build, say);
  } else {
    await buildByEngine(docker, name, build, say);
  }
}

/**
 * BuildKit needs a session that only the docker command speaks; it is used where there is one.
 * (Debian's and Docker's own packages have it; without it the engine's first builder does.)
 */
async function hasBuildKit(host: string): Promise<boolean> {
  const probe = promisify(execFile)("docker", ["--host", host, "buildx", "version"], { timeout: 10_000 });
  return probe.then(() => true, () => false);
}

async function buildByCommand(host: string, name: string, build: Bag, say: Say): Promise<void> {
  const args = Object.entries(stringMap(build.args) ?? {});
  const options = [
    ["--tag", name],
    ["--file", word(build.dockerfile)],
    // Without a value the docker command takes it from its environment: values stay off the process list.
    ...args.map(([key]) => ["--build-arg", key]),
    ...(text(build.target) === undefined ? [] : [["--target", word(build.target)]]),
    ...(text(build.platform) === undefined ? [] : [["--platform", word(build.platform)]]),
    ...(text(build.network) === undefined ? [] : [["--network", word(build.network)]]),
    ...strings(build.addHosts).map((host) => ["--add-host", host]),
    ...cacheFrom(build).map((image) => ["--cache-from", image]),
  ].flat();
  say(`building ${name}`);
  const env = { ...process.env, ...Object.fromEntries(args), DOCKER_BUILDKIT: "1" };
  const child = spawn("docker", ["--host", host, "buildx", "build", "--load", "--progress", "plain", ...options, word(build.context)], { env });
  const log: string[] = [];
  const keep = (chunk: Buffer): void => {
    const lines = chunk.toString().split("\n").filter((line) => line.trim() !== "");
    log.push(...lines);
    log.splice(0, Math.max(0, log.length - LOG_LINES));
    const last = lines.at(-1);
    if (last !== undefined) say(last.slice(0, 120));
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw failed(name, build, log, `the build ended with code ${String(code)}`);
}

async function buildByEngine(docker: Docker, name: string, build: Bag, say: Say): Promise<void> {
  const { archive, dockerfile } = await contextArchive(word(build.context), word(build.dockerfile));
  const hosts = strings(build.addHosts);
  say(`building ${name}`);
  const log: string[] = [];
  const stream = await docker
    .buildImage(archive, {
      t: name,
      dockerfile,
      rm: true,
      forcerm: true,
      ...(stringMap(build.args) && { buildargs: stringMap(build.args) }),
      // What is undefined would be sent as an empty value, and refused.
      ...(text(build.target) !== undefined && { target: text(build.target) }),
      ...(text(build.network) !== undefined && { networkmode: text(build.network) }),
      // The engine reads one parameter per host, which dockerode makes of a list; its types know one text only.
      ...(hosts.length > 0 && { extrahosts: hosts as unknown as string }),
      ...(cacheFrom(build).length > 0 && { cachefrom: JSON.stringify(cacheFrom(build)) }),
    })
    .catch((error: unknown) => {
      throw failed(name, build, log, says(error));
    });
  const keep = (line: string): void => {
    log.push(line);
    log.splice(0, Math.max(0, log.length - LOG_LINES));
    say(line.slice(0, 120));
  };
  await follow(docker, stream, keep).catch((error: unknown) => {
    throw failed(name, build, log, says(error));
  });
}

function cacheFrom(build: Bag): string[] {
  return isBag(build.cacheFrom) ? strings(build.cacheFrom.images) : [];
}

function failed(name: string, build: Bag, log: readonly string[], reason: string): Error {
  return new Error([`image ${name} could not be built from ${word(build.context)}: ${reason}`, ...(log.length === 0 ? [] : ["The build's last lines:", ...log])].join("\n"));
}
