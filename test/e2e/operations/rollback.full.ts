// Slow: nine updates of a clone of the repository, five minutes
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { containersOf, engine } from "../support/engine";
import { startLoad, Visitor } from "../support/http";
import type { Outputs } from "../support/stack";
import { Clone } from "./support/clone";

const httpsPort = 30543;
const origin = `https://motel.localhost:${httpsPort}`;
const clone = new Clone("e2e-back", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 30180, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 2 },
  "stackbook:demo": { seed: true, traffic: false },
  "stackbook:monitoring": { enabled: false },
  "stackbook:systems": { motel: { version: "1.0.0" } },
});

interface Seen {
  readonly version: string;
  readonly images: Readonly<Record<string, string>>;
  readonly memory: number;
  readonly settings: unknown;
  readonly suites: readonly string[];
}

describe("stackbook rollback", function () {
  this.timeout(900_000);
  let outputs: Outputs;
  let visitor: Visitor;
  let load: ReturnType<typeof startLoad>;
  const states: Seen[] = [];

  const motel = (): Record<string, unknown> => (clone.settings()["stackbook:systems"] as { motel: Record<string, unknown> }).motel;
  const headers = async (): Promise<Record<string, string>> => {
    const { token, accessToken } = await visitor.json<{ token?: string; accessToken?: string }>("/api/auth/login", { json: outputs.credentials["motel"]?.login });
    return { authorization: `Bearer ${accessToken ?? token ?? ""}` };
  };
  const addSuite = async (number: string): Promise<void> => {
    const answer = await visitor.ask("/api/suites", { json: { number, name: `Suite ${number}`, beds: 3 }, headers: await headers() });
    assert.equal(answer.status, 201, answer.body);
  };
  /** All that a rollback may bring back, from outside and from the engine. */
  const look = async (): Promise<Seen> => {
    const app = (await containersOf(clone.stack, { role: "app" })).filter(({ State }) => State === "running");
    const backend = app.find(({ Labels }) => Labels["stackbook.service"] === "backend");
    const { restore: _restore, ...settings } = motel();
    const { items } = await visitor.json<{ items: readonly { number: string }[] }>("/api/suites", { headers: await headers() });
    return {
      version: (await visitor.json<{ version: string }>("/api/version")).version,
      images: Object.fromEntries(app.map(({ ImageID, Labels }) => [Labels["stackbook.service"] ?? "", ImageID])),
      memory: (await engine.getContainer(backend?.Id ?? "").inspect()).HostConfig.Memory ?? 0,
      settings,
      suites: items.map(({ number }) => number).sort(),
    };
  };
  const release = async (): Promise<number> => (await clone.outputs()).release.number;

  before(async () => {
    await clone.start();
    await clone.up();
    outputs = await clone.outputs();
    visitor = new Visitor(origin, outputs.caCertificate);
    states[1] = await look();
    load = startLoad(origin, outputs.caCertificate, "/api/version", 4);
  });
  after(() => clone.destroy());

  it("brings back the version before, and nothing else", async () => {
    await addSuite("R1");
    clone.configure({ "stackbook:systems": { motel: { version: "2.0.0", maxBodyMiB: 20 } } });
    await clone.up();
    states[2] = await look();
    assert.equal(await release(), 2);
    const { output } = await clone.done("rollback", "motel", "--code", "--why", "checkout fails", "--yes");
    const now = await look();
    assert.deepEqual([now.version, now.images, now.suites], [states[1]?.version, states[1]?.images, states[2].suites]);
    assert.deepEqual(now.settings, { version: "1.0.0", maxBodyMiB: 20 });
    assert.match(output, /Back to release 1: motel 1\.0\.0.*\n {2}motel\n {4}- version: 2\.0\.0\n {4}\+ version: 1\.0\.0\n/s);
    assert.match(output, /done in .*, release 3\.\n/);
  });

  it("refuses the stack file from before it, in a preview and in an update, and touches nothing", async () => {
    const newest = readFileSync(clone.file, "utf8");
    const before = (await containersOf(clone.stack)).map(({ Id }) => Id).sort();
    writeFileSync(clone.file, newest.replace(/ *stackbook:sequence: .*\n/, "").replace("version: 1.0.0", "version: 2.0.0"));
    for (const args of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { code, output } = await clone.pulumi(...args);
      assert.notEqual(code, 0, args.join(" "));
      assert.match(output, /is older than the stack e2e-back: .*missing or 0.*had 1: rollback motel \(code\), by \S+ \(checkout fails\)/s);
    }
    const { code, output } = await clone.stackbook("rollback", "motel", "--code", "--yes");
    assert.equal(code, 1);
    assert.match(output, /is older than the stack/);
    assert.deepEqual((await containersOf(clone.stack)).map(({ Id }) => Id).sort(), before);
    await clone.done("settings", "pull", "--yes");
    assert.equal((motel() as { version: string }).version, "1.0.0");
    assert.deepEqual((await clone.must("preview", "--expect-no-changes")).code, 0);
  });

  it("can be rolled back itself", async () => {
    await clone.done("rollback", "motel", "--to", "2", "--yes");
    assert.deepEqual(await look(), states[2]);
  });

  it("brings back the settings before, with today's version", async () => {
    await clone.done("rollback", "motel", "--because", "config-error", "--yes");
    const now = await look();
    assert.deepEqual([now.version, now.images], [states[2]?.version, states[2]?.images]);
    assert.deepEqual(now.settings, { version: "2.0.0" });
  });

  it("drops no request over all this", async () => {
    const { answers, failures } = await load.stop();
    assert.ok(answers > 500, `${answers} answers`);
    assert.deepEqual(failures, {});
    load = startLoad(origin, outputs.caCertificate, "/api/version", 4);
  });

  it("brings back the data, and keeps what was there since in a safety backup", async () => {
    await addSuite("R2");
    const { out } = await clone.done("backup", "motel", "--json");
    const [{ backup }] = (JSON.parse(out) as { backups: [{ backup: string }] }).backups;
    const kept = await look();
    await addSuite("R3");
    const { output } = await clone.done("rollback", "motel", "--data", backup, "--yes");
    assert.deepEqual((await look()).suites, kept.suites);
    assert.match((await clone.done("backups", "list", "motel", "--tier", "safety")).output, /motel\/safety\//);
    assert.match(output, /rollback motel \(data of motel\/daily\/.*\): done/);
  });

  it("runs the program as it was then, and no other one afterwards", async () => {
    const then = await release();
    const earlier = await look();
    const catalogue = join(clone.folder, "systems/motel.ts");
    writeFileSync(catalogue, readFileSync(catalogue, "utf8").replace(/memoryMiB: \d+/, "memoryMiB: 333"));
    clone.commit("The backend gets less memory");
    await clone.up();
    assert.equal((await look()).memory, 333 * 1024 * 1024);
    const { output } = await clone.done("rollback", "motel", "--to", String(then), "--yes");
    assert.equal((await look()).memory, earlier.memory);
    assert.match(output, /checked out into \.stackbook\/worktrees[\s\S]*pins the program to commit/);
    const refused = await clone.pulumi("preview");
    assert.notEqual(refused.code, 0);
    assert.match(refused.output, /pins the program to commit [0-9a-f]{12}, to which a rollback brought it back, and this is commit [0-9a-f]{12}: nothing was touched/);
    // Forward again, on purpose.
    await clone.done("rollback", "motel", "--to", String(then + 1), "--yes");
    assert.equal((await look()).memory, 333 * 1024 * 1024);
    assert.equal(clone.settings()["stackbook:pinned"], undefined);
  });

  it("says before it touches anything what can't be had any more", async () => {
    const before = await look();
    const untouched = async (argv: readonly string[], said: RegExp): Promise<void> => {
      const { code, output } = await clone.stackbook("rollback", "motel", ...argv, "--yes");
      assert.notEqual(code, 0, argv.join(" "));
      assert.match(output, said);
      assert.deepEqual(await look(), before);
    };
    await untouched(["--to", "99"], /--to is 99: the stack e2e-back has no record of such a release\n {2}Use 1-/);
    // A release of a commit that was thrown away.
    const catalogue = join(clone.folder, "systems/motel.ts");
    const text = readFileSync(catalogue, "utf8");
    writeFileSync(catalogue, text.replace("memoryMiB: 333", "memoryMiB: 334"));
    clone.commit("To be thrown away");
    await clone.up();
    const gone = await release();
    clone.git("reset", "--quiet", "--hard", "HEAD~1");
    clone.git("reflog", "expire", "--expire=now", "--all");
    clone.git("gc", "--quiet", "--prune=now");
    await clone.up();
    Object.assign(before, await look());
    await untouched(["--to", String(gone)], /the commit of release \d+, [0-9a-f]{12}, is not in this clone\n {2}Get it: git fetch/);
    copyFileSync(clone.file, `${clone.file}.kept`);
    await untouched(["--to", "1", "--data", "motel/daily/2020-01-01T000000Z"], /2020-01-01T000000Z/);
  });

  it("keeps every visitor served, but for the data's exchange", async () => {
    const { answers, failures } = await load.stop();
    assert.ok(answers > 500, `${answers} answers`);
    // While data is exchanged visitors get the maintenance page, by design.
    assert.deepEqual(Object.keys(failures).filter((failure) => failure !== "status 503"), []);
  });
});
