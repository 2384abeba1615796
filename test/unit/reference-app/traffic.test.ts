import { strict as assert } from "node:assert";
import { Client } from "../../../reference-app/src/commands/client";
import { Visitor } from "../../../reference-app/src/commands/visitor";
import { describeError } from "../../../reference-app/src/log";
import { systems, systemIds } from "../../../reference-app/src/systems";
import { tableOf } from "../../../reference-app/src/systems";
import { login, startTestApp } from "./support";

describe("reference app: demo traffic", () => {
  for (const id of systemIds) {
    it(`reads, writes and fails to log in at ${id}, and leaves no row behind`, async () => {
      const app = await startTestApp(id);
      await app.running.ready;
      const counts = (): Promise<readonly number[]> => Promise.all(systems[id].tables.filter((table) => table.name !== "audit").map((table) => app.database.count(table, {})));
      const before = await counts();
      const client = new Client(new URL(`http://127.0.0.1:${app.running.port}`), `${id}.localhost`, false);
      const visitor = new Visitor(systems[id], client, login, "test");
      for (let n = 0; n < 50; n += 1) await visitor.step(n);
      const seen = client.takeCounts();
      client.close();
      await app.running.stop();
      assert.deepEqual(await counts(), before);
      const logged = app.lines().filter((line) => line.message === "request");
      const by = (method: string, status: number): number => logged.filter((line) => line["method"] === method && line["status"] === status).length;
      assert.equal(by("POST", 401), 1, "one failed login");
      assert.ok(by("POST", 201) + by("PATCH", 200) >= 3, "writes");
      assert.ok(by("GET", 200) > 30, "reads");
      const old = Object.keys(systems[id].deprecated ?? {});
      assert.equal(logged.filter((line) => old.includes(String(line["path"]))).length, old.length, "a call of each deprecated route");
      // The frontend's page is not at the backend.
      assert.equal(seen["4xx"], 1 + by("GET", 404));
      assert.ok(!app.text().includes(login.password));
    });
  }

  it("sends the name visitors know, and waits when it is told to slow down", async () => {
    const { createServer } = await import("node:http");
    const hosts: (string | undefined)[] = [];
    const server = createServer((message, reply) => { hosts.push(message.headers.host); reply.writeHead(429).end(); });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as { port: number };
    const client = new Client(new URL(`http://127.0.0.1:${port}`), "motel.localhost:8443", false);
    await client.send("GET", "/");
    assert.deepEqual(hosts, ["motel.localhost:8443"]);
    assert.ok(client.pausedUntil > Date.now() + 5000);
    client.close();
    server.close();
  });

  it("has demo rows that fit their tables", () => {
    for (const system of Object.values(systems)) {
      for (const demo of system.demoRows) {
        assert.ok(!tableOf(system, demo.table).softDelete, "rows that stay would pile up");
        assert.notDeepEqual(demo.row("1"), demo.row("2"));
      }
    }
  });
});

describe("reference app: log", () => {
  it("blanks the password of an address in an error", () => {
    assert.equal(describeError(new Error("connect to postgresql://app:s3cret@db:5432/x failed")), "connect to postgresql://***@db:5432/x failed");
    assert.equal(describeError(Object.assign(new AggregateError([]), { code: "ECONNREFUSED" })), "ECONNREFUSED");
  });
});
