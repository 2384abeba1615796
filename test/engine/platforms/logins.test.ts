import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { changes, Project } from "../support";
import { engine, onEngine, platformProgram, stack, want } from "./platformProject";

const program = platformProgram(`
const rotating = (name, generation, all) => {
  const value = (n) => pulumi.secret(name + n);
  const earlier = Array.from({ length: generation }, (_, i) => generation - 1 - i);
  return { generation, current: value(generation), earlier: (all ? earlier : earlier.slice(0, 1)).map(value) };
};
const all = [];
for (const system of ["memo", "mps"]) {
  const spec = systems[system];
  const folder = (name, path) => platform.createFolder(system, { name, path }, false, {});
  const site = platform.createSite({ system, hasCache: true }, {});
  const database = platform.createDatabase({
    system, site, data: folder("database", "/"), spec: spec.database,
    adminPassword: rotating("admin", wanted.admin, true), rolePassword: rotating("role", wanted.login),
  }, {});
  const cache = platform.createCache({ system, site, data: folder("cache", "/data"), spec: spec.redis, password: rotating("cache", wanted.cache, true) }, {});
  const ready = [...database.ready, ...cache.ready];
  all.push({ site, database, cache, logins: { database: wanted.login, cache: wanted.cache }, ready });
}
const before = all.flatMap(({ ready }) => ready);
const after = wanted.isHeld ? [new Held("held", { dependsOn: before })] : before;
for (const args of all) platform.retireLogins(args, { dependsOn: after });
`).replace("const values", `
// Redis as stacks have it whose passwords were never exchanged: the one password in its settings.
if (wanted.isOld) pulumi.runtime.registerStackTransformation(({ name, opts, props, type }) => name !== "memo-cache" || !type.includes("Container") ? undefined : { opts, props: {
  ...props, command: [${JSON.stringify('exec redis-server - --dir /data --appendonly no --maxmemory 192mb --maxmemory-policy noeviction <<END\nrequirepass "$REDIS_PASSWORD"\nEND\n')}],
  healthcheck: { ...props.healthcheck, tests: ["CMD-SHELL", "redis-cli ping | grep -q PONG"] },
} });
/** What the last step of an exchange waits for, and never gets: an update that was cut off. */
class Held extends pulumi.dynamic.Resource {
  constructor(name, opts) { super({ create: () => Promise.reject(new Error("cut off here")) }, name, {}, opts); }
}
const values`);

const first = { admin: 0, login: 0, cache: 0 };

