import assert from "node:assert/strict";
import { containersOf } from "../support/engine";
import { startLoad, Visitor, type Ask } from "../support/http";
import type { Outputs } from "../support/stack";
import { Clone } from "./support/clone";
import { Doors, serversOf, type Logins } from "./support/logins";

const httpsPort = 29763;
const stack = new Clone("e2e-rotate", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 29764, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 5 },
  "stackbook:demo": { seed: true, traffic: false },
  "stackbook:monitoring": { enabled: false },
  "stackbook:backups": { enabled: false },
  "stackbook:systems": { motel: { version: "1.0.0" } },
});
const origin = `https://motel.localhost:${httpsPort}`;
const doors = new Doors("e2e-rotate", "motel", "postgres");

describe("exchanging the secrets of motel under load", function () {
  this.timeout(900_000);
  let outputs: Outputs;
  let visitor: Visitor;
  let token: string;

  before(async () => {
    await stack.start();
    await stack.up();
    outputs = await stack.outputs();
    visitor = new Visitor(origin, outputs.caCertificate);
    token = await signIn();
  });
  after(async () => {
    visitor.close();
    await stack.destroy();
  });

  const signIn = async (): Promise<string> => (await visitor.json<{ token: string }>("/api/auth/login", { json: outputs.credentials["motel"]?.login })).token;
  const signedIn = (more: Ask = {}): Ask => ({ ...more, headers: { authorization: `Bearer ${token}` } });
  const logins = async (): Promise<Logins> => (await stack.outputs()).credentials["motel"] as unknown as Logins;
  const backends = async (): Promise<string[]> => (await containersOf(stack.stack, { system: "motel", service: "backend", role: "app" })).map(({ Id }) => Id);
  const rows = async (): Promise<number> => {
    const { database, databaseAdminPassword } = await logins();
    return Number(await doors.sql("postgres", databaseAdminPassword, database.name, "select count(*) from suites"));
  };

  it("takes a counter and one plain `pulumi up` for login and Redis, and drops no request and no row", async () => {
    const [old, servers, before, had] = [await logins(), await serversOf(stack.stack, "motel"), await backends(), await rows()];
    // Each of them asks PostgreSQL, and Redis for the session.
    const reading = startLoad(origin, outputs.caCertificate, "/api/suites", 4, signedIn());
    const written: number[] = [];
    let isWriting = true;
    const writing = (async () => {
      for (let number = 1; isWriting; number += 1) {
        const { body, status } = await visitor.ask("/api/suites", signedIn({ json: { number: `R${number}`, name: "Written meanwhile", beds: 2 } }));
        assert.equal(status, 201, body);
        written.push(number);
      }
    })();
    stack.configure({ "stackbook:systems": { motel: { version: "1.0.0", rotations: { databasePassword: 1, cachePassword: 1 } } } });
    await stack.up();
    isWriting = false;
    await writing;
    const { answers, failures } = await reading.stop();
    assert.deepEqual(failures, {});
    assert.ok(answers > 100 && written.length > 20, `${answers} answers and ${written.length} rows are too few to tell`);
    assert.equal(await rows(), had + written.length);
    const now = await logins();
    assert.deepEqual([old.database.user, now.database.user], ["motel_user", "motel_user_b"]);
    await doors.open(now);
    await doors.dead(old, ["administrator"]);
    assert.deepEqual(await serversOf(stack.stack, "motel"), servers, "no server was restarted");
    assert.equal((await backends()).some((id) => before.includes(id)), false);
    await stack.must("preview", "--expect-no-changes");
  });

  it("says first what ends, and asks", async () => {
    const { code, output } = await stack.stackbook("rotate", "motel", "jwt");
    assert.equal(code, 2, output);
    assert.match(output, /Motel Manager: every session ends, and everybody signs in again: the application takes one key \(motel\.md\)[\s\S]*nobody is there to ask/);
    assert.equal((await visitor.ask("/api/auth/me", signedIn())).status, 200);
  });

  it("exchanges everything of motel by one update after a breach, and what was stolen is dead", async () => {
    const stolen = await logins();
    const rowsBefore = await rows();
    // As a migration by the second login would.
    await doors.sql(stolen.database.user, stolen.database.password, stolen.database.name, "create table later (id int); insert into later values (1)");
    const load = startLoad(origin, outputs.caCertificate, "/health/ready", 4);
    const { out } = await stack.done("rotate", "motel", "--all", "--yes", "--why", "laptop stolen");
    const { answers, failures } = await load.stop();
    assert.deepEqual(failures, {});
    assert.ok(answers > 100, `${answers} answers are too few to tell`);
    for (const what of ["the application's earlier login in its database", "earlier passwords of the database's administrator", "earlier passwords of Redis"]) assert.match(out, new RegExp(`Tried, and dead: ${what}`));
    await doors.dead(stolen);
    const now = await logins();
    assert.equal(now.database.user, "motel_user", "back to the first login, with another password");
    await doors.open(now);
    assert.equal(await doors.sql(now.database.user, now.database.password, now.database.name, "alter table later add column more text; select count(*) from later"), "1", "whose it is doesn't change with the login");
    assert.equal((await visitor.ask("/api/auth/me", signedIn())).status, 401, "a token of before");
    assert.equal((await visitor.ask("/api/auth/login", { json: outputs.credentials["motel"]?.login })).status, 401, "the demo's login of before");
    outputs = await stack.outputs();
    token = await signIn();
    assert.equal((await visitor.ask("/api/suites", signedIn())).status, 200);
    assert.equal(await rows(), rowsBefore);
    assert.deepEqual((stack.settings()["stackbook:systems"] as { motel: { rotations: unknown } }).motel.rotations, { databasePassword: 2, cachePassword: 2, jwtSecret: 1, databaseAdminPassword: 1, loginPassword: 1 });
    assert.match((await stack.done("history", "--json")).out, /rotate motel --all/);
    await stack.must("preview", "--expect-no-changes");
  });

  it("refuses a file in which a counter has gone back, before it touches anything", async () => {
    const { code, output } = await (async () => {
      const { motel } = stack.settings()["stackbook:systems"] as { motel: { rotations: Record<string, number> } };
      stack.configure({ "stackbook:systems": { motel: { ...motel, rotations: { ...motel.rotations, jwtSecret: 0 } } } });
      return stack.pulumi("preview");
    })();
    assert.notEqual(code, 0);
    assert.match(output.replace(/\s+/g, " "), /systems\.motel\.rotations\.jwtSecret is missing or 0, and was 1: a secret that was exchanged never comes back/);
  });
});
