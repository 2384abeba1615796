import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as dial, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, type Duplex } from "node:stream";
import { withoutSecrets } from "../../../../operations/commands/exec";
import type { Container } from "../../../../operations/engine";
import { chooseOne } from "../../../../operations/reading/chooseOne";
import { Problem } from "../../../../operations/problem";
import { openTunnel } from "../../../../operations/reading/tunnel";
import { FakeEngine } from "../support/engine";
import { stackbook, type Said } from "../support/fakes";
import { changed, part, watchedEngine, watchedStack, wellContainers } from "../support/watched";

describe("stackbook exec", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "stackbook-exec-"))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const run = (argv: readonly string[], engine: FakeEngine): Promise<Said> => stackbook(["exec", ...argv], watchedStack(), engine, { root });
  const records = (): { readonly result: string; readonly what: string; readonly why?: string; readonly detail?: string; readonly who: string }[] =>
    readFileSync(join(root, ".stackbook/audit/dev.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as ReturnType<typeof records>[number]);

  it("runs a command in the service's container, ends with its exit code, and records beginning and end", async () => {
    const asked: unknown[] = [];
    const engine = watchedEngine(wellContainers, {}, { interact: (id, command, { screen, user }) => (asked.push([id, command, user, screen]), Promise.resolve(7)) });
    const { code } = await run(["motel", "database", "--user", "root", "--why", "look", "--", "psql", "-c", "select 1"], engine);
    assert.equal(code, 7);
    assert.deepEqual(asked, [["id-of-motel-database-1a2b3c4", ["psql", "-c", "select 1"], "root", undefined]]);
    assert.deepEqual(records().map(({ detail, result, what, who, why }) => [result, what, who, why, detail]), [
      ["begun", "exec motel database: psql -c select 1", "ops@desk", "look", "motel-database-1a2b3c4"], ["failed", "exec motel database: psql -c select 1", "ops@desk", "look", "motel-database-1a2b3c4: exit code 7"],
    ]);
  });

  it("opens the best shell there is without a command", async () => {
    let command: readonly string[] = [];
    await run(["motel", "backend"], watchedEngine(wellContainers, {}, { interact: (_, given) => ((command = given), Promise.resolve(0)) }));
    assert.deepEqual(command.slice(0, 2), ["sh", "-c"]);
    assert.match(command[2] ?? "", /bash.*exec sh/);
    assert.deepEqual(records().map(({ result, what }) => `${result} ${what}`), ["begun exec motel backend: a shell", "done exec motel backend: a shell"]);
  });

  it("speaks JSON with both streams and the exit code", async () => {
    const engine = watchedEngine(wellContainers, {}, { exec: (_, command) => Promise.resolve({ code: 3, out: command.join(" "), err: "warned" }) });
    const { code, out } = await run(["motel", "cache", "--json", "--", "redis-cli", "ping"], engine);
    assert.deepEqual([code, JSON.parse(out)], [3, { container: "motel-cache-1a2b3c4", code: 3, out: "redis-cli ping", err: "warned" }]);
  });

  it("records what failed before it began, too", async () => {
    const { code, err } = await run(["motel", "backend"], watchedEngine(wellContainers, {}, { interact: () => Promise.reject(new Problem("the engine is gone")) }));
    assert.deepEqual([code, err], [1, "error: the engine is gone\n"]);
    assert.deepEqual(records().map(({ detail, result }) => [result, detail]), [["begun", "motel-backend-a-0-1a2b3c4"], ["failed", "the engine is gone"]]);
  });

  it("keeps no password in its record", () => {
    assert.equal(withoutSecrets("psql postgres://motel:hunter2@db/x -v password=hunter2 --token hunter2 'API_KEY=\"a b\"'"), "psql postgres://motel:***@db/x -v password=*** --token *** 'API_KEY=***'");
    assert.equal(withoutSecrets("sh -c 'PGPASSWORD=$POSTGRES_PASSWORD psql -U postgres'"), "sh -c 'PGPASSWORD=$POSTGRES_PASSWORD psql -U postgres'", "a variable's name is no secret");
  });
});

