import assert from "node:assert/strict";
import type { Container } from "../../../../operations/engine";
import { Problem } from "../../../../operations/problem";
import { RefusedProblem, type Preview } from "../../../../operations/preview";
import { checks } from "../../../../operations/routine/checks";
import { noCli } from "../support/fakes";
import { container } from "../support/prometheus";
import { FakeLooking, series, type Given } from "./support";

const labels = (service: string, role = "app", system = "motel"): Record<string, string> => ({ "stackbook.stack": "prod", "stackbook.system": system, "stackbook.service": service, "stackbook.role": role, "stackbook.slot": "a" });
const backend = container("motel-backend-a-0", { labels: labels("backend") });
const database = container("motel-database", { labels: labels("database", "database"), networks: [{ name: "motel-data", aliases: [] }] });
const made = (...all: readonly Container[]) => ({ containers: all.map(({ id, image, labels: own, name }) => ({ id, name, image: image.reference, labels: own, leaving: false })), pending: [] });

const given = (found: readonly Container[], more: Given = {}): Given => ({ engine: { containers: () => Promise.resolve(found) }, stack: { state: made(backend, database) }, ...more });

describe("containers of a list", () => {
  const of = (found: readonly Container[], more: Given = {}) => checks.containers(new FakeLooking(given(found, more)), "motel");

  it("are those that the stack made: all of them run", async () => {
    const finding = await of([backend, database]);
    assert.deepEqual([finding.verdict, finding.says], ["good", "2 of 2 run and are healthy"]);
  });

  const bad: readonly (readonly [string, readonly Container[], RegExp])[] = [
    ["one is gone", [backend], /^motel-database is gone$/],
    ["one has ended", [backend, { ...database, state: "exited", exitCode: 137, outOfMemory: true, health: undefined }], /^motel-database ended with exit code 137 \(out of memory\)$/],
    ["one fails its check", [{ ...backend, health: "unhealthy" }, database], /^motel-backend-a-0 fails its health check/],
  ];
  for (const [why, found, says] of bad) {
    it(`are bad when ${why}`, async () => {
      const finding = await of(found);
      assert.equal(finding.verdict, "bad");
      assert.match(finding.says, says);
      assert.match(finding.run?.[0] ?? "", /^npx stackbook --stack prod logs motel (database|backend) --since 1h$/);
    });
  }

  it("are worth a look when one was started again, or is starting", async () => {
    assert.deepEqual([(await of([{ ...backend, restarts: 2 }, database])).verdict, (await of([{ ...backend, health: "starting" }, database])).verdict], ["look", "look"]);
    assert.equal((await of([{ ...backend, restarts: 2, startedAt: new Date("2026-11-01T00:00:00Z") }, database])).verdict, "good", "long before the period");
  });

  it("are bad when another image runs than the release has", async () => {
    const release = { number: 3, sequence: 1, at: "2026-11-20T00:00:00Z", operation: { command: "deploy", what: "deploy", who: "ops" }, configHash: "", config: {}, tools: {}, systems: { motel: { version: "1", slot: "a", images: { backend: "sha256:other", frontend: "sha256:f" } } } } as const;
    const finding = await of([backend, database], { outputs: { release } });
    assert.equal(finding.verdict, "bad");
    assert.match(finding.says, /^motel-backend-a-0 runs .*release 3 has/);
  });

  it("of a system that was halted are as somebody wanted it, and not green", async () => {
    const settings = { "stackbook:systems": { value: JSON.stringify({ motel: { halted: { at: "2026-11-21T08:00:00Z", by: "ops@desk", why: "breach" } } }) } };
    const finding = await of([backend], { stack: { state: made(backend, database), settings } });
    assert.equal(finding.verdict, "look");
    assert.match(finding.says, /^halted since .* by ops@desk: breach/);
  });
});

describe("drift and rules of a list", () => {
  const cli = (preview: () => Promise<Preview>) => ({ ...noCli, preview: (options?: object) => (asked.push(options ?? {}), preview()) });
  let asked: object[] = [];
  beforeEach(() => (asked = []));
  const of = (check: "drift" | "policies", preview: () => Promise<Preview>, found = [backend, database]) => checks[check](new FakeLooking(given(found, { stack: { state: made(backend, database), cli: cli(preview) } })), "stack");
  const change = { op: "update", urn: "urn", type: "docker:index/container:Container", name: "motel-backend" } as const;

  it("are nothing when a preview with refresh finds nothing", async () => {
    assert.equal((await of("drift", () => Promise.resolve({ changes: [] }))).verdict, "good");
    assert.deepEqual(asked, [{ refresh: true }]);
  });

  it("are what a preview would change, and what the engine has that nobody made", async () => {
    const finding = await of("drift", () => Promise.resolve({ changes: [change] }), [backend, database, container("stranger", { labels: labels("x") })]);
    assert.equal(finding.verdict, "bad");
    assert.deepEqual(finding.details, ["stranger has the stack's labels, and the stack knows nothing of it", "motel-backend: update"]);
  });

  it("are bad when an update would be refused, and not known when the CLI can't be asked", async () => {
    const refused = await of("drift", () => Promise.reject(new RefusedProblem(["systems.motel.version is 1.10"])));
    assert.deepEqual([refused.verdict, refused.says], ["bad", "an update would be refused: systems.motel.version is 1.10"]);
    await assert.rejects(of("drift", () => Promise.reject(new Problem("the Pulumi CLI was not found"))), /not found/);
  });

  it("hold every rule of the pack, or name those that don't", async () => {
    assert.equal((await of("policies", () => Promise.resolve({ changes: [] }))).verdict, "good");
    assert.deepEqual(asked, [{ policies: true }]);
    assert.match((await of("policies", () => Promise.reject(new RefusedProblem(["pinned-images: motel-backend"])))).says, /^refused: pinned-images/);
  });
});

