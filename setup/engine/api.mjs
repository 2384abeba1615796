import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { request as plain } from "node:http";
import { request as tls } from "node:https";
import { homedir } from "node:os";
import { join } from "node:path";
import { Duplex } from "node:stream";

/** The Docker Engine API over a socket, TCP, TLS or SSH, without a dependency: set-up runs before there are any. */
export class Engine {
  /** @param {string} address unix://, tcp:// or ssh:// @param {NodeJS.ProcessEnv} [env] */
  constructor(address, env = process.env) {
    this.address = address;
    this.connection = connection(new URL(address), env);
  }

  /**
   * @param {string} method @param {string} path @param {{ body?: unknown, timeoutSeconds?: number }} [options]
   * @returns {Promise<any>} the answer's JSON, or its text; an error carries `.status`
   */
  async ask(method, path, { body, timeoutSeconds = 60 } = {}) {
    const { send, options } = this.connection;
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = { host: "docker", ...(text === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(text) }) };
      const request = send({ ...options(), method, path, headers, agent: false }, (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          clearTimeout(timer);
          const answer = Buffer.concat(parts);
          const status = response.statusCode ?? 0;
          const content = (response.headers["content-type"] ?? "").startsWith("application/json") ? parse(answer.toString("utf8")) : answer;
          if (status < 400) return resolve(content);
          reject(Object.assign(new Error(content?.message ?? answer.toString("utf8").trim()), { status }));
        });
      });
      const timer = setTimeout(() => request.destroy(Object.assign(new Error(`no answer within ${timeoutSeconds} s`), { code: "ETIMEDOUT" })), timeoutSeconds * 1000);
      request.on("error", (error) => {
        clearTimeout(timer);
        reject(error);
      });
      request.end(text);
    });
  }

  ping(timeoutSeconds = 3) {
    return this.ask("GET", "/_ping", { timeoutSeconds });
  }

  /** @param {Record<string, string[]>} filters */
  containers(filters) {
    return this.ask("GET", `/containers/json?all=true&filters=${encode(filters)}`);
  }

  networks(filters) {
    return this.ask("GET", `/networks?filters=${encode(filters)}`);
  }

  async volumes(filters) {
    return (await this.ask("GET", `/volumes?filters=${encode(filters)}`)).Volumes ?? [];
  }

  inspect(id) {
    return this.ask("GET", `/containers/${id}/json`);
  }

  start(id) {
    return this.ask("POST", `/containers/${id}/start`);
  }

  /** The grace is the container's own stop time-out. */
  stop(id) {
    return this.ask("POST", `/containers/${id}/stop`, { timeoutSeconds: 180 });
  }

  remove(id) {
    return this.ask("DELETE", `/containers/${id}?force=true&v=true`);
  }

  /** The container's own health check, run now. @param {string[]} test Docker's form: ["CMD", ...] or ["CMD-SHELL", text] */
  async check(id, [kind, ...words]) {
    const { Id } = await this.ask("POST", `/containers/${id}/exec`, { body: { Cmd: kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...words] : words, AttachStdout: true, AttachStderr: true } });
    try {
      await this.ask("POST", `/exec/${Id}/start`, { body: {}, timeoutSeconds: 5 });
    } catch {
      return false;
    }
    return (await this.ask("GET", `/exec/${Id}/json`)).ExitCode === 0;
  }

  /** The last lines a container wrote, both streams. */
  async logs(id, lines) {
    const raw = await this.ask("GET", `/containers/${id}/logs?stdout=true&stderr=true&tail=${lines}`);
    return unframe(raw);
  }
}

/** Docker frames both streams in one: a byte for the stream, three zeros, the length, the text. */
export function unframe(raw) {
  const parts = [];
  let at = 0;
  while (at + 8 <= raw.length && raw[at] <= 2 && raw[at + 1] === 0) {
    const size = raw.readUInt32BE(at + 4);
    parts.push(raw.subarray(at + 8, at + 8 + size).toString("utf8"));
    at += 8 + size;
  }
  return (parts.length > 0 ? parts.join("") : raw.toString("utf8")).trimEnd();
}

const encode = (filters) => encodeURIComponent(JSON.stringify(filters));

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function connection(url, env) {
  if (url.protocol === "unix:") return { send: plain, options: () => ({ socketPath: decodeURIComponent(url.pathname) }) };
  if (url.protocol === "ssh:") return { send: plain, options: () => ({ createConnection: () => overSsh(url) }) };
  if (url.protocol !== "tcp:" && url.protocol !== "http:" && url.protocol !== "https:") throw new Error(`${url.protocol}// is not an address of a Docker engine`);
  const secure = url.protocol === "https:" || Boolean(env["DOCKER_TLS_VERIFY"]);
  const folder = env["DOCKER_CERT_PATH"] || join(homedir(), ".docker");
  const keys = secure ? { ca: file(folder, "ca.pem"), cert: file(folder, "cert.pem"), key: file(folder, "key.pem") } : {};
  return { send: secure ? tls : plain, options: () => ({ hostname: url.hostname, port: url.port || (secure ? 2376 : 2375), ...keys }) };
}

function file(folder, name) {
  try {
    return readFileSync(join(folder, name));
  } catch {
    return undefined;
  }
}

/** What the docker CLI does: the engine's socket at the other end of an SSH command. */
function overSsh(url) {
  const where = `${url.username === "" ? "" : `${url.username}@`}${url.hostname}`;
  const child = spawn("ssh", ["-o", "BatchMode=yes", "-o", "ConnectTimeout=3", ...(url.port === "" ? [] : ["-p", url.port]), "--", where, "docker", "system", "dial-stdio"], { stdio: ["pipe", "pipe", "pipe"] });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  let said = "";
  child.stderr.on("data", (part) => (said += part));
  child.on("error", (error) => stream.destroy(error));
  child.on("close", (code) => code !== 0 && stream.destroy(new Error(`ssh ${where} ended with ${code}: ${said.trim()}`)));
  stream.on("close", () => child.kill());
  return stream;
}
