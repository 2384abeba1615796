import { readFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import type { CheckFailure } from "../rpc/plugin";
import { text, type Bag } from "../rpc/values";
import { says } from "./errors";
import { sshAgent } from "./ssh-agent";

const DEFAULT_HOST = "unix:///var/run/docker.sock";
const CONNECT_SECONDS = 20;
const SETTINGS = ["host", "sshOpts", "certPath", "caMaterial", "certMaterial", "keyMaterial", "version", "disableDockerDaemonCheck"];

/** The Docker Engine of one provider. Connected at the first use: a preview of creates must work without it. */
export class Engine {
  private config: Bag = {};
  private connection: Promise<Docker> | undefined;

  configure(config: Bag): void {
    this.config = config;
    this.connection = undefined;
  }

  static checkConfig(config: Bag): CheckFailure[] {
    return Object.keys(config)
      .filter((key) => !key.startsWith("__") && !SETTINGS.includes(key))
      .map((key) => ({
        property: key,
        reason: `the provider setting ${key} is not implemented by the stand-in plugin: remove it, use the official plugin, or add it in airgap/plugins/docker/engine.ts`,
      }));
  }

  get host(): string {
    return text(this.config.host) ?? text(process.env.DOCKER_HOST) ?? DEFAULT_HOST;
  }

  docker(): Promise<Docker> {
    this.connection ??= this.connect().catch((error: unknown) => {
      this.connection = undefined;
      throw error;
    });
    return this.connection;
  }

  private async connect(): Promise<Docker> {
    const { default: Client } = await import("dockerode");
    const docker = new Client(this.options());
    const options = { abortSignal: AbortSignal.timeout(CONNECT_SECONDS * 1000) };
    // The client takes options here; its types don't know.
    const ping = (docker.ping as (options: object) => Promise<unknown>).call(docker, options);
    await ping.catch((error: unknown) => {
      throw new Error(
        `Docker at ${this.host} can't be reached: ${says(error)}. Start it there, or name another with the setting stackbook:host or the variable DOCKER_HOST.`,
      );
    });
    return docker;
  }

  // Every option is given, also as undefined: the client fills gaps from DOCKER_HOST.
  private options(): Docker.DockerOptions {
    const host = this.host;
    const url = /^[a-z]+:\/\//.test(host) ? new URL(host) : new URL(`tcp://${host}`);
    switch (url.protocol) {
      case "unix:":
        return { host: undefined, port: undefined, socketPath: url.pathname, protocol: "http" };
      case "npipe:":
        return { host: undefined, port: undefined, socketPath: host.slice("npipe://".length), protocol: "http" };
      case "ssh:":
        return { host: "docker.over.ssh", port: 80, protocol: "http", agent: sshAgent(host, this.sshOptions()) } as Docker.DockerOptions;
      case "tcp:":
      case "http:":
      case "https:": {
        const material = this.certificates();
        const protocol = material !== undefined || url.protocol === "https:" ? "https" : "http";
        return { host: url.hostname, port: url.port === "" ? (protocol === "https" ? 2376 : 2375) : url.port, protocol, ...material };
      }
      default:
        throw new Error(`The Docker host ${host} has an unknown scheme; use unix:///path, tcp://host:port or ssh://user@host`);
    }
  }

  private sshOptions(): string[] {
    const given = this.config.sshOpts;
    const parsed: unknown = typeof given === "string" && given !== "" ? JSON.parse(given) : given;
    return Array.isArray(parsed) ? parsed.filter((item): item is string => typeof item === "string") : [];
  }

  private certificates(): { ca: string; cert: string; key: string } | undefined {
    const [ca, cert, key] = [this.config.caMaterial, this.config.certMaterial, this.config.keyMaterial].map(text);
    if (ca !== undefined && cert !== undefined && key !== undefined) return { ca, cert, key };
    const folder = text(this.config.certPath) ?? text(process.env.DOCKER_CERT_PATH);
    if (folder === undefined) return undefined;
    const pem = (name: string): string => readFileSync(join(folder, name), "utf8");
    return { ca: pem("ca.pem"), cert: pem("cert.pem"), key: pem("key.pem") };
  }
}
