import { strict as assert } from "node:assert";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "../../../reference-app/src/commands/serve";
import { leak } from "../../../reference-app/src/leak";
import { Lifecycle } from "../../../reference-app/src/lifecycle";
import { sleep } from "../../../reference-app/src/database";
import { Misbehaviour } from "../../../reference-app/src/misbehaviour";
import { environment, memoryLog, MemoryDatabase, startTestApp } from "./support";

/** A server whose every request takes `milliseconds`. */
async function slowServer(lifecycle: Lifecycle, milliseconds: number): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_, answer) => {
    const done = lifecycle.begin();
    setTimeout(() => answer.end("done", done), milliseconds);
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

function plan(server: Server, drainSeconds: number, graceSeconds: number): Parameters<Lifecycle["stop"]>[0] {
  return { server, drainSeconds, graceSeconds, log: memoryLog().log };
}

describe("reference app: stopping", () => {
  it("lets a request in flight finish", async () => {
    const lifecycle = new Lifecycle();
    const { server, url } = await slowServer(lifecycle, 300);
    const reply = fetch(url, { headers: { connection: "close" } }).then((response) => response.text());
    await sleep(100);
    assert.equal(await lifecycle.stop(plan(server, 0, 3)), true);
    assert.equal(await reply, "done");
    await assert.rejects(fetch(url), "the port is closed");
  });

  it("cuts off what takes longer than the grace, and says so", async () => {
    const lifecycle = new Lifecycle();
    const { server, url } = await slowServer(lifecycle, 5000);
    const reply = assert.rejects(fetch(url));
    await sleep(100);
    const start = Date.now();
    assert.equal(await lifecycle.stop(plan(server, 0, 0.3)), false);
    assert.ok(Date.now() - start < 2500);
    await reply;
  });

  it("does not wait for idle keep-alive connections", async () => {
    const lifecycle = new Lifecycle();
    const { server, url } = await slowServer(lifecycle, 0);
    await (await fetch(url)).text();
    const start = Date.now();
    assert.equal(await lifecycle.stop(plan(server, 0, 5)), true);
    assert.ok(Date.now() - start < 1000);
  });

  it("is not ready at once, but serves on while the edge finds out, closing connections as it answers", async () => {
    const app = await startTestApp("motel", { SHUTDOWN_DRAIN_SECONDS: "1" });
    await app.running.ready;
    assert.equal((await app.call("GET", "/health/ready")).status, 200);
    const stopping = app.running.stop();
    const ready = await app.call("GET", "/health/ready");
    assert.deepEqual([ready.status, ready.json["reason"]], [503, "stopping"]);
    const reply = await app.call("GET", "/api/suites");
    assert.deepEqual([reply.status, reply.headers.get("connection")], [200, "close"]);
    assert.equal((await app.call("GET", "/health/live")).status, 200);
    assert.equal(await stopping, true);
    await assert.rejects(app.call("GET", "/api/suites"));
  });

  it("stops at once when it never was ready", async () => {
    const database = new MemoryDatabase();
    database.down = new Error("away");
    const app = await startTestApp("motel", { SHUTDOWN_DRAIN_SECONDS: "5", CONNECT_SECONDS: "30" }, database);
    const start = Date.now();
    assert.equal(await app.running.stop(), true);
    assert.ok(Date.now() - start < 1000);
    await app.running.ready;
  });

  it("counts each request out once", async () => {
    const lifecycle = new Lifecycle();
    const done = lifecycle.begin();
    const other = lifecycle.begin();
    done();
    done();
    const { server } = await slowServer(new Lifecycle(), 0);
    let stopped = false;
    const stopping = lifecycle.stop(plan(server, 0, 3)).then((finished) => { stopped = true; return finished; });
    await sleep(50);
    assert.equal(stopped, false, "one request is still open");
    other();
    assert.equal(await stopping, true);
  });
});

describe("reference app: starting", () => {
  it("is unhealthy until the database answers, then healthy", async () => {
    const database = new MemoryDatabase();
    database.down = new Error("starting up");
    const app = await startTestApp("memo", { CONNECT_SECONDS: "10" }, database);
    const early = await app.call("GET", "/api/health");
    assert.deepEqual([early.status, early.json["reason"]], [503, "waiting for the database"]);
    database.down = undefined;
    await app.running.ready;
    assert.equal((await app.call("GET", "/api/health")).status, 200);
    await app.running.stop();
  });

  it("gives up after its time with the last reason", async () => {
    const database = new MemoryDatabase();
    database.down = new Error("no route to host");
    const app = await startTestApp("memo", { CONNECT_SECONDS: "1" }, database);
    await assert.rejects(app.running.ready, /no route to host/);
    await app.running.stop();
  });

  it("waits for the migration step where the runbook has one, and says for what", async () => {
    const database = new MemoryDatabase();
    const app = await startTestApp("motel", { CONNECT_SECONDS: "10" }, database);
    await app.running.ready;
    await app.running.stop();
    database.applied.delete("0002-suites-and-tasks");
    database.applied.add("0099-of-a-newer-version");
    database.down = new Error("not yet");
    const behind = await startTestApp("motel", { CONNECT_SECONDS: "10" }, database);
    database.down = undefined;
    const { status, json } = await waitUntil(() => behind.call("GET", "/health"), (reply) => String(reply.json["reason"]).includes("migrations"));
    assert.deepEqual([status, json["reason"]], [503, "waiting for migrations 0002-suites-and-tasks"]);
    database.applied.add("0002-suites-and-tasks");
    await behind.running.ready;
    await behind.running.stop();
  });

  it("never gets healthy as -broken, and answers late as -slow, health excepted", async () => {
    const broken = await startTestApp("motel", { APP_VERSION: "2.0.0-broken" });
    await broken.running.ready;
    for (const path of ["/health", "/health/live", "/health/ready"]) assert.equal((await broken.call("GET", path)).status, 500, path);
    assert.ok(broken.text().includes("broken on purpose"));
    await broken.running.stop();
    const slow = await startTestApp("motel", { APP_VERSION: "2.0.0-slow" });
    await slow.running.ready;
    const time = async (path: string): Promise<number> => { const start = Date.now(); await slow.call("GET", path); return Date.now() - start; };
    assert.ok((await time("/health/ready")) < 700);
    assert.ok((await time("/api/suites")) >= 1490);
    await slow.running.stop();
  });

  it("answers visitors with 500 as -errors, health excepted", async () => {
    const { call, running } = await startTestApp("motel", { APP_VERSION: "2.0.0-errors" });
    await running.ready;
    assert.deepEqual([(await call("GET", "/health/ready")).status, (await call("GET", "/api/suites")).status, (await call("GET", "/api/version")).status], [200, 500, 500]);
    await running.stop();
  });

  it("answers only what has a query with 500 as -patchy", async () => {
    const { call, running } = await startTestApp("motel", { APP_VERSION: "2.0.0-patchy" });
    await running.ready;
    assert.deepEqual([(await call("GET", "/health/ready")).status, (await call("GET", "/api/suites")).status, (await call("GET", "/api/suites?limit=2")).status, (await call("GET", "/health?verbose=1")).status], [200, 200, 500, 200]);
    await running.stop();
  });

  it("takes memory as -bursts after its first visitor, once however many come", async () => {
    let taken = 0;
    const misbehaviour = new Misbehaviour({ behaviour: "bursts", version: "2.0.0-bursts" }, { afterMs: 30, take: () => (taken += 1) });
    await sleep(60);
    await misbehaviour.meet({ search: "" });
    await misbehaviour.meet({ search: "" });
    assert.equal(taken, 0);
    await sleep(100);
    assert.equal(taken, 1);
  });

  it("ends at once as -dies", async () => {
    const { log, text } = memoryLog();
    assert.equal(await serve(environment("motel", { APP_VERSION: "2.0.0-dies" }), log), 1);
    assert.match(text(), /dies on purpose/);
  });

  it("takes memory and keeps it as -leaks", async () => {
    const before = process.memoryUsage().arrayBuffers;
    const stop = leak({ bytes: 4 * 1024 * 1024, everyMs: 10 });
    await sleep(200);
    assert.ok(process.memoryUsage().arrayBuffers - before >= 12 * 1024 * 1024);
    stop();
  });
});

async function waitUntil<T>(ask: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (let n = 0; n < 50; n += 1) {
    const value = await ask();
    if (good(value)) return value;
    await sleep(50);
  }
  throw new Error("it never came");
}

describe("reference app: requests", () => {
  it("logs one line a request with its ID, taken from the caller or made, and answers the ID", async () => {
    const app = await startTestApp("motel");
    await app.running.ready;
    const given = await app.call("GET", "/api/suites?limit=2", undefined, { "x-request-id": "edge-1234" });
    assert.equal(given.headers.get("x-request-id"), "edge-1234");
    const odd = await app.call("GET", "/api/suites", undefined, { "x-request-id": "bad id\u00e9" });
    assert.match(odd.headers.get("x-request-id") ?? "", /^[0-9a-f-]{36}$/);
    await app.running.stop();
    const line = app.lines().find((entry) => entry.requestId === "edge-1234");
    assert.deepEqual([line?.level, line?.["method"], line?.["path"], line?.["status"]], ["info", "GET", "/api/suites", 200]);
    assert.equal(typeof line?.["durationMs"], "number");
    assert.ok(!Number.isNaN(Date.parse(String(line?.["time"]))));
  });

  it("logs health checks only when they fail", async () => {
    const app = await startTestApp("motel");
    await app.running.ready;
    await app.call("GET", "/health/ready");
    app.database.down = new Error("away");
    await app.call("GET", "/health/ready");
    await app.running.stop();
    const levels = app.lines().filter((line) => line["path"] === "/health/ready").map((line) => line.level);
    assert.deepEqual(levels, ["debug", "warn"]);
  });

  it("allows the named origins and no others", async () => {
    const app = await startTestApp("mps", { CORS_ORIGIN: "https://a.example,https://b.example" });
    const origin = async (value: string): Promise<string | null> => (await app.call("OPTIONS", "/api/classes", undefined, { origin: value })).headers.get("access-control-allow-origin");
    assert.deepEqual([await origin("https://b.example"), await origin("https://evil.example")], ["https://b.example", null]);
    await app.running.stop();
  });

  it("keeps idle connections longer than the edge does", async () => {
    const { createHttpServer } = await import("../../../reference-app/src/http/server");
    const app = await startTestApp("motel");
    const server = createHttpServer({ settings: {} as never, log: memoryLog().log, lifecycle: app.running.lifecycle, routes: [], observe: () => undefined });
    assert.ok(server.keepAliveTimeout > 60_000);
    assert.ok(server.headersTimeout > server.keepAliveTimeout);
    await app.running.stop();
  });

  it("answers 405 with the methods there are, 404 elsewhere, and HEAD without a body", async () => {
    const app = await startTestApp("motel");
    await app.running.ready;
    const wrong = await app.call("PUT", "/api/suites");
    assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET, POST"]);
    assert.equal((await app.call("GET", "/nothing")).status, 404);
    const head = await app.call("HEAD", "/api/suites");
    assert.deepEqual([head.status, head.text], [200, ""]);
    await app.running.stop();
  });
});
