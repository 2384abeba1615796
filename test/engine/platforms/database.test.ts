import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { changes, Project } from "../support";
import { engine, onEngine, platformProgram, stack, want } from "./platformProject";

const program = platformProgram(`
for (const system of ["sms", "fetms"]) {
  const data = platform.createFolder(system, { name: "database", path: "/" }, false, {});
  const site = platform.createSite({ system, hasCache: false }, {});
  const secret = (name) => ({ generation: 0, current: pulumi.secret(name + "-of-" + system), earlier: [] });
  platform.createDatabase({
    system, site, data, spec: systems[system].database, adminPassword: secret("admin"), rolePassword: secret("role"),
    ...(wanted.monitor === undefined ? {} : { monitorPassword: pulumi.secret(wanted.monitor) }),
  }, {});
}
`);

/** How to log in: user, password and, for MongoDB, where the user is. */
interface Login {
  readonly user: string;
  readonly password: string;
}

const monitor = { user: "stackbook_monitor", password: "first" };
const application = { user: "sms_user", password: "role-of-sms" };

describe("what databases tell the monitoring", function () {
  this.timeout(300_000);
  let project: Project;
  before(async () => {
    project = await Project.create(program);
    await want(project, { monitor: monitor.password });
    await project.mustUp();
  });
  after(async () => {
    await project.close();
    assert.deepEqual(await onEngine(), []);
  });

  const exec = async (system: string, env: Readonly<Record<string, string>>, command: readonly string[]): Promise<string> => {
    const label = [`stackbook.stack=${stack}`, `stackbook.system=${system}`, "stackbook.role=database"];
    const [container] = await engine.listContainers({ filters: { label } });
    const settings = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    const { stdout } = await promisify(execFile)("docker", ["exec", ...settings, container?.Id ?? "", ...command]);
    return stdout.trim();
  };
  const psql = ({ user, password }: Login, database: string, sql: string): Promise<string> =>
    exec("sms", { PGPASSWORD: password }, ["psql", "-X", "-Atq", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", user, "-c", sql, database]);
  const mongosh = ({ user, password }: Login, database: string, script: string): Promise<string> =>
    exec("fetms", { HOME: "/tmp" }, ["mongosh", "--quiet", "--norc", `mongodb://${user}:${password}@127.0.0.1:27017/${database}`, "--eval", script]);

  it("has nothing to do a second time", async () => assert.deepEqual(changes(await project.mustUp()), []));

  it("counts PostgreSQL's statements, of all databases, for the monitoring", async () => {
    await psql(application, "student_management", "CREATE TABLE pupils (name text); INSERT INTO pupils VALUES ('Ada')");
    const seen = await psql(monitor, "postgres", "SELECT count(*) > 0 FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid WHERE datname = 'student_management' AND query LIKE 'INSERT INTO pupils%'");
    assert.equal(seen, "t");
    for (const view of ["pg_stat_activity", "pg_locks", "pg_stat_database", "pg_stat_replication"]) await psql(monitor, "student_management", `SELECT * FROM ${view}`);
  });

  it("shows the monitoring no row, and lets it change nothing", async () => {
    await assert.rejects(psql(monitor, "student_management", "SELECT * FROM pupils"), /permission denied for table pupils/);
    await assert.rejects(psql(monitor, "student_management", "CREATE TABLE mine (i int)"), /permission denied for schema public/);
    await assert.rejects(psql({ ...monitor, password: "wrong" }, "postgres", "SELECT 1"), /password authentication failed/);
  });

  it("leaves the application's own database, and so its dumps, as they were", async () =>
    assert.equal(await psql(application, "student_management", "SELECT string_agg(extname, ',') FROM pg_extension"), "plpgsql"));

  it("logs waits for locks and statements longer than the runbook's 5 s, without people's data", async () => {
    const settings = ["track_io_timing", "log_lock_waits", "log_min_duration_statement", "log_parameter_max_length", "data_checksums"];
    const shown = await Promise.all(settings.map((name) => psql(application, "student_management", `SHOW ${name}`)));
    assert.deepEqual(shown, ["on", "on", "5s", "0", "on"]);
  });

  it("starts FETMS's MongoDB so that it profiles from 100 ms on, after every restart", async () => {
    const label = [`stackbook.stack=${stack}`, "stackbook.system=fetms", "stackbook.role=database"];
    const [container] = await engine.listContainers({ filters: { label } });
    assert.equal(container?.Command.endsWith("mongod --profile 1 --slowms 100"), true, container?.Command);
  });

  it("shows MongoDB's monitoring the server's state and no document", async () => {
    await mongosh({ user: "fetms_user", password: "role-of-fetms" }, "fetms", "db.pupils.insertOne({ name: 'Ada' })");
    const admin = `fetms?authSource=admin`;
    assert.equal(await mongosh(monitor, admin, "db.serverStatus().ok"), "1");
    assert.equal(await mongosh(monitor, admin, "db.getCollection('system.profile').countDocuments({})"), "0");
    await assert.rejects(mongosh(monitor, admin, "db.pupils.findOne()"), /not authorized/);
  });

  it("changes the login's password with the stack's", async () => {
    await want(project, { monitor: "second" });
    assert.deepEqual(changes(await project.mustUp()).sort(), ["update fetms-database-role", "update sms-database-role"]);
    await assert.rejects(psql(monitor, "postgres", "SELECT 1"), /password authentication failed/);
    assert.equal(await psql({ ...monitor, password: "second" }, "postgres", "SELECT 1"), "1");
    assert.equal(await mongosh({ ...monitor, password: "second" }, "admin", "db.serverStatus().ok"), "1");
  });

  it("has no such login where nothing is monitored", async () => {
    await want(project, {});
    await project.mustUp();
    assert.equal(await psql({ user: "postgres", password: "admin-of-sms" }, "postgres", "SELECT count(*) FROM pg_roles WHERE rolname = 'stackbook_monitor'"), "0");
    await assert.rejects(mongosh({ ...monitor, password: "second" }, "admin", "1"), /Authentication failed/);
    await want(project, { monitor: "third" });
    await project.mustUp();
    assert.equal(await psql({ ...monitor, password: "third" }, "postgres", "SELECT 1"), "1");
  });
});
