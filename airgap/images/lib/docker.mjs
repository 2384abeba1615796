import { existsSync } from "node:fs";
import { run } from "./process.mjs";

/**
 * Debian's client comes first: it belongs to the engine this machine gets without a registry. A
 * client that is too old or too new for the engine says so at its first call, and the next is tried.
 */
const candidates = ["/usr/bin/docker", "docker"];

/** The Docker command line, bound to one engine. */
export async function findDocker(dockerHost) {
  const env = { ...process.env, ...(dockerHost === undefined ? {} : { DOCKER_HOST: dockerHost }) };
  const problems = [];
  for (const client of candidates) {
    if (client.startsWith("/") && !existsSync(client)) continue;
    try {
      await run(client, ["version", "--format", "{{.Server.Version}}"], { env });
      return new Docker(client, env);
    } catch (error) {
      problems.push(`${client}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(`no Docker engine answers at ${dockerHost ?? process.env.DOCKER_HOST ?? "the local socket"}; start it, or set DOCKER_HOST\n${problems.join("\n")}`);
}

export class Docker {
  constructor(client, env) {
    this.client = client;
    this.env = env;
  }

  call(args, options = {}) {
    return run(this.client, args, { ...options, env: this.env });
  }

  /** The ids of those references that exist, by reference, in one call. */
  async imageIds() {
    const lines = await this.call(["image", "ls", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}", "--filter", "reference=stackbook-airgap/*"]);
    return new Map(lines.split("\n").filter(Boolean).map((line) => /** @type {[string, string]} */ (line.split(" "))));
  }

  async imageId(reference) {
    return (await this.call(["image", "inspect", "--format", "{{.Id}}", reference])).trim();
  }

  /** Removes a container or volume that may not exist. */
  async remove(kind, name) {
    try {
      await this.call(kind === "container" ? ["rm", "-f", "-v", name] : ["volume", "rm", "-f", name]);
    } catch {
      // It was never made.
    }
  }
}
