import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import * as https from "node:https";
import type { Duplex } from "node:stream";
import type { EdgeModel, EdgeServer, EdgeSystem } from "../../../components/edge";
import { Backend } from "./backend";
import { freePorts } from "../../support/ports";
import { type Answer, sleep, TestEdge, until } from "./harness";

const host = "motel.localhost";

describe("the edge and the servers behind it", function () {
  this.timeout(60_000);
  let edge: TestEdge;
  let a: Backend;
  let b: Backend;

  beforeEach(async () => {
    [a, b, edge] = await Promise.all([Backend.start("a"), Backend.start("b"), TestEdge.start([host, "memo.localhost"])]);
  });
  afterEach(async () => {
    await edge.stop();
    await Promise.all([a.stop(), b.stop()]);
  });

  function system(servers: readonly EdgeServer[], more: Partial<EdgeSystem> = {}): EdgeSystem {
    return {
      id: "motel",
      hosts: [host],
      routes: [
        { path: "/", service: "backend" },
        { path: "/socket.io", service: "backend", websocket: true, sticky: true },
      ],
      services: [{ name: "backend", port: 1, healthPath: "/health", servers }],
      corsOrigins: [`https://${host}:${edge.ports.https}`],
      requestsPerMinute: 100_000,
      maxBodyBytes: 1_000_000,
      ...more,
    };
  }
  const both = (): EdgeServer[] => [a.as("a-0"), b.as("a-1")];
  const model = (servers: readonly EdgeServer[], more: Partial<EdgeSystem> = {}): EdgeModel => edge.model([system(servers, more)]);

  async function bodies(count: number, path = "/x"): Promise<Set<string>> {
    const answers = await Promise.all(Array.from({ length: count }, () => edge.get(host, path)));
    return new Set(answers.map((answer) => (answer.status === 200 ? answer.body : String(answer.status))));
  }

  it("takes a server that fails its check out, and back in when it recovers", async () => {
    await edge.apply(model(both()));
    assert.deepEqual(await bodies(20), new Set(["a", "b"]));
    a.healthy = false;
    await until("only b serves", async () => (await bodies(20)).size === 1);
    assert.deepEqual(await bodies(20), new Set(["b"]));
    a.healthy = true;
    await until("a serves again", async () => (await bodies(20)).has("a"));
  });

  it("asks for health at the path and under the name of the system", async () => {
    await edge.apply(model([a.as("a-0")]));
    await until("a check", () => a.seen.some((seen) => seen.headers["user-agent"] === "stackbook-edge"));
    assert.equal(a.seen.find((seen) => seen.headers["user-agent"] === "stackbook-edge")?.headers.host, host);
  });

  it("answers with a friendly 503 and when to come back while no server is up", async () => {
    const services = [
      { name: "backend", port: 1, healthPath: "/health", servers: [a.as("a-0")] },
      { name: "frontend", port: 1, healthPath: "/health", servers: [b.as("a-0")] },
    ];
    const routes = [{ path: "/", service: "frontend" }, { path: "/api", service: "backend" }];
    await edge.apply(model([], { services, routes }));
    a.healthy = b.healthy = false;
    await until("both are out", async () => (await edge.get(host, "/")).status === 503 && (await edge.get(host, "/api")).status === 503);
    const page = await edge.get(host, "/");
    assert.match(page.body, /<h1>Back in a moment<\/h1>/);
    assert.match(String(page.headers["content-type"]), /text\/html/);
    const json = await edge.get(host, "/api");
    assert.equal((JSON.parse(json.body) as { requestId: string }).requestId, json.headers["x-request-id"]);
    for (const answer of [page, json]) {
      assert.equal(answer.status, 503);
      assert.equal(answer.headers["retry-after"], "5");
      assert.equal(answer.headers["cache-control"], "no-store");
      assert.match(String(answer.headers["strict-transport-security"]), /max-age/);
    }
  });

  it("repeats a read on another server when one breaks off, but never a write", async () => {
    await edge.apply(model(both()));
    a.handler = (request) => request.socket.destroy();
    assert.deepEqual(await bodies(40), new Set(["b"]));
    assert.ok(a.requests.length > 0, "some of them went to a first");
    const before = b.requests.length;
    const writes = await Promise.all(Array.from({ length: 20 }, (_, i) => edge.request("POST", host, `/write/${i}`, {}, "x")));
    const lost = writes.filter((answer) => answer.status === 502).length;
    assert.ok(lost > 0, "writes that a broke off are not hidden");
    // Each write reached exactly one application.
    assert.equal(b.requests.length - before, writes.length - lost);
    assert.equal(a.requests.filter((seen) => seen.method === "POST").length, lost);
  });

  it("sends even a write to another server when it can't have been worked on", async () => {
    const [nobody] = await freePorts(1);
    const gone: EdgeServer = { name: "a-0", host: "127.0.0.1", port: nobody ?? 1 };
    const result = await edge.write(model([gone, b.as("a-1")]), { waitFor: [] });
    assert.equal(result.code, 0, result.err);
    const writes = await Promise.all(Array.from({ length: 20 }, () => edge.request("POST", host, "/write", {}, "x")));
    assert.deepEqual(new Set(writes.map((answer) => answer.status)), new Set([200]));
  });

  describe("sticky sessions", () => {
    const cookie = (answer: Answer): string => String(answer.headers["set-cookie"]?.[0]);

    it("keeps a visitor of /socket.io on one server, by a cookie that scripts can't read", async () => {
      await edge.apply(model(both()));
      const first = await edge.get(host, "/socket.io/?transport=polling");
      assert.match(cookie(first), /^stackbook_motel_backend=a-[01]; path=\/; HttpOnly; Secure; SameSite=Lax$/);
      const headers = { Cookie: cookie(first).split(";")[0] };
      for (let i = 0; i < 10; i++) assert.equal((await edge.get(host, "/socket.io/?transport=polling", { headers })).body, first.body);
      assert.equal((await edge.get(host, "/elsewhere")).headers["set-cookie"], undefined);
      // The application never sees it.
      assert.ok([...a.requests, ...b.requests].every((seen) => seen.headers.cookie === undefined));
      const home = first.body === "a" ? a : b;
      home.healthy = false;
      await until("the visitor moves to the other", async () => {
        const moved = await edge.get(host, "/socket.io/?transport=polling", { headers });
        return moved.status === 200 && moved.body !== first.body;
      });
    });

    it("lets pages of other allowed sites send it", async () => {
      await edge.apply(model(both(), { corsOrigins: ["https://partner.example.org"] }));
      assert.match(cookie(await edge.get(host, "/socket.io/")), /SameSite=None/);
    });

    it("brings nobody new to a warm server, but those who are bound to it", async () => {
      await edge.apply(model([a.as("a-0", 0), b.as("b-0")]));
      assert.deepEqual(await bodies(20), new Set(["b"]));
      assert.deepEqual(await bodies(20, "/socket.io/"), new Set(["b"]));
      const bound = await edge.get(host, "/socket.io/", { headers: { Cookie: "stackbook_motel_backend=a-0" } });
      assert.equal(bound.body, "a");
    });
  });

  describe("WebSockets", () => {
    function upgrade(path: string, headers: Record<string, string> = {}): Promise<{ status: number; socket?: Duplex; backend?: string }> {
      return new Promise((resolve, reject) => {
        const request = https.request({
          ...edge.target(host),
          path,
          agent: false,
          headers: { Host: `${host}:${edge.ports.https}`, Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": randomBytes(16).toString("base64"), ...headers },
        });
        request.on("upgrade", (response, socket) => resolve({ status: response.statusCode ?? 0, socket, backend: String(response.headers["x-backend"]) }));
        request.on("response", (response) => {
          response.resume();
          resolve({ status: response.statusCode ?? 0 });
        });
        request.on("error", reject);
        request.end();
      });
    }

    it("carries one on a route that says so, to the server the visitor is bound to", async () => {
      await edge.apply(model(both()));
      for (const name of ["a-0", "a-1"]) {
        const { status, socket, backend } = await upgrade("/socket.io/?transport=websocket", { Cookie: `stackbook_motel_backend=${name}` });
        assert.equal(status, 101);
        assert.equal(backend, name === "a-0" ? "a" : "b");
        const echo = new Promise<string>((resolve) => socket?.once("data", (data: Buffer) => resolve(data.toString())));
        socket?.write("hello");
        assert.equal(await echo, "hello");
        socket?.destroy();
      }
    });

    it("does not upgrade elsewhere", async () => {
      await edge.apply(model([a.as("a-0")]));
      assert.equal((await upgrade("/chat")).status, 200);
    });

    it("refuses those that a foreign page opens", async () => {
      await edge.apply(model([a.as("a-0")], { corsOrigins: ["https://partner.example.org"] }));
      assert.equal((await upgrade("/socket.io/", { Origin: "https://evil.example.org" })).status, 403);
      for (const origin of ["https://partner.example.org", `https://${host}:${edge.ports.https}`]) {
        const { status, socket } = await upgrade("/socket.io/", { Origin: origin });
        assert.equal(status, 101, origin);
        socket?.destroy();
      }
    });
  });

  describe("rate limit", () => {
    it("counts per client and system, tells when to come back, and survives a reload", async () => {
      const motel = system([a.as("a-0")], { requestsPerMinute: 20 });
      const memo = system([b.as("a-0")], { id: "memo", hosts: ["memo.localhost"] });
      await edge.apply(edge.model([motel, memo]));
      for (let i = 0; i < 20; i++) assert.equal((await edge.get(host, `/x/${i}`)).status, 200, `request ${i + 1}`);
      const refused = await edge.get(host, "/x");
      assert.equal(refused.status, 429);
      assert.equal(refused.headers["retry-after"], "60");
      assert.match(refused.body, /"status":429/);
      assert.equal(a.requests.length, 20);
      assert.equal((await edge.get("memo.localhost", "/x")).status, 200);

      // A worker whose predecessor knew no tables waits for them, and for those of other machines, 5 s each, before
      // it hands on what it has counted itself. The second reload shows that one which learnt them need not.
      await sleep(11_000);
      for (const limit of [50, 60]) {
        const stamp = await edge.stamp();
        await edge.apply(edge.model([motel, { ...memo, requestsPerMinute: limit }]));
        assert.notEqual(await edge.stamp(), stamp);
        assert.equal((await edge.get(host, "/x")).status, 429);
        assert.equal((await edge.get("memo.localhost", "/x")).status, 200);
      }
    });
  });
});
