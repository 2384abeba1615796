import { type EdgeListen, edgeDirectory, edgeListen, edgeLogPipe } from "./model";
import { script } from "./scripts";

export interface EdgeCommandOptions {
  /** Seconds between two looks at the certificates, 1-3600. @default 60 */
  readonly watchSeconds?: number;
  /** @default "/var/lib/haproxy" */
  readonly directory?: string;
  /** Where the access log's reader finds it; the folder may be missing. @default "/run/edge-log/access" */
  readonly logPipe?: string;
  /** Ports of the built-in configuration. @default 8080, 8443, 8404 */
  readonly listen?: Partial<EdgeListen>;
}

/**
 * The edge container's command. Run it without Docker's init: HAProxy's master must be process 1, to which
 * the route writer sends USR2.
 */
export function edgeCommand(options: EdgeCommandOptions = {}): string[] {
  const watchSeconds = options.watchSeconds ?? 60;
  if (!Number.isInteger(watchSeconds) || watchSeconds < 1 || watchSeconds > 3600) {
    throw new Error(`watchSeconds is ${watchSeconds}; use a whole number, 1-3600`);
  }
  const listen = { ...edgeListen, ...options.listen };
  const settings = [
    `EDGE_WATCH_SECONDS=${watchSeconds}`,
    `EDGE_DIRECTORY=${options.directory ?? edgeDirectory}`,
    `EDGE_LOG_PIPE=${options.logPipe ?? edgeLogPipe}`,
    `EDGE_HTTP_PORT=${listen.http}`,
    `EDGE_HTTPS_PORT=${listen.https}`,
    `EDGE_ADMIN_PORT=${listen.admin}`,
  ];
  return ["bash", "-c", `${settings.join("\n")}\n${script("edge.sh")}`];
}

/** For Docker's health check; the image has no curl. */
export const edgeHealthcheck: string[] = [
  "CMD",
  "bash",
  "-c",
  `exec 3<>/dev/tcp/127.0.0.1/${edgeListen.admin} && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && read -r -t 3 line <&3 && [[ $line == *' 200 '* ]]`,
];
