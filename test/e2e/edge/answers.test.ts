import { strict as assert } from "node:assert";
import * as http from "node:http";
import * as http2 from "node:http2";
import * as tls from "node:tls";
import { gunzipSync } from "node:zlib";
import type { EdgeSystem } from "../../../components/edge";
import { Backend } from "./backend";
import { send, TestEdge, until } from "./harness";

const host = "motel.localhost";

describe("what visitors get from the edge", function () {
  this.timeout(60_000);
  let edge: TestEdge;
  let backend: Backend;
  let frontend: Backend;
  let memo: Backend;

  before(async () => {
    [backend, frontend, memo] = await Promise.all([Backend.start("backend"), Backend.start("frontend"), Backend.start("memo")]);
    edge = await TestEdge.start([host, "memo.localhost"]);
    const motel: EdgeSystem = {
      id: "motel",
      hosts: [host],
      routes: [
        { path: "/", service: "frontend" },
        { path: "/api", service: "backend" },
      ],
      services: [
        { name: "backend", port: 1, healthPath: "/health", servers: [backend.as("a-0")] },
        { name: "frontend", port: 1, healthPath: "/health", servers: [frontend.as("a-0")] },
      ],
      corsOrigins: [`https://${host}:${edge.ports.https}`, "https://partner.example.org"],
      requestsPerMinute: 100_000,
      maxBodyBytes: 1_000_000,
    };
    await edge.apply(
      edge.model([
        motel,
        {
          ...motel,
          id: "memo",
          hosts: ["memo.localhost"],
          routes: [{ path: "/memo", service: "backend" }],
          services: [{ name: "backend", port: 1, healthPath: "/health", servers: [memo.as("a-0")] }],
        },
      ]),
    );
  });
  after(async () => {
    await edge.stop();
    await Promise.all([backend.stop(), frontend.stop(), memo.stop()]);
  });
  beforeEach(() => {
    for (const b of [backend, frontend, memo]) {
      b.seen.length = 0;
      b.handler = (_request, response) => response.end(b.name);
    }
  });

  const plain = (path: string, method = "GET", name = host): Promise<{ status: number; headers: http.IncomingHttpHeaders }> =>
    send(http.request({ host: "127.0.0.1", port: edge.ports.http, path, method, headers: { Host: name }, agent: false }));

  it("redirects http to https on the published port, path and query kept", async () => {
    const read = await plain("/rooms?from=today");
    assert.equal(read.status, 301);
    assert.equal(read.headers.location, `https://${host}:${edge.ports.https}/rooms?from=today`);
    assert.equal((await plain("/api/rooms", "POST")).status, 308);
    assert.equal((await plain("/", "GET", "evil.example.org")).status, 421);
  });

  for (const [version, taken] of [
    ["TLSv1.1", false],
    ["TLSv1.2", true],
    ["TLSv1.3", true],
  ] as const) {
    it(`${taken ? "speaks" : "refuses"} ${version}`, async () => {
      const handshake = new Promise<string | null>((resolve, reject) => {
        const socket = tls.connect(
          { ...edge.target(host), minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" } as tls.ConnectionOptions,
          () => {
            resolve(socket.getProtocol());
            socket.destroy();
          },
        );
        socket.on("error", reject);
      });
      if (taken) assert.equal(await handshake, version);
      else await assert.rejects(handshake);
    });
  }

  it("speaks HTTP/2", async () => {
    const session = http2.connect(`https://${host}:${edge.ports.https}`, { ...edge.target(host), host: "127.0.0.1" } as http2.SecureClientSessionOptions);
    const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
      session.on("error", reject);
      const stream = session.request({ ":path": "/api/x" });
      let status = 0;
      let body = "";
      stream.on("response", (headers) => (status = headers[":status"] ?? 0));
      stream.on("data", (chunk: Buffer) => (body += chunk.toString()));
      stream.on("end", () => resolve({ status, body }));
      stream.on("error", reject);
    });
    session.close();
    assert.deepEqual(answer, { status: 200, body: "backend" });
  });

  it("routes by host and by the longest prefix of whole segments", async () => {
    const body = async (name: string, path: string): Promise<string> => (await edge.get(name, path)).body;
    assert.equal(await body(host, "/"), "frontend");
    assert.equal(await body(host, "/api"), "backend");
    assert.equal(await body(host, "/api/rooms?x=1"), "backend");
    assert.equal(await body(host, "/apixyz"), "frontend");
    assert.equal(await body("memo.localhost", "/memo/1"), "memo");
    assert.equal((await edge.get("memo.localhost", "/elsewhere")).status, 404);
  });

  it("answers 421 to a name it doesn't serve", async () => {
    const answer = await edge.get(host, "/", { headers: { Host: "evil.example.org" } });
    assert.equal(answer.status, 421);
    assert.equal(frontend.requests.length, 0);
  });

  it("sets the security headers, keeps an application's own, and hides what serves", async () => {
    backend.handler = (_request, response) => {
      response.setHeader("Server", "express");
      response.setHeader("X-Powered-By", "Express");
      response.setHeader("X-Frame-Options", "DENY");
      response.setHeader("Content-Security-Policy", "default-src 'self'");
      response.setHeader("Cache-Control", "public, max-age=60");
      response.setHeader("Strict-Transport-Security", "max-age=1");
      response.end("x");
    };
    const own = (await edge.get(host, "/api")).headers;
    assert.equal(own["strict-transport-security"], "max-age=31536000");
    assert.equal(own["x-content-type-options"], "nosniff");
    assert.equal(own["x-frame-options"], "DENY");
    assert.equal(own["content-security-policy"], "default-src 'self'");
    assert.equal(own["cache-control"], "public, max-age=60");
    assert.equal(own.server, undefined);
    assert.equal(own["x-powered-by"], undefined);
    const bare = (await edge.get(host, "/")).headers;
    assert.equal(bare["x-frame-options"], "SAMEORIGIN");
    assert.equal(bare["referrer-policy"], "strict-origin-when-cross-origin");
    assert.match(String(bare["permissions-policy"]), /camera=\(\)/);
    assert.match(String(bare["content-security-policy"]), /frame-ancestors 'self'/);
  });

  it("tells the application who asks, whatever the client claims", async () => {
    const headers = { "X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "http", "X-Forwarded-Prefix": "/x", Forwarded: "for=6.6.6.6", "X-Real-IP": "6.6.6.6", "X-Request-ID": "mine" };
    const answer = await edge.get(host, "/api/who", { headers });
    const seen = backend.requests[0]?.headers ?? {};
    assert.equal(seen["x-forwarded-for"], "127.0.0.1");
    assert.equal(seen["x-real-ip"], "127.0.0.1");
    assert.equal(seen["x-forwarded-proto"], "https");
    assert.equal(seen["x-forwarded-host"], `${host}:${edge.ports.https}`);
    assert.equal(seen["x-forwarded-port"], String(edge.ports.https));
    assert.equal(seen["x-forwarded-prefix"], undefined);
    assert.equal(seen.forwarded, undefined);
    const id = seen["x-request-id"];
    assert.match(String(id), /^[0-9a-f-]{36}$/);
    assert.equal(answer.headers["x-request-id"], id);
  });

  it("writes one line of JSON per request, without the query and without secrets", async () => {
    const agent = 'curl "quoted" \\ back';
    const answer = await edge.request("POST", host, '/api/a"b?token=s3cret', { headers: { "User-Agent": agent, Cookie: "session=s3cret", Authorization: "Bearer s3cret" } }, "12345");
    const mine = (): Record<string, unknown> | undefined => edge.accessLog().find((line) => line.requestId === answer.headers["x-request-id"]);
    await until("the request is logged", () => mine() !== undefined);
    const line = mine() ?? {};
    assert.deepEqual(
      { system: line.system, service: line.service, server: line.server, method: line.method, path: line.path, status: line.status, host: line.host, userAgent: line.userAgent, tls: line.tls, client: line.client },
      { system: "motel", service: "backend", server: "a-0", method: "POST", path: '/api/a"b', status: 200, host, userAgent: agent, tls: "TLSv1.3", client: "127.0.0.1" },
    );
    for (const field of ["acceptedAt", "bytesIn", "bytesOut", "queueMs", "connectMs", "responseMs", "totalMs"]) assert.equal(typeof line[field], "number", field);
    assert.ok(!Number.isNaN(Date.parse(String(line.time))));
    assert.ok(!edge.log.includes("s3cret"));
  });

  it("writes valid JSON for what is no proper request", async () => {
    const before = edge.accessLog().length;
    await new Promise<void>((resolve) => {
      const socket = tls.connect(edge.target(host) as tls.ConnectionOptions, () => socket.write("GET /\x01 \"quoted\" HTTP/1.1\r\n\r\n"));
      socket.on("close", () => resolve());
      socket.on("data", () => undefined);
      socket.on("error", () => resolve());
    });
    await until("it is logged", () => edge.accessLog().length > before);
  });

  it("compresses text for who takes it", async () => {
    const text = "room ".repeat(2000);
    backend.handler = (_request, response) => response.setHeader("Content-Type", "application/json").end(text);
    const { headers, bytes } = await new Promise<{ headers: http.IncomingHttpHeaders; bytes: Buffer }>((resolve, reject) => {
      const request = http2.connect(`https://${host}:${edge.ports.https}`, { ...edge.target(host), host: "127.0.0.1" } as http2.SecureClientSessionOptions);
      const stream = request.request({ ":path": "/api/big", "accept-encoding": "gzip" });
      const chunks: Buffer[] = [];
      let got: http.IncomingHttpHeaders = {};
      stream.on("response", (h) => (got = h as http.IncomingHttpHeaders));
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        request.close();
        resolve({ headers: got, bytes: Buffer.concat(chunks) });
      });
      stream.on("error", reject);
    });
    assert.equal(headers["content-encoding"], "gzip");
    assert.ok(bytes.length < text.length / 10);
    assert.equal(gunzipSync(bytes).toString(), text);
  });

  describe("CORS", () => {
    const preflight = (origin: string): Promise<{ status: number; headers: http.IncomingHttpHeaders }> =>
      edge.request("OPTIONS", host, "/api/rooms", {
        headers: { Origin: origin, "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "authorization,content-type" },
      });

    it("answers the question of an allowed origin itself", async () => {
      const { status, headers } = await preflight("https://partner.example.org");
      assert.equal(status, 204);
      assert.equal(headers["access-control-allow-origin"], "https://partner.example.org");
      assert.equal(headers["access-control-allow-credentials"], "true");
      assert.match(String(headers["access-control-allow-methods"]), /PUT/);
      assert.equal(headers["access-control-allow-headers"], "authorization,content-type");
      assert.match(String(headers.vary), /Origin/);
      assert.equal(backend.requests.length, 0);
    });

    it("refuses that of any other", async () => {
      for (const origin of ["https://evil.example.org", "https://partner.example.org.evil.org", "null"]) {
        const { status, headers } = await preflight(origin);
        assert.equal(status, 403, origin);
        assert.equal(headers["access-control-allow-origin"], undefined);
      }
    });

    it("puts the one origin in place of what the application says", async () => {
      backend.handler = (_request, response) => response.setHeader("Access-Control-Allow-Origin", "*").end("x");
      const from = async (origin?: string): Promise<string | undefined> =>
        (await edge.get(host, "/api", { headers: origin === undefined ? {} : { Origin: origin } })).headers["access-control-allow-origin"];
      assert.equal(await from("https://partner.example.org"), "https://partner.example.org");
      assert.equal(await from("https://evil.example.org"), undefined);
      assert.equal(await from(), undefined);
    });

    it("lets a plain OPTIONS request through to the application", async () => {
      assert.equal((await edge.request("OPTIONS", host, "/api/rooms")).body, "backend");
    });
  });

  describe("bodies", () => {
    const big = Buffer.alloc(3_000_000, "x");

    beforeEach(() => {
      // As applications do: the answer comes after the body.
      backend.handler = (request, response) => request.on("end", () => response.end("stored"));
    });

    const chunked = async (body: Buffer): Promise<{ status: number; body: string }> =>
      edge.request("POST", host, "/api/upload", { headers: { "Transfer-Encoding": "chunked" } }, body);

    it("takes one below the limit, with a length or chunked", async () => {
      const small = big.subarray(0, 900_000);
      assert.equal((await edge.request("POST", host, "/api/upload", { headers: { "Content-Length": small.length } }, small)).status, 200);
      assert.equal((await chunked(small)).status, 200);
      assert.deepEqual(backend.requests.map((seen) => seen.bytes), [900_000, 900_000]);
    });

    it("refuses one that says it is larger, before any of it reaches the application", async () => {
      const answer = await edge.request("POST", host, "/api/upload", { headers: { "Content-Length": big.length } }, big);
      assert.equal(answer.status, 413);
      assert.equal(backend.requests.length, 0);
    });

    it("refuses a chunked one when it gets larger, and never passes on the whole", async () => {
      const answer = await chunked(big);
      assert.equal(answer.status, 413);
      assert.match(answer.body, /larger than this site takes/);
      await until("the application sees the request break off", () => backend.requests.length === 1);
      assert.ok((backend.requests[0]?.bytes ?? 0) <= 1_000_000);
      assert.equal(backend.requests[0]?.complete, false);
    });

    it("refuses one over HTTP/2 that names no length", async () => {
      const session = http2.connect(`https://${host}:${edge.ports.https}`, { ...edge.target(host), host: "127.0.0.1" } as http2.SecureClientSessionOptions);
      const status = await new Promise<number>((resolve, reject) => {
        const stream = session.request({ ":path": "/api/upload", ":method": "POST" });
        stream.on("response", (headers) => resolve(headers[":status"] ?? 0));
        stream.on("error", reject);
        session.on("error", reject);
        stream.end(big);
      });
      session.destroy();
      assert.equal(status, 413);
      assert.equal(backend.requests[0]?.complete, false);
    });
  });
});
