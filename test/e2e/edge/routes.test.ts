import { strict as assert } from "node:assert";
import { createServer, type Server } from "node:net";
import * as tls from "node:tls";
import { type EdgeModel, makeSelfSigned, renderHaproxy, waitForServers } from "../../../components/edge";
import { Backend } from "./backend";
import { freePorts } from "../../support/ports";
import { send, sleep, TestEdge, until } from "./harness";
import { Load } from "./load";
import * as http from "node:http";

const host = "motel.localhost";

describe("changing the edge's routes", function () {
  this.timeout(120_000);
  let edge: TestEdge;
  let a: Backend;
  let b: Backend;

  beforeEach(async () => {
    [a, b, edge] = await Promise.all([Backend.start("a"), Backend.start("b"), TestEdge.start([host])]);
  });
  afterEach(async () => {
    await edge.stop();
    await Promise.all([a.stop(), b.stop()]);
  });

  function to(backend: Backend, more: Partial<EdgeModel> = {}): EdgeModel {
    return edge.model(
      [
        {
          id: "motel",
          hosts: [host],
          routes: [{ path: "/", service: "backend" }],
          services: [{ name: "backend", port: 1, healthPath: "/health", servers: [backend.as("a-0")] }],
          corsOrigins: [],
          requestsPerMinute: 1_000_000,
          maxBodyBytes: 1_000_000,
        },
      ],
      more,
    );
  }
  const body = async (): Promise<string> => (await edge.get(host, "/")).body;
  const fingerprint = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = tls.connect({ ...edge.target(host), rejectUnauthorized: false } as tls.ConnectionOptions, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.on("error", reject);
    });

  it("starts on a configuration of its own that says to come back", async () => {
    const answer = await send(http.request({ host: "127.0.0.1", port: edge.ports.http, path: "/", headers: { Host: host }, agent: false }));
    assert.equal(answer.status, 503);
    assert.equal(answer.headers["retry-after"], "5");
    assert.equal(await edge.stamp(), "bootstrap");
  });

  it("takes new routes, and does nothing when it has them already", async () => {
    const first = await edge.write(to(a));
    assert.equal(first.code, 0, first.err);
    assert.match(first.out, /motel\/backend\/a-0 is healthy/);
    assert.equal(await body(), "a");
    const reloads = (): number => edge.log.split("New worker").length;
    const before = reloads();
    const again = await edge.write(to(a));
    assert.equal(again.code, 0);
    assert.match(again.out, /already has/);
    assert.equal(reloads(), before);
  });

  it("waits for a new server to get healthy", async () => {
    await edge.apply(to(a));
    b.healthy = false;
    const write = edge.write(to(b));
    await until("it was asked", () => b.seen.some((seen) => seen.headers["user-agent"] === "stackbook-routes"));
    assert.equal(await body(), "a");
    b.healthy = true;
    assert.equal((await write).code, 0);
    assert.equal(await body(), "b");
  });

  it("refuses one that never does, says why, and goes on with the old", async () => {
    await edge.apply(to(a));
    const stamp = await edge.stamp();
    b.healthy = false;
    for (let run = 1; run <= 2; run++) {
      const result = await edge.write(to(b), { timeoutSeconds: 1 });
      assert.equal(result.code, 1);
      assert.match(result.err, /motel\/backend\/a-0 \(127\.0\.0\.1:\d+\) is not healthy after 1 s: \/health answered 503: database is not reachable/);
      assert.equal(await edge.stamp(), stamp);
      assert.equal(await body(), "a");
    }
    const [nobody] = await freePorts(1);
    const waitFor = [{ name: "gone", host: "127.0.0.1", port: nobody ?? 1, path: "/health", hostHeader: host }];
    assert.match((await edge.write(to(b), { timeoutSeconds: 1, waitFor })).err, /\/health answered no connection/);
  });

  it("refuses a configuration that HAProxy refuses, in HAProxy's words", async () => {
    await edge.apply(to(a));
    const stamp = await edge.stamp();
    const result = await edge.write(to(b), { env: { HAPROXY_CFG: `${renderHaproxy(to(b))}\nfrontend broken\n    bind :1 nonsense\n` } });
    assert.equal(result.code, 1);
    assert.match(result.err, /unknown keyword 'nonsense'/);
    assert.match(result.err, /the old one stays in force/);
    assert.equal(await edge.stamp(), stamp);
    assert.equal(await body(), "a");
    assert.equal((await edge.write(to(b))).code, 0, "and takes the repaired one");
    assert.equal(await body(), "b");
  });

  it("refuses a certificate that is none, and keeps the old one", async () => {
    await edge.apply(to(a));
    const before = await fingerprint();
    const result = await edge.write(to(b), { certificatePem: "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----" });
    assert.equal(result.code, 1);
    assert.equal(await fingerprint(), before);
    await edge.restart();
    assert.equal(await fingerprint(), before);
    assert.equal(await body(), "a");
  });

  it("puts the old configuration back when the new one doesn't come up", async () => {
    await edge.apply(to(a));
    const stamp = await edge.stamp();
    // Valid, but its port is taken: only a start shows that.
    const [port] = await freePorts(1);
    const taken = await new Promise<Server>((resolve) => {
      const server = createServer();
      server.listen(port, "0.0.0.0", () => resolve(server));
    });
    const result = await edge.write(to(b, { listen: { ...edge.ports, http: port ?? 0 } }), { timeoutSeconds: 3 });
    taken.close();
    assert.equal(result.code, 1);
    assert.match(result.err, /did not answer with [0-9a-f]{16} within 3 s.*putting the previous configuration back/);
    assert.equal(await body(), "a");
    assert.equal(await edge.stamp(), stamp);
    await edge.restart();
    assert.equal(await body(), "a");
    assert.equal((await edge.write(to(b))).code, 0);
    assert.equal(await body(), "b");
  });

  it("lets two writers in one after the other", async () => {
    await edge.apply(to(a));
    const results = await Promise.all([edge.write(to(b)), edge.write(to(a, { hstsSeconds: 1 }))]);
    assert.deepEqual(results.map((result) => result.code), [0, 0], results.map((result) => result.err).join());
    const config = await edge.read("haproxy.cfg");
    assert.ok(config.includes(await edge.stamp()), "what runs is what lies on the volume");
  });

  it("drops no request over reloads while servers come and go", async () => {
    const backends = [a];
    await edge.apply(to(a));
    const load = new Load(edge, host, { fresh: 4, keepAlive: 4, idle: 8, writing: 4 });
    let current = a;
    for (let version = 1; version <= 6; version++) {
      await sleep(2000);
      const next = await Backend.start(`v${version}`);
      backends.push(next);
      const result = await edge.write(to(next), { drainSeconds: 3 });
      assert.equal(result.code, 0, result.err);
      // As an update does once the routes are written: the old version goes.
      await current.stop();
      current = next;
    }
    await load.stop();
    await Promise.all(backends.slice(1).map((backend) => backend.stop()));
    a = await Backend.start("a");
    assert.deepEqual(load.failures, []);
    // Twenty clients, five requests of each between two reloads: fewer would tell little, however busy the machine is.
    assert.ok(load.requests > 600, `${load.requests} requests`);
    assert.equal(load.bodies.size, 7, "every version served");
    console.log(`      ${load.requests} requests over 6 reloads, none lost`);
  });

  it("takes a renewed certificate by itself, without losing a request", async () => {
    await edge.apply(to(a));
    const before = await fingerprint();
    const load = new Load(edge, host, { fresh: 2, keepAlive: 2, idle: 2, writing: 2 });
    const renewed = await makeSelfSigned({ dnsNames: [host], ipAddresses: ["127.0.0.1"], validityDays: 30 }, edge.certificate.authority);
    await edge.put("certs/stackbook.pem", renewed.certificatePem + renewed.privateKeyPem);
    await until("the new certificate is shown", async () => (await fingerprint()) !== before);
    // One that can't be used changes nothing.
    const good = await fingerprint();
    await edge.put("certs/stackbook.pem", "nonsense");
    await until("it is noticed", () => edge.log.includes("can not be used"));
    assert.equal(await fingerprint(), good);
    await load.stop();
    assert.deepEqual(load.failures, []);
  });

  it("prefers the authority's certificate, and drops it when no authority is asked any more", async () => {
    const acme = { acme: { host: "127.0.0.1", port: 1 } };
    await edge.apply(to(a, acme));
    const own = await fingerprint();
    const issued = await makeSelfSigned({ dnsNames: [host], ipAddresses: [], validityDays: 30 }, edge.certificate.authority);
    await edge.put(`certs/acme-${host}.pem`, issued.certificatePem + issued.privateKeyPem);
    await until("the issued certificate is shown", async () => (await fingerprint()) !== own);
    const theirs = await fingerprint();
    await edge.apply(to(b, acme));
    assert.equal(await fingerprint(), theirs);
    await edge.apply(to(b));
    assert.equal(await fingerprint(), own);
  });

  it("passes an authority's challenges on, over plain http", async () => {
    b.handler = (_request, response) => response.end("challenge");
    await edge.apply(to(a, { acme: { host: "127.0.0.1", port: b.port } }));
    const answer = await send(
      http.request({ host: "127.0.0.1", port: edge.ports.http, path: "/.well-known/acme-challenge/token", headers: { Host: host }, agent: false }),
    );
    assert.equal(answer.body, "challenge");
    assert.equal(b.requests[0]?.headers.host, host);
  });

  it("comes back on its routes after a restart, and on the previous ones if they became invalid", async () => {
    await edge.apply(to(a));
    await edge.apply(to(b));
    await edge.restart();
    assert.equal(await body(), "b");
    await edge.put("haproxy.cfg", "nonsense\n");
    await edge.restart();
    assert.equal(await body(), "a");
    // What it writes comes through a pipe of its own, maybe after its first answer.
    await until("it says so", () => edge.log.includes("set aside as haproxy.cfg.rejected"));
    assert.equal(await edge.read("haproxy.cfg.rejected"), "nonsense\n");
  });

  it("refuses to work beside anything but HAProxy", async () => {
    const result = await edge.write(to(a), { env: { EDGE_MASTER: String(process.pid) } });
    assert.equal(result.code, 1);
    assert.match(result.err, /is not HAProxy/);
    assert.equal(waitForServers(to(a)).length, 1);
  });
});
