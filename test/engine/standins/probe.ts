import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import Docker from "dockerode";
import { Project, repository } from "../support";

export const docker = new Docker();
/** Of this run of these tests: another one may go on at the same time. */
export const PROBE = `stackbook-test-probe:${process.pid}`;

const run = promisify(execFile);

/** An image of one static binary (probe/main.go): nothing is downloaded. */
async function makeProbeImage(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "stackbook-probe-"));
  try {
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off", GOTOOLCHAIN: "local" };
    await run("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", join(folder, "probe"), "."], { cwd: join(repository, "test/engine/standins/probe"), env });
    await run("tar", ["-C", folder, "-cf", join(folder, "root.tar"), "probe"]);
    const [repo, tag] = PROBE.split(":");
    const stream = await docker.importImage(createReadStream(join(folder, "root.tar")), { repo, tag });
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(stream, (error: Error | null) => (error === null ? resolve() : reject(error)));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeProbeImage(): Promise<void> {
  await docker.getImage(PROBE).remove({ force: true });
}

/** For a describe: its tests' projects, one at a time, of which each is destroyed after its test, and the image they use. */
export function projects(): typeof Project.create {
  let project: Project | undefined;
  before(makeProbeImage);
  after(removeProbeImage);
  afterEach(async () => {
    await project?.close();
    project = undefined;
  });
  return async (...given) => (project = await Project.create(...given));
}

/** Containers, running or not, whose name starts so. */
export async function containersNamed(prefix: string): Promise<{ id: string; name: string; running: boolean }[]> {
  const all = await docker.listContainers({ all: true });
  return all
    .map(({ Id, Names, State }) => ({ id: Id, name: (Names[0] ?? "").slice(1), running: State === "running" }))
    .filter(({ name }) => name.startsWith(prefix));
}

/** A program on the docker SDK: `container("app", "{ … }", "{ … }")` lines. */
export function program(...lines: string[]): string {
  return [
    `"use strict";`,
    `const pulumi = require("@pulumi/pulumi");`,
    `const docker = require("@pulumi/docker");`,
    `const container = (name, args, opts) => new docker.Container(name, { image: ${JSON.stringify(PROBE)}, entrypoints: ["/probe"], command: ["serve"], ...args }, opts);`,
    `const healthcheck = { tests: ["CMD", "/probe", "check"], interval: "300ms", timeout: "5s", startPeriod: "0s", retries: 3 };`,
    ...lines,
  ].join("\n");
}
