import { strict as assert } from "node:assert";
import { authorizationSha256, type EdgeDoor, type EdgeSystem } from "../../../components/edge";
import { Backend } from "./backend";
import { TestEdge, until } from "./harness";

const host = "motel.localhost";

/** The edge as the monitoring sees it, and the doors to what the monitoring shows. */
describe("the observed edge", function () {
  this.timeout(60_000);
  let edge: TestEdge;
  let backend: Backend;
  let page: Backend;
  let system: EdgeSystem;
  let doors: EdgeDoor[];
  const hash = authorizationSha256("operator", "long and random");
  const basic = (words: string): string => `Basic ${Buffer.from(words).toString("base64")}`;

  before(async () => {
    [backend, page] = await Promise.all([Backend.start("backend"), Backend.start("page")]);
    edge = await TestEdge.start([host, "alerts.localhost", "status.localhost", "away.localhost"]);
    system = {
      id: "motel",
      hosts: [host],
      routes: [{ path: "/", service: "backend" }],
      services: [{ name: "backend", port: 1, healthPath: "/health", servers: [backend.as("a-0")] }],
      corsOrigins: [],
      requestsPerMinute: 100_000,
      maxBodyBytes: 1_000_000,
    };
    const target = { host: "127.0.0.1", port: page.port };
    doors = [
      { name: "alerts", host: "alerts.localhost", target, healthPath: "/health", authorizationSha256: hash },
      { name: "status", host: "status.localhost", target, healthPath: "/health" },
      // Nobody listens there: routes are written all the same.
      { name: "away", host: "away.localhost", target: { host: "127.0.0.1", port: 9 }, healthPath: "/health" },
    ];
    await edge.apply(edge.model([system], { observed: true, doors }));
  });
  after(async () => {
    await edge.stop();
    await Promise.all([backend.stop(), page.stop()]);
  });

  it("writes each request to the pipe too, and loses none while the reader is away", async () => {
    await edge.get(host, "/before-the-reader");
    const read = edge.piped(4);
    await until("the request is in the log", () => edge.log.includes("before-the-reader"));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await edge.get(host, "/with-the-reader");
    const lines = (await read).split("\n").filter((line) => line.startsWith("{"));
    const paths = lines.map((line) => (JSON.parse(line) as { path?: string }).path);
    for (const path of ["/before-the-reader", "/with-the-reader"]) assert.equal(paths.filter((p) => p === path).length, 1, paths.join());
  });

  it("goes on when nobody reads, however full the pipe", async () => {
    for (let i = 0; i < 40; i++) {
      const answers = await Promise.all(Array.from({ length: 10 }, (_, j) => edge.get(host, `/full/${i}/${j}/${"x".repeat(300)}`)));
      assert.ok(answers.every((answer) => answer.status === 200));
    }
    const dropped = Number(/^haproxy_process_dropped_logs_total (\d+)/m.exec((await edge.admin("/metrics")).body)?.[1]);
    assert.ok(dropped > 100, `only ${dropped} lines did not fit: the pipe was not full`);
    await edge.apply(edge.model([system], { observed: true, doors, hstsSeconds: 1 }));
    assert.equal((await edge.get(host, "/")).status, 200);
  });

  it("keeps the worst line below what a pipe takes in one piece, and whole", async () => {
    // Everything that has to be escaped; what HTTP itself forbids never gets this far.
    await edge.get(host, `/worst${'"'.repeat(900)}`, { headers: { "User-Agent": '\t"\\'.repeat(200), Deprecation: '"'.repeat(100) } });
    await until("it is in the log", () => edge.log.includes("/worst"));
    const line = edge.log.split("\n").find((text) => text.includes("/worst")) ?? "";
    JSON.parse(line);
    assert.ok(Buffer.byteLength(line) < 4096, `${Buffer.byteLength(line)} bytes`);
  });

  it("says when an answer is of something out of date", async () => {
    backend.handler = (_request, response) => response.setHeader("Deprecation", "@1767225600").end("old");
    await edge.get(host, "/old-api");
    backend.handler = (_request, response) => response.end("new");
    await edge.get(host, "/new-api");
    await until("both are in the log", () => edge.accessLog().some((entry) => entry.path === "/new-api"));
    const of = (path: string): unknown => edge.accessLog().find((entry) => entry.path === path)?.deprecation;
    assert.deepEqual([of("/old-api"), of("/new-api")], ["@1767225600", "-"]);
  });

  it("counts no probe as a visitor, and lets probes read only", async () => {
    const probe = { port: edge.ports.probes };
    assert.equal((await edge.get(host, "/probed", probe)).status, 200);
    assert.equal((await edge.request("POST", host, "/probed", probe)).status, 403);
    await edge.get(host, "/after-the-probe");
    await until("the visitor is in the log", () => edge.log.includes("after-the-probe"));
    assert.ok(!edge.log.includes("/probed"));
  });

  it("opens a door to operators only, and keeps their words from what is behind", async () => {
    const ask = (authorization?: string): ReturnType<TestEdge["get"]> =>
      edge.get("alerts.localhost", "/", authorization === undefined ? {} : { headers: { Authorization: authorization } });
    const refused = await ask();
    assert.equal(refused.status, 401);
    assert.match(String(refused.headers["www-authenticate"]), /^Basic realm=/);
    assert.equal((await ask(basic("operator:guess"))).status, 401);
    assert.equal((await ask(basic("operator:long and random "))).status, 401);
    page.seen.length = 0;
    const answer = await ask(basic("operator:long and random"));
    assert.equal(answer.status, 200);
    assert.ok(page.seen.every((request) => request.headers.authorization === undefined));
    assert.equal((await edge.get("status.localhost", "/")).status, 200, "a door without one is open to all");
  });

  it("answers for a door whose page is down, and logs doors as the stack's", async () => {
    assert.equal((await edge.get("away.localhost", "/x", { headers: { Accept: "text/html" } })).status, 503);
    await until("it is in the log", () => edge.accessLog().some((entry) => entry.host === "away.localhost"));
    const entry = edge.accessLog().find((e) => e.host === "away.localhost");
    assert.deepEqual([entry?.system, entry?.service], ["stack", "away"]);
  });
});
