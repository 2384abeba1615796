import { spawn } from "node:child_process";
import { Agent } from "node:http";
import { Duplex } from "node:stream";

/**
 * Speaks HTTP to a remote engine over `ssh … docker system dial-stdio`, as the docker command and
 * the official plugin do: the user's ssh configuration, keys and known hosts count.
 */
export function sshAgent(host: string, options: readonly string[]): Agent {
  const { username, hostname, port } = new URL(host);
  const target = [
    ...(username === "" ? [] : ["-l", decodeURIComponent(username)]),
    ...(port === "" ? [] : ["-p", port]),
    // No prompt can be answered here: an unknown host or a missing key must fail, not wait.
    "-o", "BatchMode=yes",
    "-o", "ConnectTimeout=15",
    ...options,
    "--", hostname, "docker", "system", "dial-stdio",
  ];
  // One connection serves many requests: an ssh handshake each would take seconds.
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  Object.assign(agent, { createConnection: () => dial(target) });
  return agent;
}

function dial(args: readonly string[]): Duplex {
  const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2000)));

  const stream = Duplex.from({ writable: child.stdin, readable: child.stdout }) as Duplex & Record<string, unknown>;
  child.on("error", (error) => stream.destroy(new Error(`ssh could not be started: ${error.message}`)));
  child.on("exit", (code) => {
    if (code !== 0) stream.destroy(new Error(`ssh ended with code ${String(code)}: ${complaint.trim()}`));
  });
  stream.on("close", () => child.kill());
  // What node's HTTP client asks of a socket and a pipe does not have.
  for (const name of ["setKeepAlive", "setNoDelay", "setTimeout"]) stream[name] = () => stream;
  for (const name of ["ref", "unref"]) stream[name] = () => (child[name as "ref" | "unref"](), stream);
  return stream;
}
