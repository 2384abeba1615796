import { strict as assert } from "node:assert";
import fc from "fast-check";
import { authorizationSha256, type EdgeDoor, type EdgeModel, EdgeModelError, type EdgeSystem, filesOf, renderHaproxy, stampOf, waitForServers, writeRoutesEnvironment } from "../../../components/edge";
import { pages, quote } from "../../../components/edge/pages";

const motel: EdgeSystem = {
  id: "motel",
  hosts: ["motel.example.org"],
  routes: [
    { path: "/", service: "frontend" },
    { path: "/api", service: "backend" },
    { path: "/api/admin", service: "frontend" },
    { path: "/socket.io", service: "backend", websocket: true, sticky: true },
  ],
  services: [
    { name: "backend", port: 3001, healthPath: "/health/ready", servers: [{ name: "a-0", host: "motel-backend-a1" }, { name: "a-1", host: "motel-backend-a2", weight: 0 }] },
    { name: "frontend", port: 3000, healthPath: "/", servers: [{ name: "a-0", host: "motel-frontend-a1", port: 3100 }] },
  ],
  corsOrigins: ["https://motel.example.org"],
  requestsPerMinute: 600,
  maxBodyBytes: 10 * 1024 * 1024,
};
const model: EdgeModel = { publicHttpsPort: 443, systems: [motel] };
const door: EdgeDoor = { name: "grafana", host: "grafana.example.org", target: { host: "grafana", port: 3000 }, healthPath: "/api/health", websockets: ["/api/live"] };

/** The lines of one section, without their indentation. */
function section(config: string, head: string): string[] {
  const lines = config.split("\n");
  const start = lines.findIndex((line) => line === head || line.startsWith(`${head} `));
  assert.notEqual(start, -1, `no section ${head}`);
  const end = lines.findIndex((line, i) => i > start && !line.startsWith(" "));
  return lines.slice(start, end === -1 ? undefined : end).map((line) => line.trim());
}

