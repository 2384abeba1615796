import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import type { Duplex } from "node:stream";
import type { EdgeModel, EdgeSystem, EdgeWindow } from "../../../components/edge";
import { passCookie, passKeyId, passPath, signPass, type Pass } from "../../../config/passes";
import { Backend } from "./backend";
import { freePorts } from "../../support/ports";
import { send, TestEdge, until, type Answer } from "./harness";

const host = "motel.localhost";
const people = { Accept: "text/html" };

describe("a closed system at the edge", function () {
  this.timeout(60_000);
  const key = randomBytes(24).toString("hex");
  let edge: TestEdge;
  let backend: Backend;
  let memo: Backend;

  const now = (): number => Math.floor(Date.now() / 1000);
  const pass = (change: Partial<Pass> = {}, by = key): string => signPass({ system: "motel", who: "tester@here", made: now(), until: now() + 3600, ...change }, by);

  function system(closed?: EdgeSystem["closed"], server = backend.as("a-0")): EdgeSystem {
    return {
      id: "motel",
      hosts: [host],
      routes: [{ path: "/", service: "backend" }],
      services: [{ name: "backend", port: 1, healthPath: "/health", servers: [server] }],
      corsOrigins: ["https://partner.example.org"],
      requestsPerMinute: 100_000,
      maxBodyBytes: 1_000_000,
      ...(closed === undefined ? {} : { closed }),
    };
  }

  async function put(motel: EdgeSystem, more: Partial<EdgeModel> = {}): Promise<string> {
    const other = { ...system(), id: "memo", hosts: ["memo.localhost"], services: [{ name: "backend", port: 1, healthPath: "/health", servers: [memo.as("a-0")] }] };
    const model = edge.model([motel, other], { observed: true, passKeyId: passKeyId(key), ...more });
    const { code, out, err } = await edge.write(model, { pass: { id: passKeyId(key), key } });
    assert.equal(code, 0, `${out}${err}${edge.log}`);
    return out;
  }

  const close = (...windows: EdgeWindow[]): Promise<string> => put(system({ kind: "maintenance", windows }));
  const get = (headers: http.OutgoingHttpHeaders = {}, path = "/", name = host): Promise<Answer> => edge.get(name, path, { headers });
  const withPass = (value: string): Promise<Answer> => get({ Cookie: `a=1; ${passCookie}=${value}; b=2` });

  before(async () => {
    [backend, memo] = await Promise.all([Backend.start("backend"), Backend.start("memo")]);
    edge = await TestEdge.start([host, "memo.localhost"]);
  });
  after(async () => {
    await edge.stop();
    await Promise.all([backend.stop(), memo.stop()]);
  });
  beforeEach(() => {
    backend.seen.length = 0;
  });

  it("answers 503 with a page for people, JSON for programs, and when to come back", async () => {
    const end = now() + 1800;
    await put(system({ kind: "maintenance", windows: [{ until: end, message: `Rooms & "rates" <move> to 50% of 'Haus\\1'` }] }), { statusPage: "https://status.example.org", timeZone: "Europe/Berlin" });
    const page = await get(people);
    assert.equal(page.status, 503);
    assert.match(String(page.headers["content-type"]), /^text\/html/);
    assert.ok(page.body.includes("<h1>Maintenance</h1><p>Rooms &amp; &quot;rates&quot; &lt;move&gt; to 50% of &#39;Haus\\1&#39;</p>"), page.body);
    assert.ok(page.body.includes(`<time datetime="${new Date(end * 1000).toISOString()}">`) && page.body.includes("(Europe/Berlin)</time>"), page.body);
    assert.ok(page.body.includes('<a href="https://status.example.org">'));
    assert.equal(page.headers["cache-control"], "no-store");
    assert.ok(page.headers["strict-transport-security"], "as on every answer");
    const seconds = Number(page.headers["retry-after"]);
    assert.ok(seconds > 1700 && seconds <= 1800, String(seconds));

    const answer = await edge.request("POST", host, "/api/rooms", { headers: { Accept: "application/json", Origin: "https://partner.example.org" } }, "{}");
    assert.equal(answer.status, 503);
    assert.equal(answer.headers["access-control-allow-origin"], "https://partner.example.org", "a page of that origin may read why");
    assert.deepEqual({ ...(JSON.parse(answer.body) as object), requestId: "" }, {
      status: 503, error: "Maintenance", message: `Rooms & "rates" <move> to 50% of 'Haus\\1'`, until: new Date(end * 1000).toISOString(), statusPage: "https://status.example.org", requestId: "",
    });
    assert.equal(backend.requests.length, 0);
    assert.equal((await get({}, "/", "memo.localhost")).body, "memo", "the other system is open");
    await until("the log says why", () => edge.accessLog().some((line) => line["refused"] === "maintenance" && line["system"] === "motel" && line["service"] === "-"));
  });

  it("says a time of its own where nobody knows the end", async () => {
    await close({});
    const { headers, body, status } = await get();
    assert.deepEqual([status, headers["retry-after"]], [503, "300"]);
    assert.equal((JSON.parse(body) as { until: unknown }).until, null);
    assert.doesNotMatch((await get(people)).body, /It should be back/);
  });

  it("opens and closes by the clock, with nothing changed and nothing reloaded", async () => {
    // Long enough for the routes to be written before, also on a busy machine.
    const from = now() + 6;
    await close({ from, until: from + 3 }, { from: from + 2, until: from + 5, message: "longer" });
    const stamp = await edge.stamp();
    const phases = new Set<string>();
    while (now() < from + 7) {
      const second = now();
      const { status, headers } = await get();
      // What straddles a second says nothing.
      if (now() !== second) continue;
      const at = second - from;
      const phase = at < 0 ? "before" : at < 2 ? "the first" : at < 5 ? "the second" : "after";
      phases.add(phase);
      assert.equal(status, at >= 0 && at < 5 ? 503 : 200, `second ${at}`);
      if (status === 503) assert.equal(Number(headers["retry-after"]), (phase === "the first" ? 3 : 5) - at, `second ${at}`);
    }
    assert.deepEqual([...phases], ["before", "the first", "the second", "after"]);
    assert.equal(await edge.stamp(), stamp);
  });

  it("lets nobody wait for servers that no visitor reaches, and does so when it is open", async () => {
    backend.healthy = false;
    try {
      assert.match(await close({ until: now() + 600 }), /motel\/backend\/a-0 is not healthy \(503\), which is no matter while it is closed/);
      const open = await edge.write(edge.model([system({ kind: "maintenance", windows: [{ from: now() + 600 }] })]), { timeoutSeconds: 2 });
      assert.equal(open.code, 1);
      assert.match(open.err, /is not healthy after 2 s: \/health answered 503/);
    } finally {
      backend.healthy = true;
    }
  });

  it("is not kept from closing by another system that visitors can't use anyhow", async () => {
    await put(system());
    memo.healthy = false;
    try {
      assert.match(await close({}), /memo\/backend\/a-0 is not healthy \(503\); visitors were sent to it before/);
      assert.equal((await get()).status, 503);
    } finally {
      memo.healthy = true;
    }
    await close({});
  });

  it("ends open WebSockets of its own when a planned window opens, and plain requests in work never", async () => {
    const from = now() + 8;
    const routes = [{ path: "/", service: "backend" }, { path: "/socket.io", service: "backend", websocket: true }];
    const opened: Duplex[] = [];
    const upgrade = (name: string): Promise<Duplex> => new Promise((resolve, reject) => {
      const headers = { Host: `${name}:${edge.ports.https}`, Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": randomBytes(16).toString("base64") };
      https.request({ ...edge.target(name), path: "/socket.io/", agent: false, headers }).on("upgrade", (_response, socket) => { opened.push(socket); resolve(socket); }).on("error", reject).end();
    });
    const other = { ...system(), id: "memo", hosts: ["memo.localhost"], routes };
    await edge.apply(edge.model([{ ...system({ kind: "maintenance", windows: [{ from, until: from + 60 }] }), routes }, other]));
    backend.handler = (_request, response) => void setTimeout(() => response.end("slow"), (from + 2) * 1000 - Date.now());
    const slow = get();
    const [mine, others] = await Promise.all([upgrade(host), upgrade("memo.localhost")]);
    const ended = new Promise<number>((resolve) => mine.on("close", () => resolve(now())));
    assert.ok(now() < from, "all of it began before the window");
    mine.resume();
    assert.ok((await ended) >= from);
    assert.equal(others.destroyed, false);
    assert.deepEqual([(await slow).body, (await get()).status], ["slow", 503]);
    backend.handler = (_request, response) => response.end("backend");
    for (const socket of opened) socket.destroy();
  });

  it("lets in who follows the link of a pass, with a cookie that ends with it and that no application sees", async () => {
    await close({});
    const link = await get(people, `${passPath}?pass=${pass({ until: now() + 900 })}`);
    assert.equal(link.status, 303);
    assert.equal(link.headers.location, "/");
    const cookie = link.headers["set-cookie"]?.[0] ?? "";
    assert.match(cookie, /; Path=\/; Max-Age=(89\d|900); Secure; HttpOnly; SameSite=Lax$/);
    assert.equal((await withPass(cookie.split(";")[0]?.slice(passCookie.length + 1) ?? "")).status, 200);
    assert.equal(backend.requests[0]?.headers.cookie, "a=1; b=2");
    const only = await get({ Cookie: `${passCookie}=${pass()}` });
    assert.deepEqual([only.status, backend.requests[1]?.headers.cookie], [200, undefined]);
    await get({ Cookie: `${passCookie}=${pass()}; b=2` });
    assert.equal(backend.requests[2]?.headers.cookie, "b=2");
    assert.equal((await withPass(pass({ system: "all" }))).status, 200);
  });

  it("refuses a pass that is forged, changed, over, of another system or signed with nothing", async () => {
    await close({});
    const [head = "", body = "", sign = ""] = pass().split(".");
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as object;
    const bad: Record<string, string> = {
      "another key": pass({}, "0".repeat(48)),
      "a later end": [head, part({ ...claims, exp: now() + 9_999_999 }), sign].join("."),
      "no signature": [head, body, ""].join("."),
      "an algorithm of its own": [part({ alg: "none", typ: "JWT" }), body, ""].join("."),
      "another algorithm": [part({ alg: "HS512", typ: "JWT" }), body, sign].join("."),
      "an end that is over": pass({ until: now() - 1 }),
      "another system": pass({ system: "memo" }),
      "a system whose name begins alike": pass({ system: "mote" }),
      "no word at all": "x",
    };
    for (const [what, value] of Object.entries(bad)) {
      assert.equal((await withPass(value)).status, 503, what);
      const link = await get(people, `${passPath}?pass=${value}`);
      assert.deepEqual([link.status, link.headers["set-cookie"]], [403, undefined], what);
    }
    assert.equal((await get({}, passPath)).status, 403);
    assert.equal(backend.requests.length, 0);
  });

  it("ends a pass by the clock", async () => {
    await close({});
    const end = now() + 2;
    const short = pass({ until: end });
    assert.equal((await withPass(short)).status, 200);
    await until("the pass is over", () => now() >= end + 1);
    assert.equal((await withPass(short)).status, 503);
  });

  it("lets operators' addresses and probes through", async () => {
    await put(system({ kind: "maintenance", windows: [{}] }), { bypass: ["127.0.0.8/30", "2001:db8::/32"] });
    assert.equal((await edge.get(host, "/", { localAddress: "127.0.0.9" })).status, 200);
    assert.equal((await edge.get(host, "/", { localAddress: "127.0.0.12" })).status, 503);
    assert.equal((await edge.get(host, "/", { port: edge.ports.probes })).status, 200);
  });

  it("keeps the key in a file that only the edge reads, and out of its configuration", async () => {
    await close({});
    const config = await edge.read("haproxy.cfg");
    assert.ok(!config.includes(key));
    const { out } = await edge.run(["bash", "-c", `stat -c %a ${edge.directory}/keys/* ${edge.directory}/keys; cat ${edge.directory}/keys/*`]);
    assert.equal(out, `600\n700\nkey ${key}\n`);
    assert.ok(!edge.log.includes(key));
  });

  it("turns everybody away from a halted system, whose servers it knows nothing of", async () => {
    const gone = { name: "a-0", host: "nobody.invalid", port: 1 };
    const out = await put(system({ kind: "halted", message: "Stopped, see the news." }, gone), { bypass: ["127.0.0.0/8"], statusPage: "https://status.example.org" });
    assert.doesNotMatch(out, /motel/);
    assert.ok(!(await edge.read("haproxy.cfg")).includes("nobody.invalid"));
    const page = await get({ ...people, Cookie: `${passCookie}=${pass()}` });
    assert.deepEqual([page.status, page.headers["retry-after"]], [503, "300"]);
    assert.ok(page.body.includes("<h1>Not available</h1><p>Stopped, see the news.</p><p><a href="), page.body);
    assert.equal((JSON.parse((await get()).body) as { error: string }).error, "Not available");
    await until("the log says why", () => edge.accessLog().some((line) => line["refused"] === "halted"));
    assert.equal((await get({}, "/", "memo.localhost")).status, 200);
  });

  describe("with blocked addresses", () => {
    const from = (localAddress: string, headers: http.OutgoingHttpHeaders = {}): Promise<Answer> => edge.get(host, "/", { localAddress, headers });
    const plain = (localAddress: string): Promise<Answer> => send(http.request({ host: "127.0.0.1", port: edge.ports.http, path: "/", headers: { Host: host }, agent: false, localAddress }));

    it("refuses them on both ports, at the probes' port never, and no pass helps", async () => {
      await put(system(), { blocked: [{ network: "127.0.4.0/24" }, { network: "127.0.5.5" }], bypass: ["127.0.5.5"] });
      for (const address of ["127.0.4.1", "127.0.4.255", "127.0.5.5"]) {
        assert.equal((await from(address)).status, 403, address);
        assert.equal((await plain(address)).status, 403, address);
        assert.equal((await from(address, { Cookie: `${passCookie}=${pass()}` })).status, 403, address);
      }
      for (const address of ["127.0.5.4", "127.0.3.255"]) assert.equal((await from(address)).status, 200, address);
      assert.equal((await plain("127.0.5.4")).status, 301);
      assert.match((await from("127.0.4.1", people)).body, /<h1>Refused<\/h1>/);
      assert.equal((await edge.get(host, "/", { localAddress: "127.0.4.1", port: edge.ports.probes })).status, 200);
      await until("what they tried is in the log", () => edge.accessLog().some((line) => line["refused"] === "blocked" && line["client"] === "127.0.4.1" && line["path"] === "/"));
    });

    it("lets a network in again when its time is over, but not out of a wider one", async () => {
      const end = now() + 3;
      await put(system(), { blocked: [{ network: "127.1.0.0/16", until: end + 600 }, { network: "127.1.1.1", until: end }, { network: "127.2.0.0/24", until: end }] });
      assert.equal((await from("127.2.0.1")).status, 403);
      await until("the time is over", () => now() >= end);
      assert.deepEqual([(await from("127.2.0.1")).status, (await from("127.1.1.1")).status, (await from("127.1.1.2")).status], [200, 403, 403]);
    });

    it("takes a thousand of both families, and tidies lists away that nothing loads", async () => {
      const blocked = Array.from({ length: 500 }, (_, i) => [{ network: `10.${i >> 8}.${i & 255}.0/24` }, { network: `2001:db8:${i.toString(16)}::/48`, until: now() + 3600 }]).flat();
      await put(system(), { blocked });
      const { out } = await edge.run(["bash", "-c", `ls ${edge.directory}/lists; cat ${edge.directory}/lists/blocked-*.map | wc -l`]);
      // This one's and the previous one's.
      assert.match(out, /^blocked-\w+\.map\nblocked-\w+\.map\n1003\n$/);
      assert.equal((await from("127.0.0.1")).status, 200);
    });

    it("knows IPv6 networks by the same list", async () => {
      await put(system(), { blocked: [{ network: "2001:db8:1::/48", until: 4_000_000_000 }, { network: "2001:db8:1:2::5", until: 1 }, { network: "2001:db8:9::/48", until: 1 }] });
      const [port = 0] = await freePorts(1);
      // The edge of these tests listens on IPv4, so another HAProxy reads the list for addresses that it is asked about.
      const script = [
        `printf 'defaults\n mode http\n timeout client 5s\nfrontend f\n bind 127.0.0.1:${port}\n http-request return status 200 content-type text/plain lf-string "%%[path,regsub(^/,),map_ip_int(%s,-1)]"\n' ${edge.directory}/lists/blocked-*.map >/tmp/lists.cfg`,
        `haproxy -db -f /tmp/lists.cfg & until (exec 3<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null; do sleep 0.1; done`,
        `for a in 2001:db8:1::1 2001:db8:1:2::5 2001:db8:9::1 2001:db8:2::1; do exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET /%s HTTP/1.0\r\n\r\n' $a >&3; tail -n 1 <&3; echo; done; kill %1`,
      ].join("\n");
      await edge.run(["bash", "-c", `rm -f $(ls -t ${edge.directory}/lists/blocked-*.map | tail -n +2)`]);
      const { out, err } = await edge.run(["bash", "-c", script]);
      assert.deepEqual(out.trim().split("\n"), ["4000000000", "4000000000", "1", "-1"], err);
    });
  });
});
