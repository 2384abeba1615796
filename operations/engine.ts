import { Writable } from "node:stream";
import type Docker from "dockerode";
import { Problem } from "./problem";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface ExecOptions {
  /** @default 60 */
  readonly timeoutSeconds?: number;
  /** Each whole line of its standard error as it comes: what people are told while they wait. */
  readonly onProgress?: (line: string) => void;
}

/** What operations ask of a container engine. */
export interface Engine {
  /** Runs a command in a running container, with a line on its standard input. */
  exec(container: string, command: readonly string[], line: string, options?: ExecOptions): Promise<Ended>;
}

const defaultTimeoutSeconds = 60;

/** @param address unix://, tcp:// or ssh://; undefined: the local socket. As platforms/docker reaches it. */
export function connect(address: string | undefined): Engine {
  return { exec: async (container, command, line, options) => exec(await client(address), address, { container, command, line, ...options }) };
}

/** The library is loaded when it is needed: it takes longer than all the rest. */
async function client(address: string | undefined): Promise<Docker> {
  const { default: Docker } = await import("dockerode");
  if (address === undefined || address === "") return new Docker();
  const url = new URL(address);
  if (url.protocol === "unix:") return new Docker({ socketPath: url.pathname });
  if (url.protocol !== "ssh:") return new Docker({ protocol: "http", host: url.hostname, port: url.port === "" ? 2375 : Number(url.port) });
  return new Docker({
    protocol: "ssh", host: url.hostname, port: url.port === "" ? 22 : Number(url.port), username: url.username === "" ? "root" : url.username,
    sshOptions: { agent: process.env["SSH_AUTH_SOCK"] },
  });
}

type Asked = ExecOptions & { readonly container: string; readonly command: readonly string[]; readonly line: string };

async function exec(docker: Docker, address: string | undefined, asked: Asked): Promise<Ended> {
  const { container, command, line, timeoutSeconds = defaultTimeoutSeconds } = asked;
  try {
    const handle = await docker.getContainer(container).exec({ Cmd: [...command], AttachStdin: true, AttachStdout: true, AttachStderr: true });
    const stream = await handle.start({ hijack: true, stdin: true });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    docker.modem.demuxStream(stream, into(out), into(err, asked.onProgress));
    let late: NodeJS.Timeout | undefined;
    const ended = new Promise<void>((resolve, reject) => {
      late = setTimeout(() => {
        reject(new Problem(`${container} did not answer in ${timeoutSeconds} s`, [`Look at its log: docker logs --tail 50 ${container}`]));
        stream.destroy();
      }, timeoutSeconds * 1000);
      stream.once("error", reject).once("end", resolve).once("close", resolve);
    });
    stream.end(`${line}\n`);
    await ended.finally(() => clearTimeout(late));
    const { ExitCode: code } = await handle.inspect();
    return { code: code ?? 1, out: Buffer.concat(out).toString("utf8"), err: Buffer.concat(err).toString("utf8") };
  } catch (error) {
    throw explained(error, address, container);
  }
}

function into(chunks: Buffer[], onLine?: (line: string) => void): Writable {
  let rest = "";
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      if (onLine !== undefined) {
        const lines = (rest + chunk.toString("utf8")).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) onLine(line);
      }
      done();
    },
  });
}

function explained(error: unknown, address: string | undefined, container: string): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  const status = "statusCode" in error ? error.statusCode : undefined;
  if (status === 404) return new Problem(`the engine has no container ${container}`, ["Run `pulumi up`, which makes it; `docker ps -a` shows what there is."]);
  if (status === 409) return new Problem(`${container} does not run`, [`Start it: docker start ${container}; its log: docker logs --tail 50 ${container}`]);
  const code = "code" in error ? String(error.code) : "";
  if (!["ECONNREFUSED", "ENOENT", "EACCES", "ENOTFOUND", "ETIMEDOUT", "EHOSTUNREACH", "ECONNRESET"].includes(code)) return error;
  return new Problem(`the engine at ${address ?? "the local socket"} can't be reached (${code})`, ["Check that it runs and that you may use it: docker info", "stackbook:host or DOCKER_HOST says which engine."]);
}
