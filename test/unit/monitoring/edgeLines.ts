import { renderHaproxy } from "../../../components/edge";

export interface EdgeLine {
  readonly system?: string;
  readonly service?: string;
  readonly server?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly totalMs?: number;
  readonly bytesIn?: number;
  readonly bytesOut?: number;
  readonly deprecation?: string;
  readonly userAgent?: string;
}

const usual: Readonly<Record<string, string | number>> = {
  time: "2026-01-01T00:00:00Z", acceptedAt: 1767225600.123, kind: "access", requestId: "6cd925da-0a1b-4b62-8a57-8c5454281458", client: "10.0.0.9", server: "a-0",
  host: "motel.example.org", system: "motel", service: "backend", method: "GET", path: "/api/suites", status: 200, bytesIn: 100, bytesOut: 1000, requestMs: 0,
  queueMs: 0, connectMs: 1, responseMs: 7, totalMs: 8, retries: "0", tls: "TLSv1.3", protocol: "1.1", termination: "----", deprecation: "-", refused: "-", userAgent: "curl/8",
};

/** A line as HAProxy writes it: the fields and their order are those of the log format that it is given. */
export function edgeLine(line: EdgeLine): string {
  const [, format = ""] = /^ {4}log-format '(.*)'$/m.exec(renderHaproxy({ publicHttpsPort: 443, systems: [] })) ?? [];
  const names = [...format.matchAll(/[{,]"([A-Za-z]+)":/g)].map(([, name]) => name ?? "");
  const values: Readonly<Record<string, string | number>> = { ...usual, ...line };
  // HAProxy's converter escapes slashes as well.
  const text = (name: string): string => JSON.stringify(values[name]).replaceAll("/", "\\/");
  for (const name of names) if (!(name in values)) throw new Error(`the log has a field ${name}, which these lines don't`);
  return `{${names.map((name) => `"${name}":${text(name)}`).join(",")}}`;
}
