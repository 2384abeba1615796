import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type Docker from "dockerode";

const TAKEN = [/Bind for [^ ]*:(\d+) failed: port is already allocated/, /listen \w+ [^ ]*:(\d+): bind: address already in use/];

/** Adds to Docker's words who holds the port, where that can be found out. */
export async function explainStart(docker: Docker, message: string, ownId: string): Promise<string> {
  const port = TAKEN.map((pattern) => pattern.exec(message)?.[1]).find((found) => found !== undefined);
  if (port === undefined) return message;
  const holder = (await containerOn(docker, Number(port), ownId)) ?? (await processOn(docker, port));
  const who = holder === undefined ? "something else on the Docker host" : holder;
  return `port ${port} is taken by ${who}. Free it, or choose another external port.`;
}

async function containerOn(docker: Docker, port: number, ownId: string): Promise<string | undefined> {
  const running = await docker.listContainers().catch(() => []);
  const holder = running.find((other) => other.Id !== ownId && other.Ports.some(({ PublicPort }) => PublicPort === port));
  return holder === undefined ? undefined : `the container ${(holder.Names[0] ?? holder.Id).replace(/^\//, "")} (image ${holder.Image})`;
}

/** Only an engine on this machine shares its processes with us. */
async function processOn(docker: Docker, port: string): Promise<string | undefined> {
  if (typeof (docker.modem as { socketPath?: unknown }).socketPath !== "string") return undefined;
  const { stdout } = await promisify(execFile)("ss", ["-Hltnp", `sport = :${port}`]).catch(() => ({ stdout: "" }));
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(stdout) ?? [];
  return name === undefined ? undefined : `the process ${name} (pid ${String(pid)})`;
}
