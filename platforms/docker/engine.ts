/**
 * The part of a dynamic provider that talks to the Docker Engine, shared by Task, HealthGate and
 * Attachment. These functions are serialised into the state, so they are small, capture nothing but
 * each other, and require their modules inside.
 */
import type Docker from "dockerode";

/** @param host unix://, tcp:// or ssh:// address; undefined: DOCKER_HOST or the local socket. */
export function connect(host: string | undefined): Docker {
  const DockerClient = require("dockerode") as typeof Docker;
  const address = host ?? process.env["DOCKER_HOST"];
  if (address === undefined || address === "") return new DockerClient();
  const url = new URL(address);
  if (url.protocol === "unix:") return new DockerClient({ socketPath: url.pathname });
  if (url.protocol === "ssh:") {
    return new DockerClient({
      protocol: "ssh",
      host: url.hostname,
      port: url.port === "" ? 22 : Number(url.port),
      username: url.username === "" ? "root" : url.username,
      sshOptions: { agent: process.env["SSH_AUTH_SOCK"] },
    });
  }
  return new DockerClient({ protocol: "http", host: url.hostname, port: url.port === "" ? 2375 : Number(url.port) });
}

/** The last lines a container wrote, both streams in order, without the multiplexing headers. */
export async function lastLogLines(container: Docker.Container, lines: number): Promise<string> {
  const raw = await container.logs({ stdout: true, stderr: true, tail: lines });
  const parts: string[] = [];
  let at = 0;
  while (at + 8 <= raw.length && (raw[at] ?? 9) <= 2 && raw[at + 1] === 0) {
    const size = raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + 8, at + 8 + size).toString("utf8"));
    at += 8 + size;
  }
  return (parts.length > 0 ? parts.join("") : raw.toString("utf8")).trimEnd();
}

/** True when both would be the same request; the provider's own text and its answer are no part of it. */
export function sameInputs(olds: object, news: object): boolean {
  const sorted = (value: object): object => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = (value: object): string =>
    JSON.stringify({ ...value, __provider: undefined, result: undefined }, (_key, inner: unknown) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner) ? sorted(inner) : inner,
    );
  return text(olds) === text(news);
}
