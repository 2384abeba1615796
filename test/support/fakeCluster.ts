import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Wishes {
  /** @default "33" */
  readonly minor?: string;
  /** `create jobs.batch`; `*` of everything is then refused too. @default none */
  readonly refused?: readonly string[];
  /** Jobs whose image has this in it fail. @default none does */
  readonly broken?: string;
  /** Every Job's log. @default "done" */
  readonly log?: string;
}

interface Made {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string | null>> };
  readonly spec?: { readonly replicas?: number; readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } } };
}

interface Review {
  readonly spec?: { readonly resourceAttributes?: Readonly<Record<string, string>> };
}

/** So much of a cluster's API as the program asks itself: who it is, what is allowed, Jobs, which end at once, and Deployments, which are scaled. */
export class FakeCluster {
  /** `POST /apis/...`, in order. */
  readonly asked: string[] = [];
  /** Bodies of what was made, by path and name. */
  readonly made = new Map<string, Made>();
  /** All Jobs that ever were, in order. */
  readonly jobs: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly folder: string,
    readonly wishes: { current: Wishes },
  ) {}

  static async start(wishes: Wishes = {}): Promise<FakeCluster> {
    const folder = await mkdtemp(join(tmpdir(), "stackbook-cluster-"));
    const state = { current: wishes };
    const server = createServer((request, response) => void cluster.answer(request, response));
    const cluster = new FakeCluster(server, folder, state);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    await writeFile(cluster.kubeconfig, kubeconfig(cluster.url));
    return cluster;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get kubeconfig(): string {
    return join(this.folder, "kubeconfig");
  }

  async close(): Promise<void> {
    await new Promise((done) => {
      this.server.close(done);
      this.server.closeAllConnections();
    });
    await rm(this.folder, { recursive: true, force: true });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    const [path = ""] = url.split("?");
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString("utf8") || "{}") as Made & Review;
    this.asked.push(`${method} ${path}`);
    const say = (status: number, content: object | string): void => void response.writeHead(status).end(typeof content === "string" ? content : JSON.stringify(content));
    if (path === "/version") return say(200, { major: "1", minor: this.wishes.current.minor ?? "33", gitVersion: `v1.${this.wishes.current.minor ?? "33"}.0` });
    if (path.endsWith("/selfsubjectaccessreviews")) return say(201, { status: { allowed: this.allows(body.spec?.resourceAttributes ?? {}) } });
    if (path.endsWith("/log")) return say(200, this.wishes.current.log ?? "done");
    if (path.endsWith("/pods") && !url.includes("job-name")) return say(200, { items: [] });
    if (path.endsWith("/pods")) return say(200, { items: [{ metadata: { name: "pod" }, status: { phase: "Succeeded" } }] });
    if (path.endsWith("/events")) return say(200, { items: [] });
    if (method === "POST") return say(201, this.make(path, body));
    if (method === "DELETE") return say(this.made.delete(path) ? 200 : 404, {});
    if (method === "PATCH") return say(this.made.has(path) ? 200 : 404, this.merge(path, body) ?? {});
    const known = this.made.get(path);
    if (known !== undefined) return say(200, { ...known, status: { conditions: [this.verdict(known)] } });
    const listed = [...this.made].filter(([at]) => at.startsWith(`${path}/`) && wantedBy(url, this.made.get(at)));
    return say(method === "GET" && /\/(jobs|secrets|deployments)$/.test(path) ? 200 : 404, { items: listed.map(([, each]) => each), message: `the fake cluster doesn't know ${method} ${path}` });
  }

  private make(path: string, body: Made): Made {
    this.made.set(`${path}/${body.metadata.name}`, body);
    if (path.endsWith("/jobs")) this.jobs.push(body.metadata.name);
    return body;
  }

  private merge(path: string, { metadata, spec }: Made): Made | undefined {
    const before = this.made.get(path);
    if (before === undefined) return undefined;
    // As a merge patch has it: null takes away.
    const annotations = Object.fromEntries(Object.entries({ ...before.metadata.annotations, ...metadata.annotations }).filter(([, value]) => value !== null));
    const after = { ...before, metadata: { ...before.metadata, annotations }, spec: { ...before.spec, ...spec } };
    this.made.set(path, after);
    return after;
  }

  private verdict({ spec }: Made): object {
    const { broken } = this.wishes.current;
    const image = spec?.template?.spec?.containers?.[0]?.image ?? "";
    return broken !== undefined && image.includes(broken) ? { type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit" } : { type: "Complete", status: "True" };
  }

  private allows({ group = "", resource = "", subresource, verb = "" }: Readonly<Record<string, string>>): boolean {
    const refused = this.wishes.current.refused ?? [];
    if (resource === "*") return refused.length === 0;
    return !refused.includes(`${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}${group === "" ? "" : `.${group}`}`);
  }
}

/** By the labels that are asked for. */
function wantedBy(url: string, each: Made | undefined): boolean {
  const selector = new URL(url, "http://cluster").searchParams.get("labelSelector");
  if (selector === null) return true;
  return selector.split(",").every((pair) => {
    const [label = "", value] = pair.split("=");
    return each?.metadata.labels?.[label] === value;
  });
}

export function kubeconfig(server: string, more: { readonly context?: string; readonly user?: object; readonly cluster?: object } = {}): string {
  const context = more.context ?? "test";
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": context,
    clusters: [{ name: "it", cluster: { server, ...more.cluster } }],
    users: [{ name: "me", user: more.user ?? { token: "a-token" } }],
    contexts: [{ name: context, context: { cluster: "it", user: "me" } }],
  });
}
