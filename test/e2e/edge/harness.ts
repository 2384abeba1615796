import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  edgeCommand,
  edgeLogPipe,
  edgeLogVolume,
  type EdgeModel,
  type EdgeSystem,
  edgeUser,
  filesOf,
  makeSelfSigned,
  renderHaproxy,
  type SelfSigned,
  waitForServers,
  writeRoutesCommand,
  writeRoutesEnvironment,
  type WriteRoutes,
} from "../../../components/edge";
import { freePorts } from "../../support/ports";

/** The image, as the program would choose it: built from packages, or the official one. */
function image(): string {
  if (process.env.EDGE_IMAGE !== undefined) return process.env.EDGE_IMAGE;
  const file = process.env.STACKBOOK_IMAGES ?? join(__dirname, "../../../.stackbook/images.json");
  const built = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, { ref: string } | undefined>) : {};
  return built.haproxy?.ref ?? "haproxy:3.0";
}

/** EDGE_ON_HOST=1 runs the machine's own haproxy in place of a container: a quick loop for whoever works on the edge. */
const onHost = process.env.EDGE_ON_HOST === "1";

export interface Ports {
  readonly http: number;
  readonly https: number;
  readonly admin: number;
  readonly peers: number;
  readonly probes: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export interface Result {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function until(what: string, condition: () => boolean | Promise<boolean>, seconds = 15): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(50);
  }
}

/** A real edge on the machine's network, started by its own command and changed by its own route writer. */
export class TestEdge {
  private constructor(
    readonly ports: Ports,
    readonly directory: string,
    private readonly name: string,
    private process: ChildProcess | undefined,
    readonly certificate: SelfSigned,
  ) {}

  private output = "";

  static async start(dnsNames: readonly string[], options: { watchSeconds?: number } = {}): Promise<TestEdge> {
    const [h, s, a, p, q] = await freePorts(5);
    const ports: Ports = { http: h ?? 0, https: s ?? 0, admin: a ?? 0, peers: p ?? 0, probes: q ?? 0 };
    const name = `edge-e2e-${process.pid}-${ports.http}`;
    const directory = onHost ? mkdtempSync(join(tmpdir(), "edge-e2e-")) : "/var/lib/haproxy";
    const certificate = await makeSelfSigned({ dnsNames, ipAddresses: ["127.0.0.1"], validityDays: 30 });
    const edge = new TestEdge(ports, directory, name, undefined, certificate);
    if (!onHost) spawnSync("docker", ["volume", "create", ...Object.entries(edgeLogVolume).flatMap(([name, value]) => ["-o", `${name}=${value}`]), `${name}-log`]);
    edge.boot(edgeCommand({ directory, listen: ports, watchSeconds: options.watchSeconds ?? 1 }));
    await edge.healthy();
    return edge;
  }

