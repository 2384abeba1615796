import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../../operations/commands/types";
import type { Engine } from "../../../operations/engine";
import { Problem } from "../../../operations/problem";
import { planRotation, type Asked } from "../../../operations/rotation/plan";
import { byHand } from "../../../operations/rotation/texts";
import type { Stack } from "../../../operations/stack";
import { StackFile } from "../../../operations/stackFile";
import { factsOf } from "../../../config/facts";
import { load } from "../config/fixtures";
import { container } from "./support/prometheus";
import { FakeAgents, FakeCli, stackbook, stackWith, type Said } from "./support/fakes";

const configured = { "stackbook:systems": { motel: { version: "1.0.0" }, mps: { version: "1.0.0" }, sms: { version: "1.0.0" } } };

/** A stack as its outputs tell of it; `reached` is what its last release had. */
function stackOf(cli: FakeCli, settings: Record<string, unknown> = configured, more: Partial<Stack["outputs"]> = {}, reached: Record<string, unknown> = configured): Stack {
  const base = stackWith(cli);
  const facts = factsOf(load(settings, { stack: "dev" }));
  const release = { number: 3, config: Object.fromEntries(Object.entries(reached).map(([key, value]) => [key, JSON.stringify(value)])) } as unknown as NonNullable<Stack["outputs"]["release"]>;
  const systems = Object.fromEntries(facts.systems.map(({ id }) => [id, { title: id, version: "1.0.0", enabled: true, url: "" }]));
  return { ...base, outputs: { ...base.outputs, facts, systems, release, monitoring: { prometheus: "https://prometheus.localhost:8443/", grafana: null }, ...more } };
}

