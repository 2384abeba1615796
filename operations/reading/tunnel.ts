import { createServer, type Server } from "node:net";
import type { Engine } from "../engine";
import { Problem, usageExitCode } from "../problem";

/** Where a connection comes out: a container in the right network, and the address there. */
export interface Exit {
  readonly container: string;
  readonly host: string;
  readonly port: number;
}

export interface Tunnel {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Standard input and output as one connection: with Node, which our own agents have, with netcat, which official images of
 * Prometheus have, or with bash, which packages bring.
 */
function forwarder(host: string, port: number): readonly string[] {
  const node = `const s=require("net").connect(${port},"${host}");process.stdin.pipe(s);s.pipe(process.stdout);s.on("error",()=>process.exit(1));s.on("close",()=>process.exit(0))`;
  return ["sh", "-c", [
    `if command -v node >/dev/null 2>&1; then exec node -e '${node}';`,
    `elif command -v nc >/dev/null 2>&1; then exec nc ${host} ${port};`,
    `else exec bash -c 'exec 3<>/dev/tcp/${host}/${port} || exit 1; cat <&3 & cat >&3; wait'; fi`,
  ].join(" ")];
}

/** A port of this machine alone, each of whose connections goes on inside the stack. @param port 0: any that is free */
export async function openTunnel(engine: Engine, { container, host, port: there }: Exit, port: number): Promise<Tunnel> {
  const server = createServer((connection) => {
    connection.on("error", () => connection.destroy());
    engine.tunnel(container, forwarder(host, there)).then(
      (inside) => {
        inside.on("error", () => connection.destroy()).on("close", () => connection.end());
        connection.on("close", () => inside.destroy());
        connection.pipe(inside).pipe(connection);
      },
      () => connection.destroy(),
    );
  });
  await listen(server, port);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EADDRINUSE" || error.code === "EACCES" ? new Problem(`port ${port} of this machine can't be had (${error.code})`, ["Take another: --port <number>, or --port 0 for any that is free."], usageExitCode) : error);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}
