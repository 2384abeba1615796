import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import type Docker from "dockerode";
import type { Say } from "../../rpc/plugin";
import { isBag, stringMap, strings, text, type Bag } from "../../rpc/values";
import { says } from "../errors";
import { contextArchive } from "./context";

const LOG_LINES = 25;

interface Progress {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}

/** Builds the image on the engine under its name. */
export async function buildImage(docker: Docker, host: string, news: Bag, say: Say): Promise<void> {
  const name = String(news.imageName);
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
    ["--file", String(build.dockerfile)],
    // Without a value the docker command takes it from its environment: values stay off the process list.
    ...args.map(([key]) => ["--build-arg", key]),
    ...(text(build.target) === undefined ? [] : [["--target", String(build.target)]]),
    ...(text(build.platform) === undefined ? [] : [["--platform", String(build.platform)]]),
    ...(text(build.network) === undefined ? [] : [["--network", String(build.network)]]),
    ...strings(build.addHosts).map((host) => ["--add-host", host]),
    ...cacheFrom(build).map((image) => ["--cache-from", image]),
  ].flat();
  say(`building ${name}`);
  const env = { ...process.env, ...Object.fromEntries(args), DOCKER_BUILDKIT: "1" };
  const child = spawn("docker", ["--host", host, "buildx", "build", "--load", "--progress", "plain", ...options, String(build.context)], { env });
  const log: string[] = [];
  const keep = (chunk: Buffer): void => {
    const lines = chunk.toString().split("\n").filter((line) => line.trim() !== "");
    log.push(...lines);
    log.splice(0, log.length - LOG_LINES);
    const last = lines.at(-1);
    if (last !== undefined) say(last.slice(0, 120));
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const code = await new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw failed(name, build, log, `the build ended with code ${String(code)}`);
}

async function buildByEngine(docker: Docker, name: string, build: Bag, say: Say): Promise<void> {
  const { archive, dockerfile } = await contextArchive(String(build.context), String(build.dockerfile));
  say(`building ${name}`);
  const log: string[] = [];
  const stream = await docker
    .buildImage(archive, {
      t: name,
      dockerfile,
      buildargs: stringMap(build.args),
      target: text(build.target),
      networkmode: text(build.network),
      extrahosts: strings(build.addHosts).join(",") || undefined,
      ...(cacheFrom(build).length > 0 && { cachefrom: JSON.stringify(cacheFrom(build)) }),
      rm: true,
      forcerm: true,
    })
    .catch((error: unknown) => {
      throw failed(name, build, log, says(error));
    });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error: Error | null) => (error === null ? resolve() : reject(failed(name, build, log, says(error)))),
      (progress: Progress) => {
        const line = (progress.stream ?? progress.status ?? "").trimEnd();
        if (line === "") return;
        log.push(line);
        log.splice(0, log.length - LOG_LINES);
        say(line.slice(0, 120));
      },
    );
  });
}

function cacheFrom(build: Bag): string[] {
  return isBag(build.cacheFrom) ? strings(build.cacheFrom.images) : [];
}

function failed(name: string, build: Bag, log: readonly string[], reason: string): Error {
  return new Error([`image ${name} could not be built from ${String(build.context)}: ${reason}`, ...(log.length === 0 ? [] : ["The build's last lines:", ...log])].join("\n"));
}
