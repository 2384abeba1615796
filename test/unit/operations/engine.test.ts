import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../../operations/engine";
import { Problem } from "../../../operations/problem";

/** One frame of the engine's multiplexed stream. */
function frame(stream: 1 | 2, text: string): Buffer {
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

describe("a command in a container", () => {
  let folder: string;
  let server: Server;
  let address: string;
  let created: { Cmd: string[]; AttachStdin: boolean } | undefined;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-engine-"));
    const socket = join(folder, "engine.sock");
    address = `unix://${socket}`;
    // The engine's API as far as exec needs it; what it does not know is refused.
    server = createServer((message, answer) => {
      let body = "";
      message.on("data", (chunk: Buffer) => (body += chunk.toString())).on("end", () => {
        const send = (status: number, value: object): void => void answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
        if (message.url === "/containers/status/exec") {
          created = JSON.parse(body) as typeof created;
          send(201, { Id: "e1" });
        } else if (message.url === "/exec/e1/json") send(200, { ExitCode: 3 });
        else if (message.url === "/containers/stopped/exec") send(409, { message: "not running" });
        else send(404, { message: `no such thing: ${message.url ?? ""}` });
      });
    });
    server.on("upgrade", (message, socket) => {
      assert.equal(message.url, "/exec/e1/start");
      socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
      let line = "";
      socket.on("data", (chunk: Buffer) => {
        line += chunk.toString();
        if (!line.includes("\n")) return;
        // The request's own body may come before it.
        const said = line.slice(line.lastIndexOf("{"));
        // Cut where no message ends, as networks do.
        const bytes = Buffer.concat([frame(1, `got ${said}`), frame(2, "warned\n"), frame(1, "done\n")]);
        socket.write(bytes.subarray(0, 5));
        setTimeout(() => socket.end(bytes.subarray(5)), 20);
      });
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const refusal = async (container: string, at = address): Promise<Problem> => {
    try {
      await connect(at).exec(container, ["true"], "");
    } catch (error) {
      assert.ok(error instanceof Problem, String(error));
      return error;
    }
    return assert.fail("it was not refused");
  };

  it("gets its line, and gives both streams apart and its exit code", async () => {
    const ended = await connect(address).exec("status", ["node", "x"], '{"a":1}');
    assert.deepEqual(ended, { code: 3, out: 'got {"a":1}\ndone\n', err: "warned\n" });
    assert.deepEqual(created?.Cmd, ["node", "x"]);
    assert.equal(created?.AttachStdin, true);
  });

  it("tells whole lines of its standard error as they come", async () => {
    const lines: string[] = [];
    await connect(address).exec("status", ["node", "x"], "{}", { onProgress: (line) => lines.push(line) });
    assert.deepEqual(lines, ["warned"]);
  });

  it("says what to do about a container that is missing or stopped, and an engine that is away", async () => {
    assert.match((await refusal("gone")).text(), /^error: the engine has no container gone\n {2}Run `pulumi up`/);
    assert.match((await refusal("stopped")).text(), /stopped does not run\n {2}Start it: docker start stopped/);
    assert.match((await refusal("status", `unix://${folder}/none.sock`)).text(), /can't be reached \(ENOENT\)\n {2}Check that it runs/);
    assert.match((await refusal("status", "tcp://127.0.0.1:1")).text(), /tcp:\/\/127\.0\.0\.1:1 can't be reached \(ECONNREFUSED\)/);
  });
});