describe("the one container that is meant", () => {
  const two: readonly Container[] = [...wellContainers, part("motel-backend-a-1-1a2b3c4", "motel", "backend", "app")];
  const named = (containers = two, replica?: string): string => chooseOne("dev", containers, { system: "motel", service: "backend", replica }).name;
  const refused = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      assert.ok(error instanceof Problem, String(error));
      return error.text();
    }
    return assert.fail("it was not refused");
  };

  it("is the first that is well, or the named one", () => {
    assert.equal(named(), "motel-backend-a-0-1a2b3c4");
    assert.equal(named(changed("motel-backend-a-0", { health: "unhealthy" }, two)), "motel-backend-a-1-1a2b3c4");
    assert.equal(named(changed("motel-backend-a-0", { state: "exited" }, two)), "motel-backend-a-1-1a2b3c4");
    assert.equal(named(two, "a-1"), "motel-backend-a-1-1a2b3c4");
  });

  it("is asked for again when it is not there, not one, or does not run", () => {
    assert.match(refused(() => named(two, "motel-backend")), /--replica is motel-backend: that may be motel-backend-a-0-1a2b3c4 or motel-backend-a-1-1a2b3c4/);
    assert.match(refused(() => named(two, "b-0")), /motel backend has no replica b-0\n {2}Use one of: motel-backend-a-0-1a2b3c4, motel-backend-a-1-1a2b3c4\./);
    assert.match(refused(() => named(changed("motel-backend", { state: "exited" }))), /motel-backend-a-0-1a2b3c4 does not run \(exited\)\n {2}Its last lines: npx stackbook logs motel backend --tail 50/);
    assert.match(refused(() => chooseOne("dev", two, { system: "motel", service: "api", replica: undefined })), /motel has no service api\n {2}Use one of: backend, backup, cache, database, frontend/);
    assert.match(refused(() => chooseOne("dev", two, { system: "memo", service: "backend", replica: undefined })), /memo is no system of the stack dev\n {2}Use one of: motel, stack/);
  });
});

describe("stackbook open", () => {
  const open = (...argv: string[]): Promise<Said> => stackbook(["open", ...argv, "--no-browser"], watchedStack(), watchedEngine());

  it("shows an address, and who gets in", async () => {
    assert.equal((await open("app", "motel")).out, "https://motel.example.org\nLogin: pulumi stack output credentials --show-secrets --stack dev\n");
    assert.equal((await open("app")).out.split("\n")[0], "https://motel.example.org", "there is one system only");
    assert.equal((await open("status")).out, "https://status.example.org\n");
    assert.deepEqual(JSON.parse((await open("prometheus", "--json")).out), { page: "prometheus", url: "https://prometheus.example.org", login: "Login: operator, the password: pulumi stack output credentials --show-secrets --stack dev", opened: false });
  });

  it("says why there is no such page", async () => {
    const { code, err } = await open("grafana");
    assert.equal(code, 1);
    assert.equal(err, "error: the stack dev has no grafana: no image\n  Prometheus answers the same questions: npx stackbook open prometheus\n");
    assert.match((await open("site")).err, /there is no page site\n {2}Use one of: app, status, grafana, prometheus, alerts/);
    assert.match((await open("app", "memo")).err, /memo is no system of the stack dev\n {2}Use one of: open app motel/);
    assert.match((await open("status", "motel")).err, /status is one for all systems; motel is left over/);
    assert.match((await open("status", "--tunnel")).err, /status needs no tunnel/);
    assert.match((await open("alerts", "--port", "0")).err, /alertmanager does not run/);
    assert.match((await open("prometheus", "--tunnel", "--port", "70000")).err, /--port is 70000: use 0-65535/);
  });
});

describe("a tunnel", () => {
  it("listens on this machine alone, and each connection goes on inside, both ways", async () => {
    const commands: (readonly string[])[] = [];
    const engine = new FakeEngine({
      tunnel: (container, command) => {
        commands.push([container, ...command]);
        const echo: Duplex = new PassThrough({ transform: (chunk: Buffer, _encoding, done) => done(null, chunk.toString().toUpperCase()) });
        return Promise.resolve(echo);
      },
    });
    const tunnel = await openTunnel(engine, { container: "status-1", host: "prometheus", port: 9090 }, 0);
    const said = await Promise.all(["one", "two"].map((word) => new Promise<string>((resolve, reject) => {
      const client = dial(tunnel.port, "127.0.0.1", () => void client.end(word));
      let text = "";
      client.on("data", (chunk: Buffer) => (text += chunk.toString())).on("end", () => resolve(text)).on("error", reject);
    })));
    assert.deepEqual(said, ["ONE", "TWO"]);
    assert.equal(commands.length, 2);
    assert.equal(commands[0]?.[0], "status-1");
    assert.match(commands[0].at(-1) ?? "", /command -v node[\s\S]*prometheus[\s\S]*exec nc prometheus 9090[\s\S]*\/dev\/tcp\/prometheus\/9090/);
    await tunnel.close();
  });

  it("ends a connection that can't go on, and says when its port is taken", async () => {
    const engine = new FakeEngine({ tunnel: () => Promise.reject(new Problem("it does not run")) });
    const tunnel = await openTunnel(engine, { container: "c", host: "h", port: 1 }, 0);
    await new Promise<void>((resolve) => dial(tunnel.port, "127.0.0.1").on("close", () => resolve()).on("error", () => undefined).resume());
    await tunnel.close();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    // A server that listens has an address of this kind.
    const { port } = taken.address() as AddressInfo;
    await assert.rejects(openTunnel(engine, { container: "c", host: "h", port: 1 }, port), (error) => error instanceof Problem && /can't be had \(EADDRINUSE\)\n {2}Take another: --port/.test(error.text()));
    taken.close();
  });
});