describe("what a rotation exchanges", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "stackbook-rotate-"))));
  afterEach(() => rmSync(root, { recursive: true }));

  const fileOf = (text: string): StackFile => {
    writeFileSync(join(root, "Pulumi.dev.yaml"), text);
    return new StackFile(join(root, "Pulumi.dev.yaml"));
  };
  const plan = (asked: Partial<Asked>, text = "config:\n  stackbook:systems: { motel: {}, mps: {}, sms: {} }\n", stack: Partial<Stack> = {}): ReturnType<typeof planRotation> =>
    planRotation({ whose: "motel", what: [], all: false, ...asked }, { stack: { ...stackOf(new FakeCli()), ...stack }, file: fileOf(text) });
  const refused = (asked: Partial<Asked>, ...more: [text?: string, stack?: Partial<Stack>]): string => {
    try {
      plan(asked, ...more);
    } catch (error) {
      assert.ok(error instanceof Problem && error.exitCode === 2, String(error));
      return error.remedy.join("\n");
    }
    return assert.fail("it was planned");
  };

  it("is one counter for each secret, one higher", () => {
    assert.deepEqual(plan({ what: ["database", "redis"] }).exchanges.map(({ ends, from, path, to }) => [path.join("."), from, to, ends]), [
      ["systems.motel.rotations.databasePassword", 0, 1, undefined],
      ["systems.motel.rotations.cachePassword", 0, 1, undefined],
    ]);
    const text = "config:\n  stackbook:systems: { motel: { rotations: { jwtSecret: 4 } } }\n";
    const reached = stackOf(new FakeCli(), configured, {}, { "stackbook:systems": { motel: { rotations: { jwtSecret: 4 } } } });
    assert.deepEqual(plan({ what: ["jwt"] }, text, reached).exchanges.map(({ from, to }) => [from, to]), [[4, 5]]);
  });

  it("is not raised again where an update that failed has raised it: that one is brought to its end", () => {
    const text = "config:\n  stackbook:systems: { motel: { rotations: { databasePassword: 1 } } }\n";
    assert.deepEqual(plan({ what: ["database"] }, text).exchanges.map(({ from, to }) => [from, to]), [[1, 1]]);
  });

  it("says what ends, and for whom", () => {
    assert.match(plan({ what: ["jwt"] }).exchanges[0]?.ends ?? "", /Motel Manager: every session ends, and everybody signs in again: the application takes one key \(motel\.md\)/);
    const mps = plan({ whose: "mps", what: ["jwt"] }).exchanges.map(({ ends, name }) => [name, /every session ends/.test(ends ?? "")]);
    assert.deepEqual(mps, [["mps jwtAccessSecret", true], ["mps jwtRefreshSecret", true]]);
    assert.match(plan({ whose: "mps", what: ["jwtAccessSecret"] }).exchanges[0]?.ends ?? "", /whoever has a refresh token gets a new one by it, and stays signed in/);
    assert.match(plan({ whose: "mps", what: ["jwtRefreshSecret"] }).exchanges[0]?.ends ?? "", /every session ends/);
    assert.match(plan({ whose: "sms", what: ["backupEncryptionKey"] }).exchanges[0]?.ends ?? "", /earlier key alone, which `npm run -s credentials` goes on showing/);
  });

  it("is everything of a system, or of all of them with what belongs to the stack", () => {
    assert.deepEqual(plan({ all: true }).exchanges.map(({ name }) => name), ["motel jwtSecret", "motel databasePassword", "motel databaseAdminPassword", "motel cachePassword", "motel monitorPassword"]);
    const all = plan({ whose: "all", all: true });
    const names = all.exchanges.map(({ name }) => name);
    for (const name of ["mps jwtRefreshSecret", "sms backupEncryptionKey", "mps cachePassword", "operator", "pass", "backup-key"]) assert.ok(names.includes(name), name);
    assert.deepEqual(names.filter((name, at) => names.indexOf(name) !== at), [], "none twice");
    assert.deepEqual(all.absent.filter((why) => /Grafana|sms runs without Redis/.test(why)), ["sms runs without Redis", "there is no Grafana here"]);
    assert.deepEqual(plan({ whose: "stack", what: ["backup-key"] }).exchanges.map(({ from, path, to }) => [path.join("."), from, to]), [["backups.encryption.generation", 1, 2]]);
    assert.deepEqual(plan({ whose: "motel", what: ["operator"] }).exchanges.map(({ name }) => name), ["operator"], "whosever it is asked for with");
  });

  it("names what a person gave, with the way to exchange it", () => {
    const secret = { secret: true };
    const settings = { "motel:jwtSecret": secret, "motel:API_TOKEN": secret, "alerts:ops.webhook": secret, "stackbook:systems": { value: "{}" } };
    const given = plan({ all: true }, undefined, { settings });
    assert.deepEqual(given.given, ["motel:API_TOKEN", "motel:jwtSecret"]);
    assert.ok(!given.exchanges.some(({ name }) => name === "motel jwtSecret"));
    assert.deepEqual(plan({ whose: "all", all: true }, undefined, { settings }).given, ["alerts:ops.webhook", "motel:API_TOKEN", "motel:jwtSecret"]);
    assert.match(refused({ what: ["jwt"] }, undefined, { settings }), /motel:jwtSecret: given by you/);
    assert.equal(byHand("motel:jwtSecret", "prod"), "openssl rand -hex 48 | pulumi config set --secret motel:jwtSecret --stack prod");
    assert.match(byHand("backups:offsite.secretAccessKey", "prod"), /a new pair from the store's provider/);
    assert.match(byHand("backups:encryptionKey.2", "prod"), /config set --secret backups:encryptionKey\.3 --stack prod/);
  });

  it("refuses what isn't there, all of it at once", () => {
    assert.match(refused({ whose: "memo", what: ["jwt", "tokens"] }), /memo is no system of the stack dev: use mps, motel, sms[\s\S]*tokens is nothing to exchange/);
    assert.match(refused({}), /say what to exchange: jwt, database/);
    assert.match(refused({ all: true, what: ["jwt"] }), /--all and jwt: give one of them/);
    assert.match(refused({ whose: "stack", what: ["database"] }), /database belongs to a system: npx stackbook rotate <system> database/);
    assert.match(refused({ whose: "sms", what: ["redis"] }), /sms runs without Redis/);
    assert.match(refused({ whose: "stack", what: ["grafana"] }), /there is no Grafana here/);
    assert.match(refused({ what: ["login"] }), /motel has no demo's login here/);
  });
});

