import assert from "node:assert/strict";
import { describeSmoke, runSmoke, type SmokeResult } from "../../../operations/smoke";
import { disappointments, valueAt } from "../../../operations/smoke/expectations";
import type { Site, Visit, WebRequest, WebResponse } from "../../../operations/visitor";
import { systems, type SmokeFlow } from "../../../systems";

const site: Site = { origin: "https://motel.localhost:8443", address: "127.0.0.1", ca: undefined, verified: true };
const answer = (change: Partial<WebResponse> = {}): WebResponse => ({ status: 200, headers: { "content-type": "text/html" }, body: "", milliseconds: 12, ...change });
const login = { email: "ops@example.org", password: "long enough" };

interface Asked extends WebRequest {
  readonly cookie: string | undefined;
}

async function run(flows: readonly SmokeFlow[], visit: (request: WebRequest, attempt: number) => WebResponse | Error, change: { readonly login?: typeof login; readonly cookies?: Record<string, string> } = { login }): Promise<{ readonly results: readonly SmokeResult[]; readonly asked: readonly Asked[] }> {
  const asked: Asked[] = [];
  const web: Visit = (_, request) => {
    asked.push({ ...request, cookie: request.headers["cookie"] });
    const said = visit(request, asked.length);
    return said instanceof Error ? Promise.reject(said) : Promise.resolve(said);
  };
  return { results: await runSmoke(flows, { site, visit: web, pause: () => Promise.resolve(), ...change }), asked };
}

describe("smoke checks", () => {
  it("log in, and use what they were given", async () => {
    const { asked, results } = await run(systems.motel.smoke, ({ headers, path }) => {
      if (path === "/api/auth/login") return answer({ body: '{"token":"abc"}' });
      if (path === "/api/suites") return answer({ status: headers["authorization"] === "Bearer abc" ? 200 : 401 });
      return answer({ body: '{"status":"healthy","checks":{"database":{"status":"up"}}}' });
    });
    assert.deepEqual(results.map(({ outcome }) => outcome), ["passed", "passed", "passed", "passed"]);
    const sent = asked.find(({ path }) => path === "/api/auth/login");
    assert.deepEqual([sent?.method, sent?.body, sent?.headers["content-type"]], ["POST", JSON.stringify(login), "application/json"]);
  });

  it("skip what needs a login where there is none, and say so", async () => {
    const { asked, results } = await run(systems.sms.smoke, () => answer({ body: '{"status":"healthy"}' }), {});
    assert.deepEqual(results.map(({ outcome }) => outcome), ["passed", "passed", "skipped", "skipped"]);
    assert.match(results[2]?.why ?? "", /smokeLogin/);
    assert.match(results[3]?.why ?? "", /\{token\}/);
    assert.equal(asked.length, 2);
  });

  it("are tried once more before they fail", async () => {
    const flow = [{ name: "page", path: "/" }];
    assert.deepEqual((await run(flow, (_, attempt) => answer({ status: attempt === 1 ? 502 : 200 }))).results.map(({ outcome }) => outcome), ["passed"]);
    const { asked, results } = await run(flow, () => answer({ status: 500, body: "oh no" }));
    assert.equal(asked.length, 2);
    assert.deepEqual(describeSmoke(results), ["  FAILED   page (12 ms): GET / answered 500, not 200: oh no"]);
    assert.match((await run(flow, () => new Error("nothing listens"))).results[0]?.why ?? "", /GET \/: nothing listens/);
  });

  it("reach a candidate by a cookie", async () => {
    const { asked } = await run([{ name: "page", path: "/" }], () => answer(), { cookies: { stackbook_share: "0" } });
    assert.equal(asked[0]?.cookie, "stackbook_share=0");
  });

  it("expect status, text, headers, values in JSON, and an answer in time", () => {
    assert.deepEqual(disappointments({}, answer()), []);
    assert.deepEqual(disappointments({ status: [200, 204] }, answer({ status: 204 })), []);
    assert.match(disappointments({ status: [200, 204] }, answer({ status: 404 })).join(), /answered 404, not 200 or 204/);
    assert.match(disappointments({ contains: "Welcome" }, answer({ body: "Goodbye" })).join(), /no "Welcome"/);
    assert.match(disappointments({ headers: { "Content-Type": "json" } }, answer()).join(), /"text\/html" in Content-Type, not "json"/);
    assert.match(disappointments({ headers: { "x-frame": "deny" } }, answer()).join(), /no header x-frame/);
    assert.match(disappointments({ withinMs: 10 }, answer()).join(), /took 12 ms, more than 10/);
    assert.match(disappointments({ json: { "a.b": 1 } }, answer({ body: '{"a":{"b":2}}' })).join(), /has 2 at a\.b, not 1/);
    assert.match(disappointments({ json: { a: 1 } }, answer({ body: "<html>" })).join(), /no JSON/);
    assert.equal(disappointments({ contains: "x", withinMs: 1 }, answer()).length, 2, "everything at once");
  });

  it("show no answer that went well: it may hold a token", () => {
    assert.ok(!disappointments({ contains: "x", json: { a: 1 } }, answer({ body: '{"token":"abc"}' })).join().includes("abc"));
  });

  it("read values by dotted paths, also of keys with dots and of lists", () => {
    assert.deepEqual([valueAt({ a: [{ b: 1 }] }, "a.0.b"), valueAt({ "a.b": { c: 2 } }, "a.b.c"), valueAt({ a: 1 }, "a.b"), valueAt(undefined, "a")], [1, 2, undefined, undefined]);
  });
});
