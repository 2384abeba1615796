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

/** The last lines a container wrote, both streams in order. */
export async function lastLogLines(container: Docker.Container, lines: number): Promise<string> {
  return unframe(await container.logs({ stdout: true, stderr: true, tail: lines }));
}

/** What a container that has ended wrote last to its standard output: a program's answer. */
export async function lastLine(container: Docker.Container): Promise<string> {
  const text = unframe(await container.logs({ stdout: true, stderr: false, tail: 1000 }));
  return text.slice(text.lastIndexOf("\n") + 1);
}

/** Both streams' text in order, without the multiplexing headers. */
function unframe(raw: Buffer): string {
  const parts: string[] = [];
  let at = 0;
  while (at + 8 <= raw.length && (raw[at] ?? 9) <= 2 && raw[at + 1] === 0) {
    const size = raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + 8, at + 8 + size).toString("utf8"));
    at += 8 + size;
  }
  return (parts.length > 0 ? parts.join("") : raw.toString("utf8")).trimEnd();
}

/**
 * The container's own health check, run now: the engine looks every few seconds only, since each look is a process
 * that starts. It ends after five seconds, like the engine's.
 * @param test Docker's form: ["CMD", ...] or ["CMD-SHELL", text]
 */
export async function checkHealth(container: Docker.Container, test: readonly string[]): Promise<{ readonly healthy: boolean; readonly said: string }> {
  const [kind, ...words] = test;
  const exec = await container.exec({ Cmd: kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...words] : words, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const parts: Buffer[] = [];
  const ended = await new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), 5000);
    const end = (): void => {
      clearTimeout(timer);
      resolve(true);
    };
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("end", end);
    stream.on("error", end);
  });
  stream.destroy();
  const said = unframe(Buffer.concat(parts));
  if (!ended) return { healthy: false, said: `${said}\nno answer within 5 s`.trim() };
  return { healthy: (await exec.inspect()).ExitCode === 0, said };
}

/** True when both would be the same request; the provider's own text and its answer are no part of it. */
export function sameInputs(olds: object, news: object): boolean {
  const sorted = (value: object): object => Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = (value: object): string =>
    JSON.stringify({ ...value, __provider: undefined, result: undefined, answer: undefined }, (_key, inner: unknown) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner) ? sorted(inner) : inner,
    );
  return text(olds) === text(news);
}
