import { strict as assert } from "node:assert";
import { systemIds, systems } from "../../../systems";
import { systems as apps } from "../../../reference-app/src/systems";
import { docker, until } from "./docker";
import { login, Site, type Server } from "./site";

/** Containers start several times in each of these. */
const minutes = 60_000;

for (const id of systemIds) {
  describe(`reference app on real databases: ${id}`, function () {
    this.timeout(3 * minutes);
    const spec = systems[id];
    const app = apps[id];
    const site = new Site(id);
    let server: Server;

    before(() => site.open());
    after(() => site.close());

    it("migrates, also twice at once, and a third time without doing anything", async () => {
      const both = await Promise.all([site.command("migrate"), site.command("migrate")]);
      for (const { code, log } of both) assert.equal(code, 0, log);
      const applied = both.flatMap(({ log }) => [...log.matchAll(/"migration":"([^"]+)"/g)].map((match) => match[1]));
      assert.deepEqual(applied.sort(), app.migrations.map((migration) => migration.id), "each was applied once");
      const third = await site.command("migrate");
      assert.equal(third.code, 0);
      assert.match(third.log, /schema is up to date/);
    });

    it("fails a migration that may not log in with exit code 1, saying why without the password", async () => {
      const setting = app.env.databaseUrl;
      const wrong = site.environment()[setting]?.replace("role-password-of-the-test", "wrong-password-entirely") ?? "";
      const { code, log } = await site.command("migrate", { [setting]: wrong, CONNECT_SECONDS: "1" });
      assert.equal(code, 1);
      assert.match(log, new RegExp(`migrating ${id} failed: .*[Aa]uth`));
      assert.ok(!log.includes("wrong-password-entirely"));
    });

    it("seeds rows and the first login, and changes nothing the second time", async () => {
      const first = await site.command("seed");
      assert.equal(first.code, 0, first.log);
      assert.match(first.log, /"result":"added"/);
      const second = await site.command("seed");
      assert.match(second.log, /"result":"unchanged"/);
      assert.match(second.log, /"added":0/);
    });

    it("gets ready as uid 1000 on a read-only root and says what it is", async () => {
      server = await site.serve();
      await server.ready();
      const { json } = await server.call("GET", "/version");
      assert.deepEqual([json["system"], json["version"], typeof json["hostname"]], [id, "1.0.0", "string"]);
      assert.ok(!Number.isNaN(Date.parse(String(json["startedAt"]))));
      for (const path of Object.values(spec.services.backend.health)) assert.equal((await server.call("GET", path)).status, 200, path);
    });

    it("shows the seeded rows", async () => {
      const { table } = app.showcase;
      const { json } = await server.call("GET", `/api/${table}`);
      assert.equal(json["total"], app.seed[table]?.length);
    });

    it("writes a row with a token only, reads it back, changes it and removes it", async () => {
      const { table } = app.showcase;
      const demo = app.demoRows.find((row) => row.table === table)?.row("e2e") ?? { email: "e2e@fetms.example", name: "E2E" };
      assert.equal((await server.call("POST", `/api/${table}`, demo)).status, 401);
      const headers = await server.signIn();
      const made = await server.call("POST", `/api/${table}`, demo, headers);
      assert.equal(made.status, 201, made.text);
      const path = `/api/${table}/${String(made.json["id"])}`;
      for (const [column, value] of Object.entries(demo)) assert.equal((await server.call("GET", path)).json[column], value, column);
      assert.equal((await server.call("PATCH", path, demo, headers)).status, 200);
      assert.equal((await server.call("DELETE", path, undefined, headers)).status, 204);
      assert.equal((await server.call("GET", path)).status, 404);
    });

    it("refuses a key that is taken", async () => {
      const { table } = app.showcase;
      const unique = app.migrations.flatMap((migration) => migration.steps).some((step) => step.kind === "index" && step.unique && step.table === table);
      const row = app.seed[table]?.[0];
      const { status } = await server.call("POST", `/api/${table}`, row, await server.signIn());
      assert.equal(status, unique ? 409 : 201);
    });

    it("has every metric family that the runbook names, failed logins counted", async () => {
      assert.equal((await server.call("POST", "/api/auth/login", { ...login, password: "not this one" })).status, 401);
      for (const endpoint of spec.services.backend.metrics.filter(({ format }) => format === "prometheus")) {
        const { text } = await server.call("GET", endpoint.path);
        for (const family of endpoint.families) assert.match(text, new RegExp(`^${family}(_count\\{.*\\})? \\d`, "m"), family);
        assert.match(text, /^\w+_failed_(logins|auth)_total 1$/m);
        assert.match(text, /^http_request_duration_seconds_bucket\{/m);
      }
    });

    it("is driven by its own traffic, which ends on SIGTERM", async () => {
      const { port } = spec.services.backend;
      const traffic = await site.stage.start("traffic", {
        image: "refapp-e2e:test", command: ["node", "/app/server.js", "traffic"],
        environment: site.environment({ TRAFFIC_TARGET: `http://backend:${port}`, TRAFFIC_HOST: `${id}.localhost`, TRAFFIC_RATE: "50" }),
      });
      const before = (await server.logs()).length;
      await until("traffic", 20, async () => (await server.logs()).slice(before), (log) => /"status":201|"method":"PATCH"/.test(log) && /"method":"POST".*"status":401/.test(log));
      await docker("stop", "-t", "10", traffic);
      assert.equal(await docker("inspect", "-f", "{{.State.ExitCode}}", traffic), "0");
      assert.match(await site.stage.logs(traffic), /"message":"traffic ends"/);
    });

    it("comes back by itself when its database does", async () => {
      await docker("stop", "-t", "10", site.database);
      const ready = spec.services.backend.health.ready ?? spec.services.backend.health.path;
      await until("noticing", 20, () => server.call("GET", ready), (reply) => reply.status === 503);
      assert.equal((await server.call("GET", `/api/${app.showcase.table}?limit=1`)).status, 503);
      await docker("start", site.database);
      await server.ready(60);
      assert.equal((await server.call("GET", `/api/${app.showcase.table}?limit=1`)).status, 200);
    });

    it("finishes the request in flight when it is stopped, and exits with 0 within its grace", async () => {
      const slow = await site.serve({ APP_VERSION: "1.0.1-slow", SHUTDOWN_DRAIN_SECONDS: "0" });
      await slow.ready();
      const inFlight = slow.call("GET", `/api/${app.showcase.table}?limit=1`);
      await new Promise((resolve) => setTimeout(resolve, 400));
      const [reply, stopped] = await Promise.all([inFlight, slow.stop()]);
      assert.equal(reply.status, 200);
      assert.equal(stopped.exitCode, 0, await slow.logs());
      const log = await slow.logs();
      assert.match(log, /"inFlight":1/);
      assert.match(log, /"message":"stopped".*"finished":true/);
      const { exitCode, seconds } = await server.stop();
      assert.equal(exitCode, 0);
      assert.ok(seconds < 10, `${seconds} s`);
    });

    it("kept every secret out of its log", async () => {
      const log = await server.logs();
      for (const secret of [login.password, "role-password-of-the-test", "redis-password-of-the-test", "xxxxxxxx", "not this one"]) assert.ok(!log.includes(secret), secret);
      for (const line of log.trim().split("\n")) assert.doesNotThrow(() => { JSON.parse(line); }, line);
    });
  });
}
