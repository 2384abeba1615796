import { strict as assert } from "node:assert";
import { startTestApp, type TestApp } from "./support";

describe("reference app: metrics", () => {
  let app: TestApp;
  beforeEach(async () => { app = await startTestApp("motel"); await app.running.ready; });
  afterEach(() => app.running.stop());
  const text = async (): Promise<string> => (await app.call("GET", "/metrics/prometheus")).text;

  it("counts requests by route, method and status, with a bound at every threshold of the runbooks", async () => {
    const [suite] = (await app.call("GET", "/api/suites")).json["items"] as { id: string }[];
    await app.call("GET", `/api/suites/${suite?.id ?? ""}`);
    await app.call("GET", "/no/such/page");
    const found = await text();
    assert.match(found, /^http_request_duration_seconds_count\{method="GET",route="\/api\/suites\/:id",status="200"\} 1$/m);
    assert.match(found, /^http_request_duration_seconds_count\{method="GET",route="none",status="404"\} 1$/m);
    for (const bound of ["0.2", "0.5", "1", "2", "3", "5"]) assert.match(found, new RegExp(`_bucket\\{le="${bound}",method="GET",route="/api/suites",status="200"\\} 1`));
  });

  it("does not let strange methods make new series", async () => {
    await app.call("PROPFIND", "/api/suites");
    assert.match(await text(), /method="OTHER",route="none",status="405"/);
  });

  it("shows the rows there are", async () => {
    const found = await text();
    for (const line of ["motel_suites_total 4", "motel_tasks_total 3", "motel_tasks_pending 1", "motel_tasks_in_progress 1", "motel_websocket_disconnects_total 0"]) {
      assert.ok(found.includes(`\n${line}\n`), line);
    }
    assert.match(found, /^app_info\{version="1\.2\.3"\} 1$/m);
  });

  it("leaves out what it cannot read instead of failing", async () => {
    app.database.down = new Error("away");
    const reply = await app.call("GET", "/metrics/prometheus");
    assert.equal(reply.status, 200);
    assert.doesNotMatch(reply.text, /^motel_suites_total \d/m);
    assert.match(reply.text, /^motel_uptime_seconds \d/m);
  });

  it("gives the same figures as JSON where the runbook has both", async () => {
    const { json } = await app.call("GET", "/metrics");
    assert.deepEqual([json["suites_total"], json["tasks_pending"], json["websocket_connections"]], [4, 1, 0]);
  });

  it("counts MemoApp's cache hits and active users", async () => {
    const memo = await startTestApp("memo");
    await memo.running.ready;
    for (let n = 0; n < 3; n += 1) await memo.call("GET", "/api/memos");
    await memo.signIn();
    const found = (await memo.call("GET", "/metrics")).text;
    for (const line of ["memo_cache_misses_total 1", "memo_cache_hits_total 2", "memo_active_users 1", "memo_logins_total 1"]) assert.ok(found.includes(`\n${line}\n`), line);
    await memo.running.stop();
  });
});
