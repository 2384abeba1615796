import * as assert from "node:assert/strict";
import { image, runOnce, TestContainer } from "./support";

const password = "pg secret'1";

describe("the postgres image", function () {
  this.timeout(180_000);
  let server: TestContainer;
  const psql = (sql: string, database = "motel", env: Record<string, string> = { PGPASSWORD: password }): Promise<string> =>
    server.mustExec(["psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", "postgres", database], env, sql);

  before(async () => {
    server = await TestContainer.start(await image("postgres"), {
      user: "999:999", data: "/var/lib/postgresql/data", tmpfs: ["/var/run/postgresql"],
      env: {
        POSTGRES_USER: "postgres", POSTGRES_PASSWORD: password, POSTGRES_DB: "motel", PGDATA: "/var/lib/postgresql/data/pgdata",
        POSTGRES_INITDB_ARGS: "--data-checksums --auth-host=scram-sha-256 --auth-local=scram-sha-256",
      },
      command: ["postgres", "-c", "max_connections=37"],
    });
    await server.ready(["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"]);
  });
  after(() => server.remove());

  it("is version 16, with checksums, the options it was started with and the official image's locale", async () => {
    assert.match(await psql("SHOW server_version"), /^16\./);
    assert.equal(await psql("SHOW data_checksums"), "on");
    assert.equal(await psql("SHOW max_connections"), "37");
    assert.equal(await psql("SELECT datcollate FROM pg_database WHERE datname = 'motel'"), "en_US.utf8");
  });

  it("keeps passwords as SCRAM, and refuses a wrong one, by network and by socket", async () => {
    assert.match(await psql("SELECT left(rolpassword, 13) FROM pg_authid WHERE rolname = 'postgres'"), /^SCRAM-SHA-256/);
    for (const host of ["127.0.0.1", "/var/run/postgresql", "/tmp"]) {
      const wrong = await server.exec(["psql", "-h", host, "-U", "postgres", "-c", "SELECT 1"], { PGPASSWORD: "wrong" });
      assert.notEqual(wrong.code, 0);
      assert.match(wrong.output, /password authentication failed/);
    }
  });

  it("gives a script its variables by \\getenv, secrets with quotes included", async () => {
    const sql = "\\getenv word WORD\nCREATE ROLE app LOGIN PASSWORD :'word';\nSELECT :'word';\n";
    assert.equal(await psql(sql, "motel", { PGPASSWORD: password, WORD: "it's \"so\"" }), "it's \"so\"");
    const login = await server.exec(["psql", "-X", "-h", "127.0.0.1", "-U", "app", "motel", "-Atc", "SELECT current_user"], { PGPASSWORD: "it's \"so\"" });
    assert.equal(login.output, "app");
  });

  it("has the extensions that monitoring and applications ask for", async () => {
    await psql('CREATE EXTENSION pgcrypto; CREATE EXTENSION pg_trgm; CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION pg_stat_statements');
    assert.equal(await psql("SELECT encode(digest('a', 'md5'), 'hex')"), "0cc175b9c0f1b6a831c399e269772661");
  });

  it("dumps in the custom format and restores what it dumped", async () => {
    await psql("CREATE TABLE rooms (number int PRIMARY KEY, name text); INSERT INTO rooms SELECT i, 'Zimmer ' || i || ' ü' FROM generate_series(1, 500) i");
    await server.mustExec(["sh", "-ec", "pg_dump -h 127.0.0.1 -U postgres -Fc -f /tmp/motel.dump motel && createdb -h 127.0.0.1 -U postgres copy && pg_restore -h 127.0.0.1 -U postgres --exit-on-error -d copy /tmp/motel.dump"], { PGPASSWORD: password });
    const fingerprint = "SELECT count(*), md5(string_agg(number || name, ',' ORDER BY number)) FROM rooms";
    assert.equal(await psql(fingerprint, "copy"), await psql(fingerprint));
  });

  it("keeps what was committed through a SIGKILL", async () => {
    await psql("CREATE TABLE kept (i int); INSERT INTO kept VALUES (42)");
    await server.kill();
    await server.replace();
    await server.ready(["pg_isready", "-q", "-h", "127.0.0.1", "-U", "postgres"]);
    assert.equal(await psql("SELECT i FROM kept"), "42");
    assert.match(await server.logs(), /Skipping initialization/);
  });

  it("stops at the image's own signal with a checkpoint", async () => {
    assert.equal(await server.stop(), 0);
    assert.match(await server.logs(), /database system is shut down/);
  });

  it("refuses to start without a password", async () => {
    const { code, output } = await runOnce(await image("postgres"), "999:999", [], ["--tmpfs", "/var/lib/postgresql/data:uid=999", "--tmpfs", "/var/run/postgresql"]);
    assert.notEqual(code, 0);
    assert.match(output, /superuser password is not specified/);
  });
});
