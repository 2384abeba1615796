import { Agent, request as overHttps } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import { rootCertificates } from "node:tls";
import { Problem } from "./problem";
import type { Stack } from "./stack";

export interface Visit {
  /** @default GET, or POST where there is a body */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** @default 10 */
  readonly timeoutSeconds?: number;
}

export interface Visited {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** From the request to the end of its answer. */
  readonly milliseconds: number;
}

/** Asks a system as its visitors do: by its address, over TLS, through the edge; trusts what the stack says is to be trusted. */
export class Visitor {
  readonly origin: string;
  private readonly agent: Agent;

  /** @throws Problem when the stack has no such system */
  constructor(stack: Pick<Stack, "name" | "outputs">, readonly system: string) {
    const { caCertificate, edge, systems = {} } = stack.outputs;
    const url = systems[system]?.url;
    if (url === undefined) throw new Problem(`${system} is no system of the stack ${stack.name}`, [`Use one of: ${Object.keys(systems).join(", ")}.`]);
    this.origin = url;
    const own = [caCertificate, edge?.certificate].filter((pem) => pem !== undefined);
    this.agent = new Agent({
      keepAlive: true,
      // A given certificate may be one's own authority's: then it is trusted itself.
      ...(own.length === 0 ? {} : { ca: [...rootCertificates, ...own], allowPartialTrustChain: true }),
      ...(new URL(url).hostname.endsWith(".localhost") ? { lookup: onThisMachine } : {}),
    });
  }

  /** @throws Problem when there is no answer at all; any status is one */
  ask(path: string, { body, headers = {}, method = body === undefined ? "GET" : "POST", timeoutSeconds = 10 }: Visit = {}): Promise<Visited> {
    const begun = performance.now();
    const address = `${this.origin}${path}`;
    return new Promise((resolve, reject) => {
      const refused = (error: Error): void => reject(new Problem(`${address} can't be reached: ${reasonOf(error)}`, remedyOf(error)));
      const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
      const request = overHttps(address, { agent: this.agent, method, headers: { "user-agent": "stackbook", ...length, ...headers } }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk)).once("error", refused);
        answer.once("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks).toString("utf8"), milliseconds: performance.now() - begun }));
      });
      // Of the whole exchange: a trickle is no answer either.
      const late = setTimeout(() => request.destroy(new Error(`no answer in ${timeoutSeconds} s`)), timeoutSeconds * 1000);
      request.once("error", refused).once("close", () => clearTimeout(late)).end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/** Browsers and curl resolve *.localhost themselves; Node leaves it to the system, and most know none. */
function onThisMachine(_host: string, options: { readonly all?: boolean }, callback: (error: null, address: string | { address: string; family: number }[], family?: number) => void): void {
  if (options.all === true) callback(null, [{ address: "127.0.0.1", family: 4 }]);
  else callback(null, "127.0.0.1", 4);
}

function codeOf(error: Error): string {
  return "code" in error ? String(error.code) : "";
}

function reasonOf(error: Error): string {
  // Several addresses were tried: the message itself is empty then.
  const inner = error instanceof AggregateError ? (error.errors as readonly Error[])[0] : undefined;
  return error.message !== "" ? error.message : (inner?.message ?? codeOf(error));
}

function remedyOf(error: Error): string[] {
  const code = codeOf(error);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return ["This machine does not know the name: is it in DNS, or in /etc/hosts?"];
  if (code === "ECONNREFUSED") return ["Nothing listens there: does the edge run? npx stackbook status stack"];
  if (/CERT|ISSUER|SELF_SIGNED|ALTNAME/.test(code)) return ["The edge's certificate is not what the stack says it is, or its authority is not known here (NODE_EXTRA_CA_CERTS=<file>)."];
  return [];
}