describe("exchanging the logins of databases and caches, on real servers", function () {
  this.timeout(300_000);
  let project: Project;
  before(async () => {
    project = await Project.create(program);
    await want(project, { ...first, isOld: true });
    await project.mustUp();
  });
  after(async () => {
    await project.close();
    assert.deepEqual(await onEngine(), []);
  });

  const container = async (system: string, role: string): Promise<string> => {
    const label = [`stackbook.stack=${stack}`, `stackbook.system=${system}`, `stackbook.role=${role}`];
    const [found] = await engine.listContainers({ filters: { label } });
    return found?.Id ?? assert.fail(`${system} has no ${role}`);
  };
  const exec = async (id: string, env: Readonly<Record<string, string>>, command: readonly string[]): Promise<string> => {
    const settings = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const { stdout } = await promisify(execFile)("docker", ["exec", ...settings, id, ...command]);
    return stdout.trim();
  };
  const psql = async (user: string, password: string, sql: string, database = "memo_app"): Promise<string> =>
    exec(await container("memo", "database"), { PGPASSWORD: password }, ["psql", "-X", "-Atq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", user, "-c", sql, database]);
  const mongosh = async (user: string, password: string, script: string, place = "mps_db"): Promise<string> =>
    exec(await container("mps", "database"), { HOME: "/tmp" }, ["mongosh", "--quiet", "--norc", `mongodb://${user}:${password}@127.0.0.1:27017/${place}`, "--eval", script]);
  const redis = async (system: string, password: string, ...command: string[]): Promise<string> => exec(await container(system, "cache"), { REDISCLI_AUTH: password }, ["redis-cli", ...command]);
  const owners = (): Promise<string> => psql("postgres", "admin0", "SELECT string_agg(DISTINCT tableowner || '.' || tablename, ',') FROM pg_tables WHERE schemaname = 'public'");

  it("leaves a stack alone where nothing was exchanged, a Redis from before as well", async () => {
    await want(project, first);
    assert.deepEqual(changes(await project.mustUp()), []);
    assert.deepEqual((await project.resources()).map(({ urn }) => urn.slice(urn.lastIndexOf("::") + 2)).filter((name) => /retired|older|password/.test(name)), []);
    const { Config } = await engine.getContainer(await container("memo", "cache")).inspect();
    assert.match(Config.Cmd.join(" "), /requirepass/, "it is one from before");
    await psql("memo_user", "role0", "CREATE TABLE notes (text text); INSERT INTO notes VALUES ('of the first login')");
    await mongosh("mps_user", "role0", "db.notes.insertOne({ text: 'of the first login' })");
    for (const system of ["memo", "mps"]) await redis(system, "cache0", "SET", "kept", "yes");
  });

  it("opens to the new login and to the old one until the old containers have gone", async () => {
    await want(project, { ...first, login: 1, cache: 1, isHeld: true });
    const cut = await project.up();
    assert.equal(cut.ok, false);
    assert.match(cut.output, /cut off here/);
    assert.deepEqual(cut.steps.filter(({ op, type }) => /replace/.test(op) && type === "docker:index/container:Container").map(({ name }) => name), ["memo-cache", "memo-cache", "memo-cache"], "once, and no other server");
    for (const [user, password] of [["memo_user", "role0"], ["memo_user_b", "role1"]] as const) assert.equal(await psql(user, password, "SELECT count(*) FROM notes"), "1", user);
    for (const [user, password] of [["mps_user", "role0"], ["mps_user_b", "role1"]] as const) assert.equal(await mongosh(user, password, "db.notes.countDocuments()"), "1", user);
    for (const system of ["memo", "mps"]) for (const password of ["cache0", "cache1"]) assert.equal(await redis(system, password, "GET", "kept"), "yes", `${system} ${password}`);
  });

  it("gives what either login makes to the same owner, so that each can use what the other made", async () => {
    await psql("memo_user_b", "role1", "CREATE TABLE later (text text); INSERT INTO later VALUES ('of the second')");
    // As itself, which no application of ours does.
    await psql("memo_user_b", "role1", "CREATE SCHEMA apart; SET ROLE NONE; CREATE TABLE own (text text)");
    assert.equal(await owners(), "memo_user.later,memo_user.notes,memo_user_b.own");
    await psql("memo_user", "role0", "ALTER TABLE later ADD COLUMN more text; DROP SCHEMA apart");
    assert.equal(await psql("memo_user_b", "role1", "SELECT current_user || ' ' || session_user"), "memo_user memo_user_b");
  });

  it("ends the old ones then, with what they still had open, and no server was restarted", async () => {
    const servers = await Promise.all(["memo", "mps"].flatMap((system) => ["database", "cache"].map(async (role) => (await engine.getContainer(await container(system, role)).inspect()).State.StartedAt)));
    const open = psql("memo_user", "role0", "SELECT pg_sleep(120)");
    const ended = assert.rejects(open, /terminating connection|connection to server was lost|server closed the connection/);
    const subscribed = redis("memo", "cache0", "SUBSCRIBE", "news").then(() => "ended", () => "ended");
    await want(project, { ...first, login: 1, cache: 1 });
    await project.mustUp();
    await ended;
    await assert.rejects(psql("memo_user", "role0", "SELECT 1"), /password authentication failed|is not permitted to log in/);
    await assert.rejects(mongosh("mps_user", "role0", "1"), /Authentication failed/);
    for (const system of ["memo", "mps"]) assert.match(await redis(system, "cache0", "GET", "kept"), /NOAUTH|WRONGPASS/);
    assert.equal(await psql("memo_user_b", "role1", "SELECT count(*) FROM notes"), "1");
    assert.equal(await mongosh("mps_user_b", "role1", "db.notes.countDocuments()"), "1");
    assert.equal(await redis("memo", "cache1", "GET", "kept"), "yes");
    assert.deepEqual(await Promise.all(["memo", "mps"].flatMap((system) => ["database", "cache"].map(async (role) => (await engine.getContainer(await container(system, role)).inspect()).State.StartedAt))), servers);
    assert.deepEqual(changes(await project.mustUp()), []);
    // The connection comes from within the server's container, where only people are: it is left alone.
    assert.equal(await Promise.race([subscribed, new Promise((resolve) => setTimeout(() => resolve("open"), 500))]), "open");
  });

  it("goes back to the first login, with another password, and everything is the owner's again", async () => {
    await want(project, { ...first, login: 2, cache: 2 });
    await project.mustUp();
    assert.equal(await owners(), "memo_user.later,memo_user.notes,memo_user.own");
    assert.equal(await psql("memo_user", "role2", "SELECT count(*) FROM own"), "0");
    await assert.rejects(psql("memo_user", "role0", "SELECT 1"), /password authentication failed/);
    await assert.rejects(psql("memo_user_b", "role1", "SELECT 1"), /password authentication failed|is not permitted to log in/);
    assert.equal(await mongosh("mps_user", "role2", "db.notes.countDocuments()"), "1");
    await assert.rejects(mongosh("mps_user_b", "role1", "1"), /Authentication failed/);
    assert.match(await redis("mps", "cache1", "GET", "kept"), /NOAUTH|WRONGPASS/);
  });

  it("exchanges the administrator's password too, more than once while an update fails", async () => {
    await want(project, { admin: 1, login: 2, cache: 2, isHeld: true });
    assert.equal((await project.up()).ok, false);
    await want(project, { admin: 3, login: 2, cache: 2 });
    await project.mustUp();
    assert.equal(await psql("postgres", "admin3", "SELECT 1", "postgres"), "1");
    assert.equal(await mongosh("root", "admin3", "db.getUsers().users.length", "admin"), "1");
    for (const old of ["admin0", "admin1", "admin2"]) {
      await assert.rejects(psql("postgres", old, "SELECT 1"), /password authentication failed/);
      await assert.rejects(mongosh("root", old, "1", "admin"), /Authentication failed/);
    }
  });

  it("leaves no password where the server's statistics of statements tell of it", async () =>
    assert.equal(await psql("postgres", "admin3", "SELECT count(*) FROM pg_stat_statements WHERE query ~* 'password' OR query LIKE '%role2%'", "postgres"), "0"));

  it("keeps the exchange over a restart of Redis, and its health without a password", async () => {
    const id = await container("memo", "cache");
    await engine.getContainer(id).restart();
    for (let attempt = 0; attempt < 50 && (await redis("memo", "cache2", "PING").catch(() => "")) !== "PONG"; attempt += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(await redis("memo", "cache2", "PING"), "PONG");
    assert.match(await redis("memo", "cache0", "PING"), /NOAUTH|WRONGPASS/);
    const { Config } = await engine.getContainer(id).inspect();
    const [, check = ""] = Config.Healthcheck?.Test ?? [];
    await exec(id, {}, ["sh", "-c", check]);
    assert.match(await exec(id, { REDISCLI_AUTH: "any" }, ["redis-cli", "--user", "stackbook-health", "GET", "kept"]), /NOPERM/);
  });

  it("sets the present passwords on volumes that are new", async () => {
    await project.close();
    project = await Project.create(program);
    await want(project, { admin: 2, login: 3, cache: 2 });
    await project.mustUp();
    assert.equal(await psql("memo_user_b", "role3", "SELECT current_user"), "memo_user");
    await assert.rejects(psql("memo_user", "role3", "SELECT 1"), /password authentication failed|is not permitted to log in/);
    assert.equal(await redis("mps", "cache2", "PING"), "PONG");
    assert.equal(await mongosh("mps_user_b", "role3", "db.notes.countDocuments()"), "0");
    assert.equal(await mongosh("root", "admin2", "1", "admin"), "1");
  });
});
