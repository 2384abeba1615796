import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeTables } from "../../../operations/evidence/connections";
import { hideEnvironment, Veil } from "../../../operations/evidence/secrets";
import { exitCodes } from "../../../operations/problem";
import type { Stack } from "../../../operations/stack";
import { motel, piece } from "../halts/fakeHands";
import { FakeContainers } from "./support/containers";
import { noCli, stackbook, type Said } from "./support/fakes";

const password = "s3cret-of-the-database";
const tables = "= tcp\n  sl  local_address rem_address   st\n   0: 0300A8C0:1538 0500A8C0:9C40 01 0:0 0:0 0 999 0\n= tcp6\n   0: 00000000000000000000000001000000:0FA1 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0\n";

describe("stackbook evidence", () => {
  let folder: string;
  let engine: FakeContainers;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-evidence-"));
    const edge = piece("edge", "edge", { labels: { "stackbook.stack": "dev", "stackbook.system": "stack", "stackbook.role": "edge", "stackbook.service": "edge" } });
    engine = new FakeContainers([...motel().slice(0, 3), edge]);
    engine.hands.change(motel()[1]?.id ?? "", { state: "exited" });
    engine.inspectWhole = (id) => Promise.resolve({ Id: id, Config: { Env: [`DATABASE_URL=postgres://motel_user:${password}@db/x`, "NODE_ENV=production"] } });
    engine.processes = () => Promise.resolve([["PID", "CMD"], ["1", `node server.js --password ${password}`]]);
    engine.stats = () => Promise.reject(new Error("it ends right now"));
    engine.answer = () => ({ code: 0, out: tables, err: "" });
    engine.logs = (container, _options, onLine) => {
      const text = container === edge.id ? '{"kind":"access","system":"motel","path":"/api"}' : `connects to postgres://motel_user:${password}@db/x`;
      onLine({ at: "2026-11-21T10:00:00.000000000Z", stream: "out", text });
      if (container === edge.id) onLine({ at: "2026-11-21T10:00:00.000000000Z", stream: "out", text: '{"kind":"access","system":"memo","path":"/"}' });
      return Promise.resolve();
    };
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (...argv: readonly string[]): Promise<Said> => {
    const stack: Stack = { name: "dev", outputs: { environment: "prod" }, dockerHost: undefined, cli: noCli, state: { containers: [], pending: [] } };
    return stackbook(["evidence", ...argv], stack, engine, { root: folder, locate: () => Promise.resolve({ name: "dev", dockerHost: undefined }), stackFile: () => `config:\n  motel:jwtSecret:\n    secure: v1:abcdef==\n  note: ${password}\n` });
  };
  const unpack = (file: string): void => void execFileSync("tar", ["-xzf", file, "-C", folder, "--strip-components=1"]);
  const read = (path: string): string => readFileSync(join(folder, path), "utf8");

  it("keeps what there is in one archive with checksums, without a secret, and changes nothing", async () => {
    const { code, err, out } = await run("motel", "--output", join(folder, "case.tar.gz"));
    assert.equal(code, 0, err);
    assert.match(out, /^3 containers of motel in .*case\.tar\.gz \(.*\)\.\nsha256 [0-9a-f]{64}, .*\nCould not be had:\n(?: {2}use of (?:backend|database): it ends right now\n){2}$/);
    execFileSync("sha256sum", ["--check", "--quiet", "case.tar.gz.sha256"], { cwd: folder });
    unpack(join(folder, "case.tar.gz"));
    assert.deepEqual(readdirSync(join(folder, "containers")).sort(), ["backend", "cache", "database"]);
    assert.deepEqual(readdirSync(join(folder, "containers/backend")).sort(), ["connections.txt", "inspect.json", "log.txt", "processes.txt"]);
    assert.deepEqual(readdirSync(join(folder, "containers/cache")).sort(), ["inspect.json", "log.txt"], "what does not run has no processes");
    assert.equal(read("containers/backend/connections.txt"), "tcp 192.168.0.3:5432 192.168.0.5:40000 ESTABLISHED uid 999\ntcp6 [0:0:0:0:0:0:0:1]:4001 [0:0:0:0:0:0:0:0]:0 LISTEN uid 0\n");
    assert.equal(read("edge.jsonl"), '{"kind":"access","system":"motel","path":"/api"}\n', "of its own visitors");
    assert.match(read("states.txt"), /^cache\texited/m);
    assert.match(read("stack-file.yaml"), /secure: \[not shown\]/);
    assert.equal((JSON.parse(read("stack.json")) as { outputs: { environment: string } }).outputs.environment, "prod");
    const { by, files, missing } = JSON.parse(read("manifest.json")) as { by: string; missing: string[]; files: { path: string; sha256: string }[] };
    assert.deepEqual([by, missing.length], ["ops@desk", 2]);
    execFileSync("sha256sum", ["--check", "--quiet", "-"], { cwd: folder, input: files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join("") });
    rmSync(join(folder, "case.tar.gz"));
    assert.throws(() => execFileSync("grep", ["-rqF", password, folder]), "grep finds it nowhere");
    assert.deepEqual(engine.done, []);
  });

  it("goes to a folder of its own by default, and never over what is there", async () => {
    const { out } = await run();
    assert.match(out, /^4 containers of all systems in .*\.stackbook\/evidence\/dev-all-20261121T100000Z\.tar\.gz/);
    const again = await run();
    assert.equal(again.code, exitCodes.usage);
    assert.match(again.err, /is there already\n {2}Give another name: evidence is never written over/);
  });

  it("refuses a system or a time that is none, and leaves no file", async () => {
    assert.match((await run("nope")).err, /nope is no system\n {2}Use one of: .*; without one, all of the stack/);
    assert.equal((await run("motel", "--since", "yesterday")).code, exitCodes.usage);
    assert.ok(!existsSync(join(folder, ".stackbook")));
  });

  it("holds what else is known where the engine has nothing of a system", async () => {
    const { code, progress } = await run("sms", "--output", join(folder, "none.tar.gz"));
    assert.deepEqual([code, progress], [0, ["the engine has no container of sms: the archive holds what else is known"]]);
    unpack(join(folder, "none.tar.gz"));
    assert.ok(existsSync(join(folder, "stack.json")));
  });
});

describe("what evidence hides", () => {
  it("is every variable that is not known as plain, and its value wherever else it stands", () => {
    const { hidden, shown } = hideEnvironment(["PATH=/bin", "JWT_SECRET=abcdefgh", "MY_OWN=something-long-enough", "FLAG=true", "EMPTY="]);
    assert.deepEqual(shown, ["PATH=/bin", "JWT_SECRET=[not shown, 8 characters]", "MY_OWN=[not shown, 21 characters]", "FLAG=[not shown, 4 characters]", "EMPTY="]);
    assert.deepEqual(hidden, ["abcdefgh", "something-long-enough"]);
    const veil = new Veil([...hidden, "postgres://u:p%40ssword@db/x"]);
    for (const form of ["abcdefgh", Buffer.from("abcdefgh").toString("base64"), "p%40ssword"]) assert.ok(!veil.over(`x ${form} y`).includes(form), form);
    assert.equal(veil.over("nothing of it"), "nothing of it");
  });

  it("are no connections: the kernel's tables are read as addresses", () => {
    assert.deepEqual(describeTables("= udp\n  1: 3500007F:0035 00000000:0000 07 0:0 0:0 0 101 0\nbroken\n"), ["udp 127.0.0.53:53 0.0.0.0:0 uid 101"]);
  });
});
