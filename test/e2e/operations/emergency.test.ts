import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { containersOf, engine } from "../support/engine";
import { startLoad, Visitor } from "../support/http";
import type { Outputs } from "../support/stack";
import { Clone } from "./support/clone";
import { Doors, type Logins } from "./support/logins";

const httpsPort = 31343;
const stack = new Clone("e2e-halt", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 31344, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 10 },
  "stackbook:demo": { seed: true, traffic: false },
  "stackbook:monitoring": { enabled: false },
  "stackbook:backups": { enabled: false },
  "stackbook:systems": { motel: { version: "1.0.0" }, memo: { version: "1.0.0" } },
});
const doors = new Doors(stack.stack, "motel", "postgres");

interface Piece {
  readonly id: string;
  readonly service: string;
  readonly role: string;
  readonly running: boolean;
  readonly startedAt: string;
  readonly networks: readonly string[];
}

describe("stopping a system in an emergency", function () {
  this.timeout(900_000);
  let outputs: Outputs;
  let motel: Visitor;
  let memo: Visitor;
  let earlier: readonly Piece[];
  let rowsBefore: string;

  before(async () => {
    await stack.start();
    await stack.up();
    outputs = await stack.outputs();
    motel = new Visitor(`https://motel.localhost:${httpsPort}`, outputs.caCertificate);
    memo = new Visitor(`https://memo.localhost:${httpsPort}`, outputs.caCertificate);
    const { token } = await motel.json<{ token: string }>("/api/auth/login", { json: outputs.credentials["motel"]?.login });
    assert.equal((await motel.ask("/api/suites", { headers: { authorization: `Bearer ${token}` }, json: { number: "R1", name: "Written before", beds: 2 } })).status, 201);
    [earlier, rowsBefore] = [await pieces(), await rows()];
  });
  after(async () => {
    motel.close();
    memo.close();
    await stack.destroy();
  });

  const pieces = async (system = "motel"): Promise<readonly Piece[]> => {
    const found = await Promise.all((await containersOf(stack.stack, { system })).map(({ Id }) => engine.getContainer(Id).inspect()));
    return found.map(({ Config, Id, NetworkSettings, State }) => ({
      id: Id, service: Config.Labels["stackbook.service"] ?? "", role: Config.Labels["stackbook.role"] ?? "", running: State.Running,
      startedAt: State.StartedAt, networks: Object.keys(NetworkSettings.Networks).sort(),
    })).sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const rows = async (): Promise<string> => {
    const { database, databaseAdminPassword } = (await stack.outputs()).credentials["motel"] as unknown as Logins;
    return doors.sql("postgres", databaseAdminPassword, database.name, "select count(*), md5(string_agg(s::text, '' order by s.id)) from suites s");
  };
  const up = (of: readonly Piece[]): string[] => of.filter(({ running }) => running).map(({ service }) => service).sort();
  const settings = (): { readonly version: string; readonly halted?: unknown } => (stack.settings()["stackbook:systems"] as { motel: { version: string; halted?: unknown } }).motel;
  const served = async (): Promise<string> => (await motel.json<{ version: string }>("/api/version")).version;

  it("ends everything of it while a deploy has the lock and its update runs, the data cleanly, and nobody else notices", async () => {
    const others = startLoad(`https://memo.localhost:${httpsPort}`, outputs.caCertificate, "/api/health", 3);
    const deploy = stack.stackbook("deploy", "motel", "1.1.0", "--watch", "0", "--yes");
    // The new version is being started: the update is in its middle.
    while (!(await containersOf(stack.stack, { system: "motel", version: "1.1.0" })).some(({ State }) => State === "running")) await new Promise((resolve) => setTimeout(resolve, 50));
    const { code, out, output } = await stack.stackbook("emergency-stop", "motel", "--why", "prices are wrong", "--yes", "--json");
    const ended = await deploy;
    assert.equal(code, 0, output);
    const told = JSON.parse(out) as { recorded: boolean; systems: readonly { system: string; seconds: number; containers: readonly string[]; problems: readonly string[] }[] };
    assert.deepEqual([told.recorded, told.systems.map(({ problems, system }) => [system, problems])], [true, [["motel", []]]]);
    assert.notEqual(ended.code, 0, ended.output);
    const now = await pieces();
    assert.deepEqual(up(now), []);
    // The order of who ends is in the unit tests: an update may start an application when the data is down already.
    const database = await engine.getContainer(now.find(({ role }) => role === "database")?.id ?? "").inspect();
    assert.equal(database.State.ExitCode, 0, "PostgreSQL was not killed");
    assert.deepEqual((await others.stop()).failures, {});
    assert.deepEqual(Object.keys(settings().halted as object), ["at", "by", "why"]);
  });

  it("stays so over plain updates, also one that looks at the real things", async () => {
    const stopped = await pieces();
    await stack.up();
    await stack.must("up", "--yes", "--skip-preview", "--refresh");
    assert.deepEqual(await pieces(), stopped, "nothing of it was started, removed or made anew");
    const page = await motel.ask("/", { headers: { accept: "text/html" } });
    assert.deepEqual([page.status, page.body.includes("prices are wrong"), page.headers["retry-after"]], [503, false, "300"]);
    assert.equal((await memo.ask("/api/health")).status, 200);
    assert.match((await stack.done("status")).out, /^motel +\S+ +halted +0\/4 [^]*^motel: halted since .*: prices are wrong$(?![^]*ended with exit code)/m);
    const later = await stack.stackbook("deploy", "motel", "1.1.0", "--watch", "0", "--yes");
    assert.notEqual(later.code, 0, later.output);
    assert.deepEqual(await pieces(), stopped, "a deploy does not start it either");
  });

  it("begins again by one command, with the version of the stack file and the data of before", async () => {
    const { code, output } = await stack.stackbook("restart", "motel", "--yes");
    assert.equal(code, 1, output);
    assert.match(output, /was stopped in an emergency[^]*npx stackbook resume/);
    // Whether the deploy had taken its version back is a matter of the moment; the stack file says.
    const { version } = settings();
    await stack.done("resume", "motel", "--yes");
    assert.equal(settings().halted, undefined);
    assert.equal(await served(), version);
    const stores = (of: readonly Piece[]): string[] => of.filter(({ role }) => role !== "app").map(({ id }) => id);
    assert.deepEqual(stores(await pieces()), stores(earlier), "the deploy that was under way may have replaced the applications, and nothing else");
    assert.equal(await rows(), rowsBefore);
    await stack.must("preview", "--expect-no-changes");
  });

  it("cuts it off and leaves its processes, of which evidence is taken, and connects it again", async () => {
    const [running, version] = [await pieces(), await served()];
    await stack.done("emergency-stop", "motel", "--isolate", "--why", "suspected breach", "--yes");
    const isolated = await pieces();
    assert.deepEqual(isolated, running.map((piece) => ({ ...piece, networks: [] })), "no process was ended or begun");
    await stack.up();
    assert.deepEqual(await pieces(), isolated);
    assert.equal((await motel.ask("/api/version")).status, 503);

    const folder = mkdtempSync(join(tmpdir(), "stackbook-evidence-"));
    try {
      const kept = await stack.done("evidence", "motel", "--output", join(folder, "case.tar.gz"));
      assert.match(kept.out, /^\d+ containers of motel in .*case\.tar\.gz/);
        execFileSync("sha256sum", ["--check", "--quiet", "case.tar.gz.sha256"], { cwd: folder });
      execFileSync("tar", ["-xzf", "case.tar.gz", "--strip-components=1"], { cwd: folder });
      const states = readFileSync(join(folder, "states.txt"), "utf8").trim().split("\n");
      assert.equal(states.length, isolated.length);
      assert.ok(states.every((line) => /\trunning\t.*\tnetworks none$/.test(line)), states.join("\n"));
      for (const name of readdirSync(join(folder, "containers"))) for (const file of ["inspect.json", "log.txt", "processes.txt", "stats.json"]) assert.ok(readFileSync(join(folder, "containers", name, file)).length > 0, `${name}/${file}`);
      const asked = readFileSync(join(folder, "edge.jsonl"), "utf8").trim().split("\n").map((line) => JSON.parse(line) as { path: string; status: number });
      assert.ok(asked.some(({ path, status }) => path === "/api/version" && status === 503), "what visitors got");
      assert.match(readFileSync(join(folder, "audit.jsonl"), "utf8"), /suspected breach/);
      const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as { files: readonly { path: string; sha256: string }[] };
      execFileSync("sha256sum", ["--check", "--quiet", "-"], { cwd: folder, input: manifest.files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join("") });
      const { cachePassword, database, databaseAdminPassword } = outputs.credentials["motel"] as unknown as Logins;
      for (const secret of [cachePassword, database.password, databaseAdminPassword]) assert.throws(() => execFileSync("grep", ["-rqF", secret, "."], { cwd: folder }), "no secret is in it");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }

    await stack.done("resume", "motel", "--yes");
    const again = await pieces();
    assert.deepEqual(again.map(({ id, networks }) => [id, networks]), running.map(({ id, networks }) => [id, networks]));
    assert.ok(again.every(({ startedAt }, at) => startedAt > (running[at]?.startedAt ?? "")), "what may be an intruder's does not get its networks back");
    assert.equal(await served(), version);
    assert.equal(await rows(), rowsBefore);
  });
});
