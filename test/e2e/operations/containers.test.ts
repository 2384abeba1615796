import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { containersOf, engine } from "../support/engine";
import { startLoad, Visitor } from "../support/http";
import type { Outputs } from "../support/stack";
import { Clone } from "./support/clone";
import { Doors, serversOf, type Logins } from "./support/logins";

const httpsPort = 31353;
const origin = `https://memo.localhost:${httpsPort}`;
const stack = new Clone("e2e-hands", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 31354, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 10 },
  "stackbook:demo": { seed: true, traffic: false },
  "stackbook:monitoring": { enabled: false },
  "stackbook:backups": { enabled: false },
  "stackbook:systems": { memo: { version: "1.0.0", services: { frontend: { replicas: 2 } } } },
});
const doors = new Doors(stack.stack, "memo", "postgres");

describe("hands on the containers and stores of a running stack", function () {
  this.timeout(900_000);
  let outputs: Outputs;
  let visitor: Visitor;

  before(async () => {
    await stack.start();
    await stack.up();
    outputs = await stack.outputs();
    visitor = new Visitor(origin, outputs.caCertificate);
  });
  after(async () => {
    visitor.close();
    await stack.destroy();
  });

  const logins = (): Logins => outputs.credentials["memo"] as unknown as Logins;
  const starts = async (service: string): Promise<readonly string[]> =>
    (await Promise.all((await containersOf(stack.stack, { system: "memo", service })).map(async ({ Id }) => `${Id} ${(await engine.getContainer(Id).inspect()).State.StartedAt}`))).sort();
  const everything = async (): Promise<readonly string[]> => [...(await starts("backend")), ...(await starts("frontend")), ...(await serversOf(stack.stack, "memo"))];
  const underLoad = async (path: string, work: () => Promise<void>): Promise<void> => {
    const load = startLoad(origin, outputs.caCertificate, path, 4);
    await work();
    const { answers, failures } = await load.stop();
    assert.deepEqual(failures, {});
    assert.ok(answers > 100, `${answers} answers are too few to tell`);
  };
  const cli = async (...words: readonly string[]): Promise<string> => {
    const [{ Id } = { Id: "" }] = await containersOf(stack.stack, { system: "memo", service: "cache" });
    return execFileSync("docker", ["exec", "-e", `REDISCLI_AUTH=${logins().cachePassword}`, Id, "redis-cli", ...words], { encoding: "utf8" }).trim();
  };

  it("refuse what can't be meant, with an exit code and what to do, and touch nothing", async () => {
    const [before, file] = [await everything(), readFileSync(stack.file, "utf8")];
    const refusals: readonly (readonly [code: number, says: RegExp, ...argv: string[]])[] = [
      [2, /no container of memo nope\n {2}Its services: backend, cache, database, frontend\./, "restart", "memo", "nope"],
      [2, /memo backend has one container: visitors get errors[^]*nobody is there to ask[^]*--yes/, "restart", "memo", "backend"],
      [2, /backend=0: use 1-50, or stop memo with/, "scale", "memo", "backend=0", "--yes"],
      [1, /motel does not run in the stack/, "scale", "motel", "backend=2", "--yes"],
      [1, /memo has no query 999999 at work/, "db", "queries", "memo", "--kill", "999999", "--yes"],
      [2, /203\.0\.113\.5\/24 is no network: use 203\.0\.113\.0\/24/, "block", "203.0.113.5/24", "--yes"],
      [2, /203\.0\.113\.0\/24 is not blocked/, "unblock", "203.0.113.0/24"],
      [2, /no container of sms in the stack e2e-hands\n {2}Use one of: memo, all\./, "emergency-stop", "sms", "--yes"],
      [1, /memo is not halted/, "resume", "memo", "--yes"],
    ];
    // What a command line alone makes wrong is in the unit tests; each of these has looked at the stack.
    for (const [code, says, ...argv] of refusals) {
      const said = await stack.stackbook(...argv);
      assert.equal(said.code, code, `${argv.join(" ")}:\n${said.output}`);
      assert.match(said.output, says, argv.join(" "));
    }
    assert.deepEqual([await everything(), readFileSync(stack.file, "utf8")], [before, file]);
  });

  it("restart what has one container, and say beforehand that it is noticed", async () => {
    const before = await starts("backend");
    const { output } = await stack.done("restart", "memo", "backend", "--yes", "--why", "a leak");
    assert.match(output, /^memo backend has one container: visitors get errors for about 10 s\. With two there are none: npx stackbook scale memo backend=2$/m);
    const after = await starts("backend");
    assert.deepEqual(after.map((line) => line.split(" ")[0]), before.map((line) => line.split(" ")[0]), "the same container");
    assert.notDeepEqual(after, before);
    assert.equal((await visitor.ask("/api/health")).status, 200);
  });

  it("scale up, restart one after another and scale back, and drop no request", async () => {
    await underLoad("/api/health", async () => {
      const up = await stack.done("scale", "memo", "backend=2", "--yes");
      assert.match(up.output, /^memo is scaled: backend 1 -> 2\./m);
      const two = await starts("backend");
      assert.equal(two.length, 2);
      const { out, output } = await stack.done("restart", "memo");
      assert.doesNotMatch(output, /visitors get errors/);
      assert.match(out, /^Restarted 4 containers in/m);
      const again = await starts("backend");
      assert.deepEqual(again.map((line) => line.split(" ")[0]), two.map((line) => line.split(" ")[0]));
      assert.ok(again.every((line) => !two.includes(line)), "each of them was restarted");
      assert.match((await stack.done("scale", "memo", "backend=2", "--yes")).out, /memo has backend=2 already; nothing was changed/);
      assert.match((await stack.done("scale", "memo", "backend=1", "--yes")).output, /With one backend container, a restart or an engine's trouble is noticed by visitors/);
    });
    assert.equal((await starts("backend")).length, 1);
    await stack.must("preview", "--expect-no-changes");
  });

  it("show a query that takes long, end it, and let its connection go on", async () => {
    const [{ Id } = { Id: "" }] = await containersOf(stack.stack, { system: "memo", service: "database" });
    const { database, databaseAdminPassword } = logins();
    // Two statements on one connection: the second runs only if the connection outlives the end of the first.
    const psql = spawn("docker", ["exec", "-i", "-e", `PGPASSWORD=${databaseAdminPassword}`, "-e", "PGAPPNAME=somebody", Id, "psql", "-X", "-Atq", "-h", "127.0.0.1", "-U", "postgres", "-d", database.name]);
    let said = "";
    psql.stdout.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    psql.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
    const ended = new Promise((resolve) => psql.once("close", resolve));
    psql.stdin.end("select pg_sleep(3600);\nselect 'still ' || 'here';\n");
    interface Query { readonly pid: string; readonly text: string; readonly client: string }
    let long: Query | undefined;
    while (long === undefined) long = (JSON.parse((await stack.done("db", "queries", "memo", "--longer", "1s", "--json")).out) as { queries: readonly Query[] }).queries.find(({ text }) => text.includes("pg_sleep(3600)"));
    assert.match(long.client, /^somebody /);
    assert.match((await stack.done("db", "queries", "memo", "--longer", "1s")).out, new RegExp(`^${long.pid} .*somebody.*pg_sleep[^]*To end one: npx stackbook db queries memo --kill <pid>`, "m"));
    assert.equal((await stack.stackbook("db", "queries", "memo", "--kill", long.pid)).code, 2, "nobody is there to confirm it");
    assert.match((await stack.done("db", "queries", "memo", "--kill", long.pid, "--yes")).out, /ended; its connection goes on/);
    await ended;
    // By two streams, in whichever order.
    assert.match(said, /canceling statement due to user request/);
    assert.match(said, /^still here$/m);
    assert.match((await stack.done("db", "queries", "memo", "--longer", "1s")).out, /nothing takes longer than 1s/);
  });

  it("vacuum a database of its dead rows", async () => {
    const { database, databaseAdminPassword } = logins();
    await doors.sql("postgres", databaseAdminPassword, database.name, "create table worn (id int) with (autovacuum_enabled = off); insert into worn select generate_series(1, 5000); delete from worn; select pg_stat_force_next_flush()");
    const { deadAfter, deadBefore } = JSON.parse((await stack.done("db", "vacuum", "memo", "--json")).out) as { deadBefore: number; deadAfter: number };
    assert.ok(deadBefore >= 5000 && deadAfter < deadBefore, `${deadBefore} -> ${deadAfter}`);
    await doors.sql("postgres", databaseAdminPassword, database.name, "drop table worn");
  });

  it("take keys out of Redis by a pattern or all of them, and say what goes with them", async () => {
    for (const key of ["cache:1", "cache:2", "other:1"]) await cli("set", key, "x");
    const refused = await stack.stackbook("cache", "flush", "memo", "--pattern", "cache:*");
    assert.equal(refused.code, 2);
    assert.match(refused.output, /2 keys of memo fit cache:\*\. memo keeps cache there: the next requests are slower/);
    assert.equal(await cli("exists", "cache:1", "cache:2", "other:1"), "3");
    assert.match((await stack.done("cache", "flush", "memo", "--pattern", "cache:*", "--yes")).out, /memo: 2 keys taken out\./);
    assert.equal(await cli("exists", "cache:1", "cache:2", "other:1"), "1");
    assert.match((await stack.done("cache", "flush", "memo", "--yes")).out, /taken out; its Redis is empty/);
    assert.equal(await cli("dbsize"), "0");
    assert.match((await stack.done("cache", "flush", "memo", "--yes")).out, /Redis is empty; nothing was changed/);
  });

  it("say what is newer, and what could not be asked", async () => {
    interface Updates { readonly images: readonly { readonly reference: string; readonly newer?: boolean; readonly why: string }[]; readonly host: { readonly known: boolean }; readonly project: { readonly known: boolean } }
    const { images, ...rest } = JSON.parse((await stack.done("updates", "--json")).out) as Updates;
    assert.deepEqual(Object.keys(rest).sort(), ["host", "project", "stack"]);
    assert.ok(images.some(({ reference }) => reference.includes("memo-backend")) && images.every(({ newer, why }) => newer !== undefined || why !== ""), JSON.stringify(images));
  });

  it("are all in the record, with who, what and what came of it", async () => {
    const { entries } = JSON.parse((await stack.done("audit", "--limit", "1000", "--json")).out) as { entries: readonly { command: string; result: string; who: string; why?: string }[] };
    const done = new Set(entries.filter(({ result }) => result === "done").map(({ command }) => command));
    for (const command of ["restart", "scale", "db queries --kill", "db vacuum", "cache flush"]) assert.ok(done.has(command), command);
    assert.ok(entries.every(({ who }) => who !== "") && entries.some(({ why }) => why === "a leak"));
  });
});
