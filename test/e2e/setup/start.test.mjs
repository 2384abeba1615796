import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { Clone, until } from "./clone.mjs";

/** One clone's life, in the order in which a user would live it. */
describe("npm start, stop and destroy on a clone", function () {
  this.timeout(600_000);
  const clone = new Clone("e2e-setup");
  let first;
  let login;

  before(async () => {
    await clone.usePorts();
    first = await clone.must("start");
  });
  after(() => clone.remove());

  it("starts motel, and every curl line it prints works as pasted", () => {
    const lines = first.split("\n").filter((line) => line.startsWith("curl "));
    assert.ok(lines.length >= 2, first);
    for (const line of lines) {
      const { status, stderr } = spawnSync("bash", ["-c", line.replace("curl ", "curl -fsS ")], { cwd: clone.folder, encoding: "utf8" });
      assert.equal(status, 0, `${line}\n${stderr}`);
    }
  });

  it("tells what runs, how to read the credentials, and three things to try, without a secret", () => {
    assert.match(first, /motel +1\.0\.0 +\d+ \(.*backend.*database.*\) +all healthy/);
    assert.match(first, /npm run -s credentials/);
    for (const part of ["deploy version 2.0.0", "break it", "go back"]) assert.ok(first.includes(part), part);
    login = JSON.parse(clone.shell(`node setup/credentials.mjs --json --stack ${clone.stack}`)).motel;
    for (const secret of [login.login.password, login.database.password]) {
      assert.ok(secret.length >= 16);
      assert.ok(!first.includes(secret));
      for (const log of ["update.log", "pulumi.log"]) assert.ok(!readFileSync(clone.path(".stackbook", "logs", log), "utf8").includes(secret), `a secret is in ${log}`);
    }
  });

  it("keeps the passphrase to its owner, and what the user wrote in the stack file", () => {
    assert.equal(statSync(clone.path(".stackbook", "passphrase")).mode & 0o777, 0o600);
    assert.match(clone.stackFile(), /# mine/);
    assert.match(clone.stackFile(), /motel:\n +version: 1\.0\.0/);
  });

  it("changes nothing the second time, and says so", async () => {
    const before = clone.onEngine("container");
    assert.match(await clone.must("start"), /Nothing changed \(/);
    assert.deepEqual(clone.onEngine("container"), before);
  });

  it("refuses to begin while another run is at work, and says who, with --no-wait; waits without", async () => {
    const one = clone.begin("start");
    await until("the lock", () => existsSync(clone.path(".stackbook", "lock")));
    const refused = await clone.run("start", ["--no-wait"]);
    assert.equal(refused.code, 75, refused.output);
    assert.match(refused.output, new RegExp(`npm start \\(process ${one.child.pid}, .*at work in this clone, and --no-wait was given`));
    const waited = await clone.run("start");
    assert.equal(waited.code, 0, waited.output);
    assert.match(waited.output, new RegExp(`waiting +npm start \\(process ${one.child.pid}`));
    assert.equal((await one.ended).code, 0);
  });

  it("repairs what a kill in the middle of an update left", async () => {
    clone.shell("pulumi config set --path stackbook:systems.motel.version 1.1.0");
    const killed = clone.begin("start");
    await until("the update's first change", () => /motel-\S+ +(created|updated)/.test(killed.output));
    process.kill(-killed.child.pid, "SIGKILL");
    await killed.ended;
    const output = await clone.must("start");
    assert.match(output, /lock +left behind by npm start/);
    assert.match(output, /an update was killed \(process \d+ no longer runs\): its lock on the stack is taken away/);
    assert.match(output, /motel +1\.1\.0 .*all healthy/);
    assert.match(await clone.must("start"), /Nothing changed/);
    assert.ok(!/"pending_operations"/.test(readFileSync(clone.path(".stackbook/state/.pulumi/stacks/stackbook", `${clone.stack}.json`), "utf8")));
  });

  it("removes a container that was made and never written down", async () => {
    const network = clone.onEngine("network").find((name) => name.startsWith("motel-web"));
    const image = spawnSync("docker", ["inspect", "--format", "{{.Image}}", clone.onEngine("container")[0]], { encoding: "utf8" }).stdout.trim();
    spawnSync("docker", ["create", "--name", "e2e-setup-orphan", "--label", `stackbook.stack=${clone.stack}`, "--label", "stackbook.role=app", "--network", network, image]);
    assert.ok(clone.onEngine("container").includes("e2e-setup-orphan"));
    assert.match(await clone.must("start"), /removed the container e2e-setup-orphan/);
    assert.ok(!clone.onEngine("container").includes("e2e-setup-orphan"));
  });

  it("stops everything, and brings the same containers back", async () => {
    const before = clone.onEngine("container");
    const stopped = await clone.must("stop");
    assert.match(stopped, /is stopped: \d+ containers/);
    const order = [...stopped.matchAll(/\(((?:[a-z]+)(?:, [a-z]+)*)\)$/gm)].map(([, roles]) => roles.split(", ").sort().join());
    assert.deepEqual(order, ["backup", "demo", "edge", "app", "cache,database"], stopped);
    assert.match(await clone.must("stop"), /Nothing of stack e2e-setup was running/);
    const started = await clone.must("start");
    const begun = [...started.matchAll(/starting (.*)$/gm)].map(([, names]) => names);
    assert.match(begun[0] ?? "", /motel-database/, started);
    assert.match(begun.at(-3) ?? "", /^edge-/, started);
    assert.match(started, /Nothing changed/);
    assert.deepEqual(clone.onEngine("container"), before);
  });

  it("makes again what was removed behind its back", async () => {
    const lost = clone.onEngine("container").find((name) => name.startsWith("motel-frontend"));
    spawnSync("docker", ["rm", "-f", lost]);
    const output = await clone.must("start");
    assert.match(output, new RegExp(`the container ${lost} is gone from the engine; the update makes it again`));
    assert.match(output, /motel .*all healthy/);
  });

  it("says what to do when the passphrase is lost, and repairs its mode", async () => {
    const file = clone.path(".stackbook", "passphrase");
    renameSync(file, `${file}.away`);
    const { code, output } = await clone.run("start");
    renameSync(`${file}.away`, file);
    assert.equal(code, 1);
    assert.match(output, /the stack's passphrase is lost: .*passphrase is missing/);
    assert.match(output, /npm run destroy -- --forget/);
    chmodSync(file, 0o644);
    assert.match(await clone.must("start"), /others could read .*\(mode 0644\); now its owner alone can \(0600\)/);
  });

  it("switches a system off without losing it when another is asked for", async () => {
    const output = await clone.must("start", ["--systems", "sms"]);
    assert.match(output, /motel is no longer asked for: switched off .* its data and passwords stay/);
    assert.match(clone.stackFile(), /motel:\n +version: 1\.1\.0\n +enabled: false/);
    assert.ok(clone.onEngine("volume").some((name) => name.startsWith("motel-database")));
    assert.ok(!clone.onEngine("container").some((name) => name.startsWith("motel")));
    assert.match(await clone.must("start", ["--systems", "motel"]), /motel +1\.1\.0 .*all healthy/);
  });

  it("keeps the data on destroy, and opens it again with the same passwords", async () => {
    const rows = () => clone.shell(`docker exec $(docker ps -q --filter label=stackbook.stack=${clone.stack} --filter label=stackbook.system=motel --filter label=stackbook.role=database) bash -c 'PGPASSWORD="$POSTGRES_PASSWORD" psql -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -Atc "select count(*) from kept"'`).trim();
    clone.shell(`docker exec $(docker ps -q --filter label=stackbook.stack=${clone.stack} --filter label=stackbook.system=motel --filter label=stackbook.role=database) bash -c 'PGPASSWORD="$POSTGRES_PASSWORD" psql -h 127.0.0.1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" -c "create table kept as select generate_series(1,7)"'`);
    const destroyed = await clone.must("destroy", ["--yes"]);
    assert.match(destroyed, /Kept: the data in .*motel-database/);
    assert.deepEqual(clone.onEngine("container"), []);
    assert.ok(clone.onEngine("volume").some((name) => name.startsWith("motel-database")));
    await clone.must("start");
    assert.equal(rows(), "7");
    assert.equal(JSON.parse(clone.shell(`node setup/credentials.mjs --json --stack ${clone.stack}`)).motel.database.password, login.database.password);
  });

  it("refuses to remove data without a terminal or --yes, and leaves nothing behind with it", async () => {
    const refused = await clone.run("destroy", ["--data"]);
    assert.equal(refused.code, 1);
    assert.match(refused.output, /--data removes every row and file, and there is no terminal to ask on/);
    const gone = await clone.must("destroy", ["--data", "--yes"]);
    assert.match(gone, /No container, network or volume of this stack is left/);
    for (const kind of ["container", "network", "volume"]) assert.deepEqual(clone.onEngine(kind), [], kind);
  });
});