describe("stackbook rotate", () => {
  let root: string;
  let cli: FakeCli;
  let agents: FakeAgents;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "stackbook-rotate-"));
    cli = new FakeCli();
    agents = new FakeAgents();
    writeFileSync(join(root, "Pulumi.dev.yaml"), "# ours\nconfig:\n  stackbook:systems:\n    motel:\n      version: 1.0.0 # the first\n");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const motel = { "stackbook:systems": { motel: { version: "1.0.0" } } };
  const backend = (id: string): ReturnType<typeof container> => container(`motel-backend-${id}`, { labels: { "stackbook.service": "backend" } });
  /** Of the backends before and after; the cache's health check tells how it was made. */
  const withContainers = (ids: () => readonly string[], healthTest = ["CMD-SHELL", "redis-cli --user stackbook-health ping"]): void => {
    agents.containers = ((labels) => Promise.resolve(labels["stackbook.role"] === "cache" ? [container("motel-cache-1", { healthTest })] : ids().map(backend))) satisfies Engine["containers"];
  };
  const run = (argv: readonly string[], change: Partial<Context> = {}): Promise<Said> =>
    stackbook(["rotate", ...argv], stackOf(cli, motel, { backups: { motel: { agent: "motel-backup-1", drill: null, keyId: "generation-2", stores: [] } } }, motel), agents, { root, ...change });
  const written = (): string => readFileSync(join(root, "Pulumi.dev.yaml"), "utf8");

  it("raises the counters in the stack file, and asks nobody where nobody notices", async () => {
    let after = false;
    cli.onUp = () => void (after = true);
    withContainers(() => [after ? "2" : "1"]);
    const { code, out, progress } = await run(["motel", "database", "redis", "--why", "quarterly"]);
    assert.equal(code, 0, out);
    assert.equal(written(), "# ours\nconfig:\n  stackbook:systems:\n    motel:\n      version: 1.0.0 # the first\n      rotations:\n        databasePassword: 1\n        cachePassword: 1\n  stackbook:sequence: 1\n");
    assert.deepEqual(cli.updates, ["rotate motel database redis: quarterly"]);
    assert.match(progress.join("\n"), /motel databasePassword\n {2}motel cachePassword\nNobody notices/);
    assert.match(out, /2 secrets were exchanged in .*Tried, and dead: the application's earlier login in its database \(motel\)[\s\S]*No container runs any more that was started with an old secret/s);
    assert.match(out, /a new one, which has the new secrets: npx stackbook recovery-kit/);
    assert.deepEqual(agents.commands(), ["motel-backup-1 checkpoint"], "backups to come hold the new secrets");
  });

  it("asks where something ends, and exchanges nothing on a no", async () => {
    withContainers(() => ["1"]);
    const before = written();
    const asked: string[] = [];
    const { code, err } = await run(["motel", "jwt"], { confirm: (question) => (asked.push(question), Promise.resolve(false)) });
    assert.equal(code, 130, err);
    assert.deepEqual(asked, ["rotate motel jwt, in the stack dev?"]);
    assert.deepEqual([cli.updates, written()], [[], before]);
    cli.onUp = () => withContainers(() => ["2"]);
    assert.equal((await run(["motel", "jwt", "--yes"])).code, 0);
  });

  it("says that a Redis from before is replaced once", async () => {
    withContainers(() => [], ["CMD-SHELL", "redis-cli ping | grep -q PONG"]);
    const { progress } = await run(["motel", "redis", "--yes"]);
    assert.match(progress.join("\n"), /Motel Manager: its Redis is from before November 2026 .* replaced, once; what needs it fails for about two seconds/);
  });

  it("fails where something goes on with an old secret", async () => {
    withContainers(() => ["1"]);
    const { code, out } = await run(["motel", "database"]);
    assert.equal(code, 1);
    assert.match(out, /FAILED: motel-backend-1 runs with what it had before: docker rm -f motel-backend-1/);
  });

  it("leaves the counters raised when the update fails, and says how it goes on", async () => {
    withContainers(() => ["1"]);
    cli.onUp = () => {
      throw new Problem("the update failed:", ["motel backend is unhealthy"]);
    };
    const { code, err } = await run(["motel", "database"]);
    assert.equal(code, 1);
    assert.match(err, /the exchange has not come to its end:\n[\s\S]*motel backend is unhealthy[\s\S]*what was not ended yet still opens[\s\S]*npx stackbook rotate motel database\. It exchanges nothing twice/);
    assert.match(written(), /databasePassword: 1/);
    cli.onUp = () => withContainers(() => ["2"]);
    assert.equal((await run(["motel", "database"])).code, 0);
    assert.match(written(), /databasePassword: 1\n {2}stackbook:sequence: 2/);
  });

  it("makes a backup with the new key and checks it, and that an earlier one still opens", async () => {
    withContainers(() => []);
    const entry = (backup: string, keyId: string, startedAt: string): object => ({ backup, keyId, startedAt });
    const verified: string[] = [];
    agents.answers = {
      checkpoint: {}, run: { backup: "motel/daily/3", bytes: 2048, seconds: 1, stores: ["local"], problems: [] },
      list: [entry("motel/daily/2", "generation-1", "2026-11-20"), entry("motel/daily/1", "generation-1", "2026-11-19")],
      verify: (_container: string, { backup }: { backup: string }) => (verified.push(backup), { backup, parts: [{ name: "database", ok: backup !== "motel/daily/9" }] }),
    };
    const { code, out } = await run(["stack", "backup-key", "--yes"]);
    assert.equal(code, 0, out);
    assert.match(written(), /stackbook:backups:\n {4}encryption:\n {6}kind: symmetric\n {6}generation: 2\n/);
    assert.deepEqual(verified, ["motel/daily/3", "motel/daily/2"]);
    assert.match(out, /motel\/daily\/3: taken with the key generation-2 \(2\.0 KiB\), and every part opens\.\nmotel\/daily\/2: of the key generation-1, and every part still opens\./);
    assert.match(out, /Keep a new recovery kit, today: npx stackbook recovery-kit/);
    agents.answers = { ...agents.answers, verify: { backup: "x", parts: [{ name: "database", ok: false, problem: "no key" }] } };
    const bad = await run(["stack", "backup-key", "--yes"]);
    assert.equal(bad.code, 1);
    assert.match(bad.out, /FAILED: motel\/daily\/3: database does not open: no key/);
  });

  it("says before everything is exchanged what isn't among it", async () => {
    withContainers(() => []);
    agents.answers = { checkpoint: {}, list: [], run: { backup: "motel/daily/3", bytes: null, seconds: 1, stores: [], problems: [] } };
    cli.secretOutputs = {};
    const { code, out, progress } = await run(["all", "jwt", "--yes"]);
    assert.equal(code, 0, out);
    assert.doesNotMatch(progress.join("\n"), /change-secrets-provider/);
    let question = "";
    const all = await run(["all", "--all"], { confirm: (asked) => ((question = asked), Promise.resolve(false)) });
    assert.deepEqual([all.code, question], [130, "rotate all --all, in the stack dev?"]);
    assert.match(all.progress.join("\n"), /not among them: .* change it first, and come back: pulumi stack change-secrets-provider passphrase --stack dev/);
  });

  it("takes no lock for what is asked wrongly", async () => {
    const { code, err } = await run(["motel", "everything"]);
    assert.equal(code, 2);
    assert.match(err, /everything is nothing to exchange: use jwt, /);
    assert.deepEqual(cli.updates, []);
  });
});
