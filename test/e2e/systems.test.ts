import assert from "node:assert/strict";
import * as http from "node:http";
import * as https from "node:https";
import { io, type Socket } from "socket.io-client";
import { systemIds, systems, type SystemId } from "../../systems";
import { containersOf, engine, leftovers, runOnce } from "./support/engine";
import { Visitor } from "./support/http";
import { TestStack, type Outputs } from "./support/stack";

const ports = { httpPort: 28080, httpsPort: 28443 };
const stack = new TestStack("e2e-systems", {
  "stackbook:environment": "dev",
  "stackbook:edge": { ...ports, rateLimit: { requestsPerMinute: 100_000 } },
  "stackbook:demo": { seed: true, traffic: false },
  "stackbook:systems": Object.fromEntries(systemIds.map((id) => [id, { version: "1.0.0" }])),
});

/** One row that each system's API takes, and where. */
const rows: Readonly<Record<SystemId, { path: string; row: Record<string, unknown>; shows: string }>> = {
  mps: { path: "/api/classes", row: { code: "PHY-7B", title: "Physics 7b", room: "B101", seats: 24 }, shows: "Physics 7b" },
  fetms: { path: "/api/teachers", row: { name: "Grace Hopper", email: "grace@fetms.example" }, shows: "Grace Hopper" },
  memo: { path: "/api/memos", row: { title: "Buy milk", body: "two litres" }, shows: "Buy milk" },
  motel: { path: "/api/suites", row: { number: "901", name: "Penthouse" }, shows: "Penthouse" },
  sms: { path: "/api/students", row: { number: "S-9001", name: "Emmy Noether", year: 1 }, shows: "Emmy Noether" },
};

