import type { WatchedSystem } from "./facts";
import { yamlText } from "./yaml";

/** How far the edge's certificate can be trusted by who asks from inside. */
export type ProbeTrust =
  /** A file beside the configuration holds what to trust: the authority of a self-signed certificate, or the certificate given. */
  | { readonly kind: "file"; readonly path: string }
  /** A public authority's. */
  | { readonly kind: "public" }
  /** An authority of somebody's own (ACME with another directory), whose certificate nobody told us. */
  | { readonly kind: "unknown" };

export interface BlackboxInput {
  readonly systems: readonly WatchedSystem[];
  readonly trust: ProbeTrust;
  readonly timeoutSeconds: number;
}

/** One module for each system: it asks the edge by its inner name for the system's outer one, certificate included. */
export function renderBlackbox(input: BlackboxInput): string {
  return yamlText("Written by the stack's update; changes are lost with the next one.", {
    modules: Object.fromEntries(
      input.systems.map((system) => [
        system.id,
        {
          prober: "http",
          timeout: `${input.timeoutSeconds}s`,
          http: {
            method: "GET",
            headers: { Host: system.domain, "User-Agent": "stackbook-probe", Accept: "text/html,application/json" },
            preferred_ip_protocol: "ip4",
            fail_if_not_ssl: true,
            // A page may send its visitors on, to a login for one; where to is another address, not the edge's.
            follow_redirects: false,
            valid_status_codes: [200, 204, 301, 302, 303, 307, 308],
            tls_config: { server_name: system.domain, ...trusted(input.trust) },
          },
        },
      ]),
    ),
  });
}

function trusted(trust: ProbeTrust): Record<string, string | boolean> {
  switch (trust.kind) {
    case "file":
      return { ca_file: trust.path };
    case "public":
      return {};
    case "unknown":
      return { insecure_skip_verify: true };
  }
}