  private boot(command: string[]): void {
    const [file, ...args] = onHost
      ? command
      : ["docker", "run", "--name", this.name, "--network", "host", "--user", edgeUser, "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "-v", `${this.name}:/var/lib/haproxy`, "-v", `${this.name}-log:/run/edge-log`, "--entrypoint", "", image(), ...command];
    const child = spawn(file ?? "", args, { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (data: Buffer) => (this.output += data.toString()));
    child.stderr.on("data", (data: Buffer) => (this.output += data.toString()));
    this.process = child;
  }

  async healthy(): Promise<void> {
    await until(
      "the edge starts",
      async () => {
        const status = await this.admin("/healthz").then((a) => a.status, () => 0);
        if (status !== 200 && this.process?.exitCode !== null) throw new Error(`the edge ended:\n${this.output}`);
        return status === 200;
      },
      30,
    );
  }

  /** What the edge wrote: its access log and HAProxy's own messages. */
  get log(): string {
    return this.output;
  }

  accessLog(): Record<string, unknown>[] {
    return this.output
      .split("\n")
      .filter((line) => line.startsWith("{") && line.includes('"kind":"access"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  admin(path: string): Promise<Answer> {
    return send(http.request({ host: "127.0.0.1", port: this.ports.admin, path, agent: false }));
  }

  async stamp(): Promise<string> {
    return (await this.admin("/stamp")).body;
  }

  model(systems: readonly EdgeSystem[], more: Partial<EdgeModel> = {}): EdgeModel {
    return {
      publicHttpsPort: this.ports.https,
      systems,
      drainSeconds: 3,
      listen: this.ports,
      directory: this.directory,
      // No name server: the servers of these tests are addresses.
      resolver: "127.0.0.1:1",
      ...more,
    };
  }

  /** Changes the routes as the Task does; `more` overrides what it is given. */
  async write(model: EdgeModel, more: Partial<WriteRoutes> & { env?: Record<string, string> } = {}): Promise<Result> {
    const { env, ...routes } = more;
    const values = {
      ...writeRoutesEnvironment({
        config: renderHaproxy(model),
        files: filesOf(model),
        waitFor: waitForServers(model),
        certificatePem: this.certificate.certificatePem + this.certificate.privateKeyPem,
        drainSeconds: 3,
        timeoutSeconds: 15,
        adminPort: this.ports.admin,
        directory: this.directory,
        ...routes,
      }),
      ...env,
    };
    return this.run(writeRoutesCommand(), values);
  }

  /** What the log's reader gets: it opens the pipe, waits and says what came. Not for EDGE_ON_HOST. */
  async piped(seconds: number): Promise<string> {
    const reader = ["docker", "run", "--rm", "--user", edgeUser, "-v", `${this.name}-log:/run/edge-log:ro`, "--entrypoint", "", image()];
    const child = spawn("docker", [...reader.slice(1), "timeout", String(seconds), "cat", edgeLogPipe], { stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    child.stdout.on("data", (data: Buffer) => (out += data.toString()));
    await new Promise((resolve) => child.on("close", resolve));
    return out;
  }

  /** Runs a command in the edge's namespaces, with its volume. */
  async run(command: string[], env: Record<string, string> = {}): Promise<Result> {
    const names = Object.keys(env).flatMap((name) => ["-e", name]);
    const [file, ...args] = onHost
      ? command
      : ["docker", "run", "--rm", "--network", `container:${this.name}`, "--pid", `container:${this.name}`, "--user", edgeUser, "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "-v", `${this.name}:/var/lib/haproxy`, ...names, "--entrypoint", "", image(), ...command];
    const child = spawn(file ?? "", args, {
      env: { ...process.env, ...(onHost ? { EDGE_MASTER: String(this.process?.pid) } : {}), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let err = "";
    child.stdout.on("data", (data: Buffer) => (out += data.toString()));
    child.stderr.on("data", (data: Buffer) => (err += data.toString()));
    const code = await new Promise<number>((resolve) => child.on("close", (c) => resolve(c ?? -1)));
    return { code, out, err };
  }

  /** For a model that must be taken. */
  async apply(model: EdgeModel): Promise<void> {
    const result = await this.write(model);
    if (result.code !== 0) throw new Error(`routes refused:\n${result.err}${result.out}\n${this.log}`);
  }

  async get(host: string, path: string, options: https.RequestOptions = {}): Promise<Answer> {
    return this.request("GET", host, path, options);
  }

  request(method: string, host: string, path: string, options: https.RequestOptions = {}, body?: string | Buffer): Promise<Answer> {
    const { headers, ...rest } = options;
    const request = https.request({ ...this.target(host), method, path, agent: false, headers: { Host: `${host}:${this.ports.https}`, ...headers }, ...rest });
    return send(request, body);
  }

  /** Where and how https clients connect. */
  target(host: string): https.RequestOptions {
    return { host: "127.0.0.1", port: this.ports.https, servername: host, ca: this.certificate.authority.certificatePem };
  }

  /** The container (or process) ends and is started again on the same volume. */
  async restart(): Promise<void> {
    if (onHost) {
      const old = this.process;
      const ended = new Promise((resolve) => old?.on("exit", resolve));
      old?.kill("SIGTERM");
      await ended;
      this.boot(edgeCommand({ directory: this.directory, listen: this.ports, watchSeconds: 1 }));
    } else {
      spawnSync("docker", ["restart", "-t", "5", this.name]);
      const logs = spawn("docker", ["logs", "-f", "--since", "1s", this.name], { stdio: ["ignore", "pipe", "pipe"] });
      logs.stdout.on("data", (data: Buffer) => (this.output += data.toString()));
      logs.stderr.on("data", (data: Buffer) => (this.output += data.toString()));
      this.process = logs;
    }
    await this.healthy();
  }

  /** Writes into the volume from outside, as another program that shares it would. */
  async put(path: string, text: string): Promise<void> {
    if (onHost) {
      mkdirSync(join(this.directory, path, ".."), { recursive: true });
      writeFileSync(join(this.directory, path), text);
      return;
    }
    const result = await this.run(["bash", "-c", `printf %s "$TEXT" >"/var/lib/haproxy/$NAME"`], { TEXT: text, NAME: path });
    if (result.code !== 0) throw new Error(result.err);
  }

  async read(path: string): Promise<string> {
    return (await this.run(["cat", join(this.directory, path)])).out;
  }

  async stop(): Promise<void> {
    if (onHost) {
      const ended = new Promise((resolve) => this.process?.on("exit", resolve));
      this.process?.kill("SIGTERM");
      await ended;
      rmSync(this.directory, { recursive: true });
    } else {
      spawnSync("docker", ["rm", "-f", this.name]);
      spawnSync("docker", ["volume", "rm", "-f", this.name, `${this.name}-log`]);
    }
  }
}

/** Sends a request and reads the whole answer; an answer that comes before the body is out counts. */
export function send(request: http.ClientRequest, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let answered = false;
    request.on("response", (response) => {
      answered = true;
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }));
      response.on("error", reject);
    });
    request.on("error", (error) => (answered ? undefined : reject(error)));
    request.end(body);
  });
}
