/**
 * The cluster's API, for what the provider's resources can't do: tasks that answer, and looking before anything is made.
 * These functions are serialised into the state, so they are small, capture nothing but each other, and require their
 * modules inside. No kubeconfig's content is ever among a resource's inputs, only where it is.
 */
import type * as childProcess from "node:child_process";
import type * as fs from "node:fs";
import type * as https from "node:https";
import type * as http from "node:http";
import type * as os from "node:os";
import type * as path from "node:path";
import type * as yaml from "yaml";

export interface ClusterRef {
  /** A file; absent: those of `KUBECONFIG`, or `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** Absent: the file's current one. */
  readonly context?: string;
}

export interface Cluster {
  readonly server: string;
  readonly namespace?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  readonly serverName?: string;
  readonly isUnchecked?: boolean;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

interface Named {
  readonly name?: string;
  readonly cluster?: Readonly<Record<string, unknown>>;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly context?: { readonly cluster?: string; readonly user?: string };
}

/** Files of which the first that names something decides, as kubectl has it. */
export function kubeconfigFiles(ref: ClusterRef): string[] {
  const paths = require("node:path") as typeof path;
  const { homedir } = require("node:os") as typeof os;
  if (ref.kubeconfig !== undefined) return [ref.kubeconfig.replace(/^~(?=\/)/, homedir())];
  const given = (process.env["KUBECONFIG"] ?? "").split(":").filter((file) => file !== "");
  return given.length > 0 ? given : [paths.join(homedir(), ".kube", "config")];
}

/** @throws in words for the user: which file, what it lacks */
export async function connect(ref: ClusterRef): Promise<Cluster> {
  const { existsSync, readFileSync } = require("node:fs") as typeof fs;
  const paths = require("node:path") as typeof path;
  const { parse } = require("yaml") as typeof yaml;
  const names = kubeconfigFiles(ref);
  const files = names.filter((file) => existsSync(file));
  if (files.length === 0) throw new Error(`there is no ${names.join(", no ")}`);
  const entries = (kind: string): { readonly entry: Named; readonly folder: string }[] =>
    files.flatMap((file) => {
      const content = parse(readFileSync(file, "utf8")) as Readonly<Record<string, unknown>> | null;
      return ((content?.[kind] as Named[] | null | undefined) ?? []).map((entry) => ({ entry, folder: paths.dirname(file) }));
    });
  const current = files.map((file) => (parse(readFileSync(file, "utf8")) as Readonly<Record<string, unknown>> | null)?.["current-context"]).find((name) => typeof name === "string" && name !== "") as string | undefined;
  const wanted = ref.context ?? current;
  const contexts = entries("contexts");
  const known = contexts.map(({ entry }) => entry.name).join(", ");
  if (wanted === undefined) throw new Error(`${files.join(", ")} has no current context; it knows ${known === "" ? "none" : known}`);
  const context = contexts.find(({ entry }) => entry.name === wanted)?.entry.context;
  if (context === undefined) throw new Error(`${files.join(", ")} has no context ${JSON.stringify(wanted)}; it knows ${known === "" ? "none" : known}`);
  const cluster = entries("clusters").find(({ entry }) => entry.name === context.cluster);
  if (cluster === undefined) throw new Error(`${files.join(", ")}: context ${wanted} names cluster ${JSON.stringify(context.cluster ?? "")}, which is not there`);
  const user = entries("users").find(({ entry }) => entry.name === context.user);
  const read = (from: { readonly folder: string } | undefined, map: Readonly<Record<string, unknown>>, data: string, file: string): string | undefined => {
    if (typeof map[data] === "string") return Buffer.from(map[data], "base64").toString("utf8");
    return typeof map[file] === "string" && from !== undefined ? readFileSync(paths.resolve(from.folder, map[file]), "utf8") : undefined;
  };
  const at = cluster.entry.cluster ?? {};
  const who = user?.entry.user ?? {};
  if (typeof at["server"] !== "string") throw new Error(`${files.join(", ")}: cluster ${context.cluster ?? ""} has no server`);
  const spoken = who["exec"] === undefined ? {} : await askProgram(who["exec"] as Program);
  const token = spoken.token ?? (typeof who["token"] === "string" ? who["token"] : read(user, who, "", "tokenFile")?.trim());
  const ca = read(cluster, at, "certificate-authority-data", "certificate-authority");
  const cert = spoken.clientCertificateData ?? read(user, who, "client-certificate-data", "client-certificate");
  const key = spoken.clientKeyData ?? read(user, who, "client-key-data", "client-key");
  return {
    server: at["server"].replace(/\/+$/, ""),
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(token === undefined ? {} : { token }),
    ...(typeof at["tls-server-name"] === "string" ? { serverName: at["tls-server-name"] } : {}),
    ...(at["insecure-skip-tls-verify"] === true ? { isUnchecked: true } : {}),
  };
}

interface Program {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
}

interface Credential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
}

/** Clouds' own logins: a program that prints a credential. */
async function askProgram({ apiVersion, args, command, env }: Program): Promise<Credential> {
  const { execFile } = require("node:child_process") as typeof childProcess;
  const info = JSON.stringify({ apiVersion: apiVersion ?? "client.authentication.k8s.io/v1", kind: "ExecCredential", spec: { interactive: false } });
  const more = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const said = await new Promise<string>((done, failed) => {
    execFile(command, [...(args ?? [])], { env: { ...process.env, ...more, KUBERNETES_EXEC_INFO: info }, timeout: 60_000 }, (error, stdout, stderr) => {
      // Its standard output may hold what it was to give out.
      if (error === null) done(stdout);
      else failed(new Error(`the kubeconfig's login program ${command} failed: ${stderr.trim().split("\n").slice(-3).join(" ") || String(error.code ?? "no answer")}`));
    });
  });
  return (JSON.parse(said) as { readonly status?: Credential }).status ?? {};
}

export interface CallOptions {
  /** Without a word from the other side. @default 30 */
  readonly timeoutSeconds?: number;
  /** @default "application/json" */
  readonly contentType?: string;
}

export async function call(cluster: Cluster, method: string, path: string, body?: object, { contentType = "application/json", timeoutSeconds = 30 }: CallOptions = {}): Promise<Answer> {
  const url = new URL(cluster.server + path);
  const isPlain = url.protocol === "http:";
  const { request } = (isPlain ? require("node:http") : require("node:https")) as typeof https & typeof http;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const options: https.RequestOptions = {
    method,
    headers: {
      accept: "application/json",
      ...(text === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(text) }),
      ...(cluster.token === undefined ? {} : { authorization: `Bearer ${cluster.token}` }),
    },
    timeout: timeoutSeconds * 1000,
    ...(isPlain ? {} : { ca: cluster.ca, cert: cluster.cert, key: cluster.key, servername: cluster.serverName ?? url.hostname.replace(/^\[|\]$/g, ""), rejectUnauthorized: cluster.isUnchecked !== true }),
  };
  // A name for an address is refused by TLS.
  if (/^(\d{1,3}\.){3}\d{1,3}$|:/.test(options.servername ?? "")) delete options.servername;
  return new Promise<Answer>((done, failed) => {
    const asked = request(url, options, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => done({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") }));
      response.on("error", failed);
    });
    asked.on("timeout", () => asked.destroy(new Error(`${url.host} gave no answer within ${timeoutSeconds} s`)));
    asked.on("error", failed);
    asked.end(text);
  });
}

/** What the API says of a refusal, in its own words. */
export function messageOf({ status, text }: Answer): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: string };
    return message ?? `status ${status}`;
  } catch {
    return `status ${status}: ${text.slice(0, 300)}`;
  }
}
