import * as https from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import type { Stack } from "./stack";

/** How a visitor reaches a system: by its name, at the engine's own address, whatever the name service says yet. */
export interface Site {
  /** `https://motel.example.org:8443` */
  readonly origin: string;
  /** Where to connect: a name or address. */
  readonly address: string;
  /** Of the edge's certificate: the stack's own authority, or the chain that the operator gave. */
  readonly ca: string | undefined;
  /** False: an authority for trials signed it, whom nobody trusts. */
  readonly verified: boolean;
}

export interface WebRequest {
  readonly method: string;
  /** From `/` on. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface WebResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly milliseconds: number;
}

export type Visit = (site: Site, request: WebRequest) => Promise<WebResponse>;

/** A page is smaller; what is longer is cut. */
const longestBody = 8 * 1024 * 1024;

export function siteOf(stack: Pick<Stack, "outputs" | "dockerHost">, system: string): Site | undefined {
  const { caCertificate, edge, environment, facts } = stack.outputs;
  const found = facts?.systems.find(({ id }) => id === system);
  if (facts === undefined || found === undefined) return undefined;
  const { bindAddress, tls } = facts.edge;
  const everywhere = bindAddress === "0.0.0.0" || bindAddress === "::";
  const engineHost = hostOf(stack.dockerHost);
  return {
    origin: found.url,
    address: everywhere ? engineHost : bindAddress === "127.0.0.1" || bindAddress === "::1" ? "127.0.0.1" : bindAddress,
    ca: caCertificate ?? edge?.certificate,
    verified: tls !== "acme" || environment === "prod",
  };
}

function hostOf(dockerHost: string | undefined): string {
  if (dockerHost === undefined || dockerHost === "" || dockerHost.startsWith("unix:")) return "127.0.0.1";
  return new URL(dockerHost).hostname;
}

/** One request on a connection of its own. Rejects when there was no answer. */
export function visit(site: Site, { body, headers, method, path, timeoutMs }: WebRequest): Promise<WebResponse> {
  const url = new URL(`${site.origin}${path}`);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const request = https.request(
      {
        host: site.address, port: url.port === "" ? 443 : url.port, servername: url.hostname, path: `${url.pathname}${url.search}`, method, agent: false,
        rejectUnauthorized: site.verified, // A given certificate may be one's own authority's, which is not in its chain: then it is trusted itself.
        ...(site.ca === undefined ? {} : { ca: site.ca, allowPartialTrustChain: true }),
        headers: { host: url.host, "user-agent": "stackbook", ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }), ...headers },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size <= longestBody) chunks.push(chunk);
        });
        answer.once("error", reject);
        answer.once("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString("utf8"), milliseconds: Math.round(performance.now() - began) }));
      },
    );
    const late = setTimeout(() => request.destroy(new Error(`no answer in ${timeoutMs / 1000} s`)), timeoutMs);
    request.once("close", () => clearTimeout(late)).once("error", (error: NodeJS.ErrnoException) => reject(explained(error, site)));
    request.end(body);
  });
}

function explained(error: NodeJS.ErrnoException, { address, origin }: Site): Error {
  if (error.code === "ECONNREFUSED") return new Error(`nothing listens at ${address} for ${origin}`);
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(error.code ?? "")) return new Error(`its certificate is not trusted here (${error.message}); an authority of your own: NODE_EXTRA_CA_CERTS=<file>`);
  return error;
}