describe("isolation of a list", () => {
  const plain = { HostConfig: { PortBindings: {}, NetworkMode: "bridge" } };
  const of = (found: readonly Container[], whole: object = plain) => checks.isolation(new FakeLooking(given(found, { engine: { containers: () => Promise.resolve(found), inspectWhole: () => Promise.resolve(whole as Readonly<Record<string, unknown>>) } })), "motel");
  const near = (name: string, service: string, system = "motel") => container(name, { labels: labels(service, "app", system), networks: [{ name: "motel-data", aliases: [] }] });

  it("shows who shares the database's network", async () => {
    const finding = await of([database, near("motel-backend-a-0", "backend")]);
    assert.deepEqual([finding.verdict, finding.says], ["good", "no port is published; in their networks: motel backend"]);
  });

  it("is broken by a published port, a frontend, or another system", async () => {
    assert.match((await of([database], { HostConfig: { PortBindings: { "5432/tcp": [{}] } } })).says, /^motel-database publishes 5432\/tcp on the host$/);
    assert.match((await of([database, near("motel-frontend-a-0", "frontend")])).says, /which visitors reach, shares a network/);
    assert.match((await of([database, near("sms-backend-a-0", "backend", "sms")])).says, /^sms-backend-a-0 of sms shares a network with motel-database$/);
  });
});

describe("ages of secrets", () => {
  const resource = (name: string, created: string) => ({ type: "random:index/randomPassword:RandomPassword", urn: `urn:pulumi:prod::stackbook::x::${name}`, created });
  const of = (resources: readonly object[]) => checks.secretAges(new FakeLooking({ stack: { cli: { ...noCli, run: () => Promise.resolve(JSON.stringify({ deployment: { resources } })) } } }), "motel");

  it("are told from when the state's own were made; of what was rotated the newest counts", async () => {
    const finding = await of([resource("motel-jwtSecret-1", "2026-11-01T10:00:00Z"), resource("motel-jwtSecret", "2024-11-01T10:00:00Z"), resource("sms-jwtSecret", "2020-01-01T00:00:00Z"), resource("backups-encryptionKey-1", "2025-01-01T00:00:00Z"), resource("backups-encryptionKey-2", "2026-11-11T10:00:00Z")]);
    assert.deepEqual([finding.verdict, finding.says], ["good", "2 secrets, the oldest (motel-jwtSecret) 20 days old"]);
  });

  it("of a quarter and more are worth a look", async () => {
    const finding = await of([resource("motel-jwtSecret", "2026-08-01T10:00:00Z")]);
    assert.deepEqual([finding.verdict, finding.run], ["look", ["npx stackbook --stack prod rotate motel --help"]]);
    assert.equal((await of([])).verdict, "unknown");
  });
});

describe("certificates and logins of a list", () => {
  it("tell the days left, by the alert's threshold", async () => {
    const of = (days: number) => checks.certificate(new FakeLooking({ figures: { left: [series(days, { system: "motel" })] } }), "stack");
    assert.deepEqual([(await of(60)).says, (await of(10)).says], ["it ends in 60 days", "certificate of motel ends in 10 days (limit 14 days)"]);
    assert.equal((await checks.certificate(new FakeLooking({ figures: {} }), "stack")).verdict, "unknown");
  });

  it("tell an attack, and many more than before", async () => {
    const of = (now: number, before: number, most: number, counted = 1) => checks.failedLogins(new FakeLooking({ figures: { now: [series(now)], before: [series(before)], most: [series(most)], counted: [series(counted)] } }), "fetms");
    assert.equal((await of(20, 15, 1)).verdict, "good");
    assert.equal((await of(90, 15, 2)).verdict, "look", "three times as many");
    assert.equal((await of(300, 290, 2)).verdict, "look", "more than ten an hour: the runbook's daily review");
    assert.equal((await of(90, 80, 40)).verdict, "bad", "somebody is guessing");
    assert.equal((await of(0, 0, 0, 0)).verdict, "unknown", "nobody counts");
  });
});