describe("the edge's configuration", () => {
  const config = renderHaproxy(model);
  const https = section(config, "frontend https");
  const backend = section(config, "backend motel_backend");
  const socket = section(config, "backend motel_backend_sticky_websocket");

  it("is the same for the same model, whatever its order", () => {
    const shuffled: EdgeModel = {
      ...model,
      systems: [{ ...motel, routes: [...motel.routes].reverse(), services: [...motel.services].reverse().map((s) => ({ ...s, servers: [...s.servers].reverse() })) }],
    };
    assert.equal(renderHaproxy(shuffled), config);
  });

  it("carries a stamp that changes with any part of it, in its comment and at /stamp", () => {
    const stamp = stampOf(config);
    assert.match(stamp, /^[0-9a-f]{16}$/);
    assert.ok(section(config, "frontend admin").some((line) => line.includes(`string ${stamp} if { path /stamp }`)));
    assert.notEqual(stampOf(renderHaproxy({ ...model, hstsSeconds: 1 })), stamp);
    assert.throws(() => stampOf("global\n"), /has no stamp/);
  });

  it("tries the longest path first, whole segments only", () => {
    const uses = https.filter((line) => line.startsWith("use_backend")).map((line) => line.split(" ")[1]);
    assert.deepEqual(uses, ["motel_frontend", "motel_backend_sticky_websocket", "motel_backend", "motel_frontend"]);
    assert.ok(https.some((line) => line.includes("-m str /api }") && line.includes("-m beg /api/ }")));
  });

  it("leaves the usual port out of redirects and names any other", () => {
    const location = (m: EdgeModel): string => section(renderHaproxy(m), "frontend http").find((line) => line.includes("code 301")) ?? "";
    assert.ok(location(model).includes("location https://%[var(txn.host)]%[pathq] "));
    assert.ok(location({ ...model, publicHttpsPort: 8443 }).includes("location https://%[var(txn.host)]:8443%[pathq] "));
  });

  it("takes nothing below TLS 1.2", () => {
    assert.ok(config.includes("ssl-min-ver TLSv1.2"));
  });

  it("checks each server once, with its route variants following", () => {
    assert.ok(backend.includes("http-check expect status 200-399"));
    assert.ok(backend.some((line) => line.startsWith("http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host motel.example.org")));
    assert.ok(backend.includes("default-server check inter 2s fastinter 500ms downinter 1s fall 2 rise 1"));
    assert.ok(socket.some((line) => line.includes("track motel_backend/a-0")));
    assert.ok(!socket.some((line) => line.startsWith("http-check")));
  });

  it("finds servers by name, again when they move, and starts without an answer", () => {
    assert.ok(backend.includes("server a-0 motel-backend-a1:3001 weight 100 maxconn 256 resolvers names init-addr last,libc,none resolve-prefer ipv4"));
    assert.ok(backend.some((line) => line.startsWith("server a-1 motel-backend-a2:3001 weight 0 ")));
    assert.ok(section(config, "backend motel_frontend").some((line) => line.startsWith("server a-0 motel-frontend-a1:3100 ")));
    assert.ok(section(config, "resolvers names").includes("nameserver first 127.0.0.11:53"));
  });

  it("upgrades and sticks only where a route says so", () => {
    assert.ok(socket.includes("timeout tunnel 1h"));
    assert.ok(socket.some((line) => line.startsWith("cookie stackbook_motel_backend insert indirect nocache httponly secure")));
    assert.ok(backend.includes("http-request del-header Upgrade"));
    assert.ok(!backend.some((line) => line.startsWith("cookie ") || line.startsWith("timeout tunnel")));
  });

  it("repeats no request that may have changed something", () => {
    const web = section(config, "defaults web");
    assert.ok(web.includes("retry-on conn-failure empty-response"));
    for (const lines of [backend, socket]) assert.ok(lines.includes("http-request disable-l7-retry if !METH_GET !METH_OPTIONS"));
  });

  it("limits each system by itself, in a table that reloads hand on", () => {
    assert.ok(section(config, "backend rate_motel").some((line) => line.includes("http_req_rate(60s) peers edge")));
    assert.ok(https.some((line) => line.includes("sc_http_req_rate(0,rate_motel) gt 600")));
    assert.ok(section(config, "peers edge").includes("peer edge 127.0.0.1:8405"));
  });

  it("limits bodies by their length and as they stream", () => {
    assert.ok(https.some((line) => line.includes("req.hdr_val(content-length) gt 10485760")));
    assert.ok(backend.includes("http-request set-var(txn.max_body) int(10485760)"));
    assert.ok(backend.includes("filter lua.body-limit"));
  });

  it("never allows every origin", () => {
    assert.ok(!config.includes("Access-Control-Allow-Origin *"));
    assert.throws(() => renderHaproxy({ ...model, systems: [{ ...motel, corsOrigins: ["*"] }] }), EdgeModelError);
  });

  it("lets idle connections go before the drain is over", () => {
    for (const drainSeconds of [2, 3, 10, 30, 3600]) {
      const text = renderHaproxy({ ...model, drainSeconds });
      const idle = Number(/timeout http-keep-alive (\d+)s/.exec(text)?.[1]);
      assert.ok(idle >= 1 && idle < drainSeconds, `${idle} of ${drainSeconds}`);
      assert.ok(Number(/hard-stop-after (\d+)s/.exec(text)?.[1]) >= drainSeconds);
    }
  });

  it("asks an authority's client only where there is one", () => {
    assert.ok(!config.includes("acme"));
    const text = renderHaproxy({ ...model, acme: { host: "acme", port: 8402 } });
    assert.ok(section(text, "backend acme").some((line) => line.startsWith("server lego acme:8402 ")));
    const env = (m: EdgeModel): Record<string, string> => writeRoutesEnvironment({ config: renderHaproxy(m), files: filesOf(m), waitFor: [] });
    assert.equal(env({ ...model, acme: { host: "acme", port: 8402 } }).KEEP_ACME, "yes");
    assert.equal(env(model).KEEP_ACME, undefined);
  });

  it("says nothing to a pipe, and listens for no probes, unless somebody watches", () => {
    assert.ok(!config.includes("fd@") && !config.includes("8444"));
    const watched = renderHaproxy({ ...model, observed: true });
    assert.ok(section(watched, "global").includes("log fd@7 len 16384 format raw local0 info"));
    assert.ok(section(watched, "frontend https").includes("http-request set-log-level silent if { dst_port 8444 }"));
  });

  it("opens doors under their own names, and never waits for what is behind", () => {
    const open: EdgeModel = { ...model, doors: [door] };
    const text = renderHaproxy(open);
    assert.ok(section(text, "frontend https").includes("http-request set-var(txn.system) str(stack-grafana) if { var(txn.host) -m str grafana.example.org }"));
    assert.ok(section(text, "backend stack-grafana_grafana").some((line) => line.startsWith("server a-0 grafana:3000 ")));
    assert.ok(section(text, "backend stack-grafana_grafana_websocket").includes("timeout tunnel 1h"));
    assert.deepEqual(waitForServers(open), waitForServers(model));
    assert.ok(!text.includes("auth realm"));
  });

  it("asks for an operator's words before it lets any request of such a door through, and then forgets them", () => {
    const locked = renderHaproxy({ ...model, doors: [{ ...door, authorizationSha256: authorizationSha256("operator", "pass") }] });
    const lines = section(locked, "frontend https");
    const asks = lines.findIndex((line) => line.startsWith("http-request auth realm"));
    // printf 'Basic b3BlcmF0b3I6cGFzcw==' | sha256sum
    assert.ok(lines[asks]?.includes("-m str F09249E8B54969651470C44DDE9F3CE242D25FB56F24BD205E44229EAD68DD4C"), lines[asks]);
    assert.equal(lines[asks + 1], "http-request del-header Authorization if { var(txn.system) -m str stack-grafana }");
    assert.ok(asks < lines.findIndex((line) => line.startsWith("use_backend")));
  });

  it("serves nobody when there are no systems", () => {
    assert.ok(renderHaproxy({ ...model, systems: [] }).includes("return status 421"));
  });

  it("answers 503 for a service without servers, in JSON where only programs ask", () => {
    const empty = renderHaproxy({ ...model, systems: [{ ...motel, services: motel.services.map((s) => ({ ...s, servers: [] })) }] });
    assert.ok(section(empty, "backend motel_backend").some((line) => line.startsWith("http-error status 503 content-type application/json")));
    assert.ok(!section(empty, "backend motel_frontend").some((line) => line.startsWith("http-error status 503")));
    assert.ok(section(empty, "defaults web").some((line) => line.startsWith('http-error status 503 content-type "text/html')));
  });

  it("logs no query, cookie or authorization", () => {
    const format = section(config, "defaults web").find((line) => line.startsWith("log-format")) ?? "";
    assert.ok(format.includes('"path":"%[var(txn.path)'));
    assert.doesNotMatch(format, /%HU|%r[^c]|%HQ|%hr|%hs|cook|authorization|pathq|url/i);
  });

  it("fits into what a container's environment takes, or says so", () => {
    const services = [{ ...motel.services[0]!, servers: Array.from({ length: 1200 }, (_, i) => ({ name: `a-${i}`, host: `motel-backend-${i}` })) }, motel.services[1]!];
    assert.throws(() => renderHaproxy({ ...model, systems: [{ ...motel, services }] }), /at most 122880 fit/);
  });

  it("waits for the servers that will get visitors", () => {
    assert.deepEqual(waitForServers(model), [
      { name: "motel/backend/a-0", host: "motel-backend-a1", port: 3001, path: "/health/ready", hostHeader: "motel.example.org" },
      { name: "motel/frontend/a-0", host: "motel-frontend-a1", port: 3100, path: "/", hostHeader: "motel.example.org" },
    ]);
  });

  it("has no page that HAProxy's quoting would break", () => {
    for (const page of Object.values(pages)) assert.doesNotMatch(page.title + page.text, /["'%\\<>\n]/);
    assert.throws(() => quote("it's"), /not quotable/);
  });
});

describe("a model that can't be served", () => {
  const withBackend = (change: object): EdgeModel => ({ ...model, systems: [{ ...motel, services: motel.services.map((s, i) => (i === 0 ? { ...s, ...change } : s)) }] });
  const withSystem = (change: object): EdgeModel => ({ ...model, systems: [{ ...motel, ...change }] });
  const withServer = (change: object): EdgeModel => withBackend({ servers: [{ name: "a-0", host: "x", ...change }] });

  const cases: [string, EdgeModel, RegExp][] = [
    ["publicHttpsPort", { ...model, publicHttpsPort: 0 }, /edge\.publicHttpsPort is 0; use a whole number, 1-65535/],
    ["resolver", { ...model, resolver: "dns\n" }, /edge\.resolver is "dns\\n"/],
    ["directory", { ...model, directory: "/var/../etc" }, /edge\.directory/],
    ["drainSeconds", { ...model, drainSeconds: 1 }, /edge\.drainSeconds is 1; use a whole number, 2-3600/],
    ["acme.host", { ...model, acme: { host: "a b", port: 80 } }, /edge\.acme\.host/],
    ["doors", { ...model, doors: [{ ...door, name: "Grafana" }] }, /edge\.doors\.Grafana\.name/],
    ["door's host", { ...model, doors: [{ ...door, host: "motel.example.org" }] }, /edge\.systems\.hosts is motel\.example\.org twice/],
    ["door's target", { ...model, doors: [{ ...door, target: { host: "a b", port: 0 } }] }, /target\.host is "a b".*\n.*target\.port is 0/],
    ["door's words", { ...model, doors: [{ ...door, authorizationSha256: "secret" }] }, /authorizationSha256 is secret; use 64 hex/],
    ["system named like a door", withSystem({ id: "stack-motel" }), /edge\.systems\.stack-motel\.id/],
    ["listen", { ...model, listen: { http: 70000 } }, /edge\.listen\.http is 70000/],
    ["systems", { ...model, systems: [motel, motel] }, /edge\.systems is motel twice/],
    ["hosts", { ...model, systems: [motel, { ...motel, id: "memo" }] }, /edge\.systems\.hosts is motel\.example\.org twice/],
    ["system id", withSystem({ id: "Motel" }), /edge\.systems\.Motel\.id/],
    ["no host", withSystem({ hosts: [] }), /edge\.systems\.motel\.hosts is empty/],
    ["host", withSystem({ hosts: ["motel.example.org:443"] }), /edge\.systems\.motel\.hosts\[0\]/],
    ["origin", withSystem({ corsOrigins: ["https://a.example.org/path"] }), /edge\.systems\.motel\.corsOrigins\[0\]/],
    ["rate", withSystem({ requestsPerMinute: 1.5 }), /edge\.systems\.motel\.requestsPerMinute is 1\.5/],
    ["body", withSystem({ maxBodyBytes: 0 }), /edge\.systems\.motel\.maxBodyBytes/],
    ["route path", withSystem({ routes: [{ path: "/api/", service: "backend" }] }), /edge\.systems\.motel\.routes\[0\]\.path/],
    ["route climbing", withSystem({ routes: [{ path: "/api/../x", service: "backend" }] }), /edge\.systems\.motel\.routes\[0\]\.path/],
    ["route service", withSystem({ routes: [{ path: "/", service: "web" }] }), /routes\[0\]\.service is web; use one of backend, frontend/],
    ["routes", withSystem({ routes: [motel.routes[0], motel.routes[0]] }), /edge\.systems\.motel\.routes is "\/" twice/],
    ["service port", withBackend({ port: 0 }), /edge\.systems\.motel\.services\.backend\.port/],
    ["health path", withBackend({ healthPath: "/health x" }), /edge\.systems\.motel\.services\.backend\.healthPath/],
    ["answer time", withBackend({ answerSeconds: 0 }), /services\.backend\.answerSeconds/],
    ["server name", withServer({ name: "a_0" }), /services\.backend\.servers\[0\]\.name/],
    ["server host", withServer({ host: "" }), /services\.backend\.servers\[0\]\.host is ""/],
    ["server weight", withServer({ weight: 257 }), /services\.backend\.servers\[0\]\.weight is 257; use a whole number, 0-256/],
    ["servers", withBackend({ servers: [{ name: "a-0", host: "x" }, { name: "a-0", host: "y" }] }), /services\.backend\.servers is a-0 twice/],
  ];
  for (const [name, bad, message] of cases) {
    it(`is refused for its ${name}`, () => assert.throws(() => renderHaproxy(bad), message));
  }

  it("is refused with all its problems at once", () => {
    assert.throws(
      () => renderHaproxy({ ...withServer({ host: "a b", weight: -1 }), publicHttpsPort: 99999 }),
      (error: unknown) => error instanceof EdgeModelError && error.problems.length === 3,
    );
  });

  it("never lets a text become more than one word of the configuration", () => {
    // Any text in any place: refused, or found in the configuration only as one plain word.
    const places: ((text: string) => EdgeModel)[] = [
      (text) => withSystem({ id: text }),
      (text) => withSystem({ hosts: [text] }),
      (text) => withSystem({ corsOrigins: [text] }),
      (text) => withSystem({ routes: [{ path: text, service: "backend" }] }),
      (text) => withBackend({ healthPath: text }),
      (text) => withServer({ name: text }),
      (text) => withServer({ host: text }),
      (text) => ({ ...model, resolver: text }),
      (text) => ({ ...model, directory: text }),
      (text) => ({ ...model, acme: { host: text, port: 1 } }),
    ];
    const nasty = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.stringMatching(/^[a-z/:.]{1,8}[\s#"'\\%{}$[\]()]{1,3}[a-z /]{0,12}$/),
      fc.constantFrom("a\nfrontend x", "a b", "a#b", "%[env(HOME)]", "$HOME", '"', "'", "/x }", "https://a b", "\u0000", "a\r"),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), nasty, (place, text) => {
        try {
          renderHaproxy(place(text));
        } catch (error) {
          assert.ok(error instanceof EdgeModelError, String(error));
          return;
        }
        assert.match(text, /^[A-Za-z0-9._~:/?=&-]+$/);
      }),
      { numRuns: 2000 },
    );
  });
});
