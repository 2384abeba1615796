import * as http from "node:http";
import * as https from "node:https";
import type { TLSSocket } from "node:tls";
import { rootCertificates, type SecureVersion } from "node:tls";
import { Problem } from "../problem";
import type { Looking } from "./looking";

/** What a visitor gets, from where this command runs. */
export interface Visited {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** `TLSv1.3`; undefined: without TLS. */
  readonly protocol: string | undefined;
}

export interface Visit {
  readonly headers?: Readonly<Record<string, string>>;
  /** Nothing newer is offered. */
  readonly atMost?: SecureVersion;
}

const patienceMs = 10_000;

/** @throws Problem when nobody answers, or what answers can't be trusted */
export function visit(looking: Looking, url: string, { atMost, headers = {} }: Visit = {}): Promise<Visited> {
  const { caCertificate, edge } = looking.stack.outputs;
  const own = [caCertificate, edge?.certificate].filter((pem) => pem !== undefined);
  const secure = url.startsWith("https:");
  const address = edgeAddress(looking, new URL(url).hostname);
  return new Promise((resolve, reject) => {
    const options: https.RequestOptions = {
      headers, timeout: patienceMs, agent: false,
      ...(address === undefined ? {} : { lookup: (_host, { all }, callback) => (all === true ? callback(null, [{ address, family: address.includes(":") ? 6 : 4 }]) : callback(null, address, address.includes(":") ? 6 : 4)) }),
      // A given certificate may be one's own authority's: then it is trusted itself.
      ...(secure && own.length > 0 ? { ca: [...rootCertificates, ...own], allowPartialTrustChain: true } : {}),
      // Only what is offered here is old: whether it is taken is what is asked.
      ...(atMost === undefined ? {} : { minVersion: "TLSv1", maxVersion: atMost, ciphers: "DEFAULT:@SECLEVEL=0" }),
    };
    const request = (secure ? https : http).request(url, options, (answer) => {
      const protocol = secure ? ((answer.socket as TLSSocket).getProtocol() ?? undefined) : undefined;
      answer.resume();
      resolve({ status: answer.statusCode ?? 0, headers: answer.headers, protocol });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer in ${patienceMs / 1000} s`)));
    request.on("error", (error) => reject(new Problem(`${url}: ${error.message}`, ["Asked from this machine, as a visitor: does the name lead to the edge?"])));
    request.end();
  });
}

/** Names that only a browser of this machine knows lead to the engine; all others by DNS, as for visitors. */
function edgeAddress({ facts, stack }: Looking, host: string): string | undefined {
  if (host !== "localhost" && !host.endsWith(".localhost")) return undefined;
  const engine = stack.dockerHost;
  if (engine !== undefined && engine !== "" && !engine.startsWith("unix:")) return new URL(engine).hostname;
  const { bindAddress } = facts.edge;
  return bindAddress === "0.0.0.0" ? "127.0.0.1" : bindAddress === "::" ? "::1" : bindAddress;
}
