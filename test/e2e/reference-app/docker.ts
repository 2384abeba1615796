import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = join(__dirname, "../../..");

const official: Readonly<Record<string, string>> = {
  postgres: "postgres:16", mongodb: "mongo:6.0", redis: "redis:7", node: "node:20-bookworm-slim", web: "nginxinc/nginx-unprivileged:stable",
};

/** The images built from packages where there are some, as the program itself chooses. */
export function imageOf(logical: string): string {
  const path = process.env["STACKBOOK_IMAGES"] ?? join(root, ".stackbook/images.json");
  const built = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, { ref: string }>) : {};
  const image = built[logical]?.ref ?? official[logical];
  if (!image) throw new Error(`no image for ${logical}`);
  return image;
}

export function docker(...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("docker", [...args], { maxBuffer: 32 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`docker ${args[0] ?? ""} failed: ${stderr || stdout}`));
      else resolve(stdout.trim());
    });
  });
}

export interface ContainerOptions {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly command?: readonly string[];
}

/** Containers of one test, in a network of their own, all gone at the end. */
export class Stage {
  readonly name = `refapp-e2e-${randomBytes(4).toString("hex")}`;
  private readonly containers: string[] = [];

  async open(): Promise<void> {
    await docker("network", "create", this.name);
  }

  /** Starts a container that the others reach as `alias`. */
  async start(alias: string, options: ContainerOptions): Promise<string> {
    const name = `${this.name}-${alias}-${this.containers.length}`;
    this.containers.push(name);
    await docker("run", "-d", "--name", name, "--network", this.name, "--network-alias", alias, ...this.arguments(options));
    return name;
  }

  /** Runs a command to its end. */
  async run(options: ContainerOptions): Promise<{ readonly code: number; readonly log: string }> {
    const name = await this.start("run", options);
    const code = Number(await docker("wait", name));
    return { code, log: await this.logs(name) };
  }

  logs(container: string): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile("docker", ["logs", container], { maxBuffer: 32 * 1024 * 1024 }, (error, stdout, stderr) => {
        if (error) reject(new Error(`no log of ${container}: ${stderr}`));
        else resolve(stdout + stderr);
      });
    });
  }

  async address(container: string, port: number): Promise<string> {
    return `http://${(await docker("port", container, String(port))).split("\n")[0] ?? ""}`;
  }

  async close(): Promise<void> {
    if (this.containers.length > 0) await docker("rm", "-f", "-v", ...this.containers);
    await docker("network", "rm", this.name);
  }

  private arguments(options: ContainerOptions): readonly string[] {
    const environment = Object.entries(options.environment ?? {}).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    return [...environment, ...(options.flags ?? []), options.image, ...(options.command ?? [])];
  }
}

/** Asks until there is a good answer; the last bad one is in the error. */
export async function until<T>(what: string, seconds: number, ask: () => Promise<T>, good: (value: T) => boolean = () => true): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    let last: unknown;
    try {
      const value = await ask();
      if (good(value)) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`${what} did not happen within ${seconds} s; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