describe("all five systems on one engine", function () {
  this.timeout(600_000);
  let outputs: Outputs;
  const visitors = new Map<SystemId, Visitor>();
  const visit = (id: SystemId): Visitor => {
    const visitor = visitors.get(id);
    assert.ok(visitor);
    return visitor;
  };
  const origin = (id: SystemId): string => outputs.systems[id]?.url ?? "";
  const login = async (id: SystemId): Promise<Record<string, string>> => {
    const credentials = outputs.credentials[id]?.login;
    const { accessToken, token } = await visit(id).json<{ accessToken?: string; token?: string }>("/api/auth/login", { json: credentials });
    return { authorization: `Bearer ${accessToken ?? token ?? ""}` };
  };

  before(async () => {
    await stack.init();
    await stack.mustUp();
    outputs = await stack.outputs();
    for (const id of systemIds) visitors.set(id, new Visitor(origin(id), outputs.caCertificate));
  });

  after(() => stack.destroy());

  for (const id of systemIds) {
    describe(id, () => {
      it("answers on every route through TLS, with the edge's security headers", async () => {
        for (const { path } of systems[id].routes) {
          if (path === "/socket.io") continue;
          const answer = await visit(id).ask(path === "/api" ? "/api/version" : path);
          assert.equal(answer.status, 200, `${path}: ${answer.body.slice(0, 200)}`);
          assert.match(answer.headers["strict-transport-security"] ?? "", /max-age=\d{7,}/, path);
          assert.equal(answer.headers["x-content-type-options"], "nosniff", path);
          assert.ok(answer.headers["x-request-id"], path);
        }
      });

      it("is healthy at its own health path", async () => {
        const { health } = systems[id].services.backend;
        const outside = systems[id].routes.some((route) => route.service === "backend" && health.path.startsWith(route.path));
        assert.ok(outside, "its health path has a route");
        const answer = await visit(id).ask(health.path);
        assert.equal(answer.status, 200, answer.body);
        assert.match(answer.body, /"status":"(healthy|ok|up)"/i);
      });

      it("logs in, writes a row through its API and reads it back", async () => {
        const { path, row, shows } = rows[id];
        const headers = await login(id);
        const written = await visit(id).ask(path, { json: row, headers });
        assert.equal(written.status, 201, written.body);
        const read = await visit(id).ask(path, { headers });
        assert.ok(read.body.includes(shows), read.body.slice(0, 400));
      });

      it("refuses a wrong password", async () => {
        const answer = await visit(id).ask("/api/auth/login", { json: { email: outputs.credentials[id]?.login.email, password: "not the password" } });
        assert.equal(answer.status, 401);
      });

      it("runs as many containers as its runbook asks for, none as root", async () => {
        const found = await containersOf(stack.name, { system: id, service: "backend", role: "app" });
        assert.equal(found.length, systems[id].services.backend.replicas);
        for (const { Id } of found) {
          const { Config, HostConfig } = await engine.getContainer(Id).inspect();
          assert.match(Config.User ?? "", /^[1-9]/);
          assert.equal(HostConfig.ReadonlyRootfs, true);
          assert.deepEqual(HostConfig.CapDrop, ["ALL"]);
          assert.equal(HostConfig.Memory, systems[id].services.backend.memoryMiB * 1024 * 1024);
        }
      });

      it("keeps a foreign container away from its database", async () => {
        const [database] = await containersOf(stack.name, { system: id, role: "database" });
        assert.ok(database);
        const port = systems[id].database.engine === "postgres" ? 5432 : 27017;
        const { NetworkSettings, Config } = await engine.getContainer(database.Id).inspect();
        const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress ?? "";
        assert.notEqual(address, "");
        const probe = ["bash", "-c", `timeout 3 bash -c 'exec 3<>/dev/tcp/${address}/${port}' && echo reached || echo refused`];
        // The same probe from inside proves that it would notice.
        const inside = await runOnce(Config.Image, probe, Object.keys(NetworkSettings.Networks)[0] ?? "");
        assert.match(inside.output, /reached/, "the probe itself works");
        const [foreign] = await containersOf(stack.name, { system: id === "sms" ? "memo" : "sms", role: "app", service: "frontend" });
        const foreignNetwork = Object.keys(foreign?.NetworkSettings.Networks ?? {})[0] ?? "bridge";
        assert.match((await runOnce(Config.Image, probe, foreignNetwork)).output, /refused/, "from another system's network");
        assert.match((await runOnce(Config.Image, probe, "bridge")).output, /refused/, "from the default network");
      });
    });
  }

  describe("the edge of all of them", () => {
    it("redirects plain HTTP to HTTPS on the same path", async () => {
      const { statusCode, headers } = await new Promise<http.IncomingMessage>((resolve, reject) =>
        http.get({ host: "127.0.0.1", port: ports.httpPort, path: "/api/x?y=1", headers: { host: `motel.localhost:${ports.httpPort}` } }, resolve).on("error", reject),
      );
      assert.ok(statusCode === 301 || statusCode === 308, String(statusCode));
      assert.equal(headers.location, `https://motel.localhost:${ports.httpsPort}/api/x?y=1`);
    });

    it("speaks no TLS older than 1.2", async () => {
      await assert.rejects(
        new Promise((resolve, reject) =>
          https.get({ host: "127.0.0.1", port: ports.httpsPort, servername: "motel.localhost", ca: outputs.caCertificate, maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" }, resolve).on("error", reject),
        ),
      );
    });

    it("echoes over a WebSocket through the edge", async () => {
      const socket: Socket = io("https://127.0.0.1:28443", {
        transports: ["websocket"],
        ca: outputs.caCertificate,
        rejectUnauthorized: true,
        extraHeaders: { host: "motel.localhost" },
      } as Parameters<typeof io>[1]);
      try {
        const reply = await new Promise((resolve, reject) => {
          socket.on("connect_error", reject);
          socket.on("connect", () => socket.timeout(5000).emit("echo", { hello: "motel" }, (error: Error | null, answer: unknown) => (error === null ? resolve(answer) : reject(error))));
        });
        assert.match(JSON.stringify(reply), /"hello":"motel"/);
      } finally {
        socket.close();
      }
    });

    it("refuses an upload above FETMS's 10 MB, by its length and while it streams", async () => {
      const headers = await login("fetms");
      const { items } = await visit("fetms").json<{ items: { id: string }[] }>("/api/teachers", { headers });
      const target = `/api/teachers/${items[0]?.id ?? ""}/document`;
      const kind = { ...headers, "content-type": "text/plain" };
      const small = await visit("fetms").ask(target, { method: "PUT", headers: kind, body: Buffer.alloc(1024 * 1024, "a") });
      assert.ok(small.status < 300, `${small.status} ${small.body}`);
      const large = await visit("fetms").ask(target, { method: "PUT", headers: kind, body: Buffer.alloc(11 * 1024 * 1024, "a") }).catch((error: NodeJS.ErrnoException) => error);
      assert.ok("status" in large ? large.status === 413 : ["EPIPE", "ECONNRESET"].includes(large.code ?? ""), JSON.stringify(large));
      const streamed = await new Promise<number>((resolve, reject) => {
        const request = https.request(
          `https://127.0.0.1:${ports.httpsPort}${target}`,
          { method: "PUT", ca: outputs.caCertificate, servername: "fetms.localhost", headers: { ...kind, host: "fetms.localhost", "transfer-encoding": "chunked" } },
          (response) => resolve(response.statusCode ?? 0),
        );
        request.on("error", reject);
        for (let i = 0; i < 12; i += 1) request.write(Buffer.alloc(1024 * 1024, "a"));
        request.end();
      });
      assert.equal(streamed, 413);
    });

    it("lets a browser's page of another origin read nothing", async () => {
      const foreign = await visit("motel").ask("/api/suites", { headers: { origin: "https://evil.example" } });
      assert.equal(foreign.headers["access-control-allow-origin"], undefined);
      const own = await visit("motel").ask("/api/suites", { headers: { origin: origin("motel") } });
      assert.equal(own.headers["access-control-allow-origin"], origin("motel"));
    });

    it("keeps every generated secret out of the state's plain text, labels and command lines", async () => {
      const state = stack.stateText();
      const seen = JSON.stringify(await Promise.all((await containersOf(stack.name)).map(async ({ Id }) => {
        const { Config, Args, Path } = await engine.getContainer(Id).inspect();
        return [Config.Labels, Config.Cmd, Config.Entrypoint, Args, Path];
      })));
      for (const id of systemIds) {
        for (const secret of [outputs.credentials[id]?.database.password, outputs.credentials[id]?.login.password]) {
          assert.ok(secret !== undefined && secret.length >= 16);
          assert.ok(!state.includes(secret), `${id}: in the state`);
          assert.ok(!seen.includes(secret), `${id}: on the engine`);
        }
      }
    });
  });

  // Last: mocha runs nested suites in order, and a suite's own tests before them.
  describe("as a stack", () => {
    it("changes nothing at a second `up`", async () => {
      const { output } = await stack.mustUp("--expect-no-changes");
      assert.match(output, /\d+ unchanged/);
      assert.doesNotMatch(output, /created|updated|replaced|deleted/);
    });

    it("leaves nothing but protected data when it is destroyed without a word about data", async () => {
      const volumesBefore = (await leftovers(stack.name)).volumes;
      await stack.mustRun("destroy", "--yes", "--skip-preview", "--exclude-protected");
      const { containers, networks, volumes } = await leftovers(stack.name);
      assert.deepEqual({ containers, networks }, { containers: [], networks: [] });
      assert.deepEqual(volumes.sort(), volumesBefore.filter((name) => !name.startsWith("stack-edge")).sort());
    });

    it("opens kept data again, with the passwords of before", async () => {
      await stack.mustUp();
      const again = await stack.outputs();
      // The key of operators' passes opens no data, and goes with the edge.
      const { edge: _now, ...kept } = again.credentials;
      const { edge: _before, ...before } = outputs.credentials;
      assert.deepEqual(kept, before);
      outputs = again;
      for (const id of systemIds) visitors.set(id, new Visitor(origin(id), outputs.caCertificate));
      for (const id of systemIds) {
        const read = await visit(id).ask(rows[id].path, { headers: await login(id) });
        assert.ok(read.body.includes(rows[id].shows), `${id}: ${read.body.slice(0, 300)}`);
      }
    });
  });
});
