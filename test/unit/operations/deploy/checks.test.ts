import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackupEntry } from "../../../../backups/protocol";
import type { Context } from "../../../../operations/commands/types";
import { backupProblems, judgeBackup } from "../../../../operations/deploy/backups";
import { chooseImages, retagged } from "../../../../operations/deploy/images";
import { readDeploy, type DeployOptions } from "../../../../operations/deploy/options";
import { freeBytes, precheck, unfinished, type Looking } from "../../../../operations/deploy/prechecks";
import { stagingProblem } from "../../../../operations/deploy/staging";
import type { Engine } from "../../../../operations/engine";
import { Problem } from "../../../../operations/problem";
import type { Stack } from "../../../../operations/stack";
import { StackFile } from "../../../../operations/stackFile";
import { compare } from "../../../../operations/truth";
import { FakeEngine } from "../support/engine";
import { FakeAgents, FakeCli, stackWith } from "../support/fakes";
import { container } from "../support/prometheus";

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;
const request = (options: DeployOptions = {}, version = "2.0.0"): ReturnType<typeof readDeploy> => readDeploy(options, "motel", version, ["motel"]);
const folder = mkdtempSync(join(tmpdir(), "stackbook-checks-"));
after(() => rmSync(folder, { recursive: true }));

function file(motel: string): StackFile {
  writeFileSync(join(folder, "Pulumi.dev.yaml"), `config:\n  stackbook:systems:\n    motel: ${motel}\n`);
  return new StackFile(join(folder, "Pulumi.dev.yaml"));
}

describe("the images of a version", () => {
  const reference = `registry.example.org/motel/backend:1.0.0@${digest("1")}`;
  const choose = (options: DeployOptions, engine: Partial<Engine>, motel = `{ services: { backend: { image: "${reference}" } } }`, environment = "prod"): ReturnType<typeof chooseImages> =>
    chooseImages(request(options), file(motel), new FakeEngine(engine), environment);
  const away = (): Promise<string> => Promise.reject(new Problem("the registry did not answer"));

  it("are of the same repository, with the version as tag and the digest that the registry has", async () => {
    assert.equal(retagged(reference, "2.0.0"), "registry.example.org/motel/backend:2.0.0");
    const { images, problems } = await choose({}, { registryDigest: (asked) => Promise.resolve(asked.endsWith(":2.0.0") ? digest("2") : "") });
    assert.deepEqual([images, problems], [{ backend: `registry.example.org/motel/backend:2.0.0@${digest("2")}` }, []]);
  });

  it("are refused where the registry does not answer, with what to give in their place", async () => {
    const { problems } = await choose({}, { registryDigest: away });
    assert.match(problems.join(), /did not answer; name it with --backend-image <reference>@sha256:<digest>, or --backend-image same/);
    // A developer's own image is in no registry.
    const local = { registryDigest: away, image: () => Promise.resolve({ id: "sha256:x", digests: [], bytes: 1, createdAt: "" }) };
    assert.deepEqual((await choose({}, local, undefined, "dev")).images, { backend: "registry.example.org/motel/backend:2.0.0" });
  });

  it("are those that are given; a pinned one must be there", async () => {
    const given = `registry.example.org/other:9@${digest("9")}`;
    assert.deepEqual((await choose({ backendImage: given }, { image: () => Promise.resolve(undefined), registryDigest: () => Promise.resolve(digest("9")) })).images, { backend: given });
    assert.match((await choose({ backendImage: given }, { image: () => Promise.resolve(undefined), registryDigest: away })).problems.join(), /did not answer/);
    assert.deepEqual((await choose({ backendImage: "same" }, {})).images, { backend: reference });
  });

  it("are none where the version says it: built ones", async () => {
    assert.deepEqual(await choose({}, {}, "{ version: 1.0.0, services: { backend: { image: reference-app } } }"), { images: {}, problems: [] });
  });
});

describe("staging before production", () => {
  const stack = (environment: string): Stack => ({ ...stackWith(new FakeCli()), name: "acme/stackbook/prod", outputs: { environment } });
  const ran = (version: string, backend: string): Stack => ({ ...stack("staging"), outputs: { environment: "staging", releases: [{ systems: { motel: { version, images: { backend, frontend: backend } } } }] } as unknown as Stack["outputs"] });
  const ask = (options: DeployOptions, staging: Stack | undefined, images: Record<string, string> = {}, environment = "prod"): Promise<string | undefined> => {
    const names: (string | undefined)[] = [];
    const context = { openStack: (name: string | undefined) => (names.push(name), staging === undefined ? Promise.reject(new Problem("no such stack")) : Promise.resolve(staging)) } as unknown as Context;
    return stagingProblem(request(options), images, stack(environment), context).finally(() => assert.ok(names.every((name) => name === (options.staging ?? "acme/stackbook/staging")), names.join()));
  };

  it("is asked of the stack beside, or of one that is named", async () => {
    assert.equal(await ask({}, ran("2.0.0", "x")), undefined);
    assert.equal(await ask({ staging: "try" }, ran("2.0.0", "x")), undefined);
    assert.match((await ask({}, ran("1.9.0", "x"))) ?? "", /staging has not run motel 2\.0\.0: deploy it there first.*--skip-staging/);
    assert.match((await ask({}, undefined)) ?? "", /can't be known \(no such stack\)/);
  });

  it("must have been the same build", async () => {
    const image = `a/b:2.0.0@${digest("2")}`;
    assert.equal(await ask({}, ran("2.0.0", `mirror/b@${digest("2")}`), { backend: image }), undefined);
    assert.match((await ask({}, ran("2.0.0", `a/b@${digest("3")}`), { backend: image })) ?? "", /another build/);
  });

  it("is nobody's business outside production, nor where it was said why not", async () => {
    assert.equal(await ask({}, undefined, {}, "staging"), undefined);
    assert.equal(await ask({ skipStaging: "it is down" }, undefined), undefined);
  });
});

describe("checks before a deploy", () => {
  const entry = (change: Partial<BackupEntry> = {}): BackupEntry => ({ backup: "motel/daily/2026-11-21T020000Z", store: "local", tier: "daily", startedAt: "2026-11-21T02:00:00Z", ageSeconds: 8 * 3600, bytes: 1, parts: ["database"], version: "1.0.0", reason: "", keyId: "k1", readable: true, verifiedAt: "2026-11-21T02:01:00Z", drilledAt: null, ...change });

  it("want a backup that is fresh and whole", () => {
    assert.equal(judgeBackup(entry(), 24), undefined);
    assert.match(judgeBackup(entry({ ageSeconds: 27 * 3600 }), 24) ?? "", /is 27 h 0 min old, it should be 24 h at most/);
    assert.match(judgeBackup(entry({ ageSeconds: 15 * 3600 }), 12) ?? "", /12 h at most/);
    assert.match(judgeBackup(entry({ problem: "no signature" }), 24) ?? "", /can't be used \(no signature\)/);
  });

  it("verify the last backup where nobody has", async () => {
    const agents = new FakeAgents();
    const looking = { stack: stackWith(new FakeCli()), engine: agents, say: () => undefined };
    agents.answers = { list: [entry({ verifiedAt: null })], verify: { backup: "b", parts: [{ name: "database", ok: true }] } };
    assert.deepEqual(await backupProblems("motel", looking), { problems: [], notes: [] });
    assert.deepEqual(agents.commands(), ["motel-backup-1 list", "motel-backup-1 verify"]);
    agents.answers = { ...agents.answers, verify: { backup: "b", parts: [{ name: "database", ok: false, problem: "checksum" }] } };
    assert.match((await backupProblems("motel", looking)).problems.join(), /is damaged \(database: checksum\)/);
    agents.answers = { list: [] };
    assert.match((await backupProblems("motel", looking)).notes.join(), /the update takes the first one/);
    assert.match((await backupProblems("memo", looking)).notes.join(), /is not backed up/);
  });

  it("read what is left of the disk", () => {
    assert.equal(freeBytes("Filesystem 1024-blocks Used Available Capacity Mounted on\noverlay 100 60 2048 40% /\n"), 2048 * 1024);
    assert.equal(freeBytes("df: command not found"), undefined);
  });

  it("explain what an interrupted deploy has left; a version that is only kept warm is in nobody's way", () => {
    assert.match(unfinished(request(), { file: file("{ version: 1.0.0, beside: { version: 2.0.0, percent: 50 } }") }).join(), /2\.0\.0 has stopped at 50 %.*--continue, or --abort/);
    assert.deepEqual(unfinished(request(), { file: file("{ version: 2.0.0, beside: { version: 1.0.0, percent: 0 } }") }), []);
    assert.deepEqual(unfinished(request(), { file: file("{ version: 1.0.0 }") }), []);
  });

  it("end early for a system that is switched off or halted", async () => {
    const look = (outputs: object, motel: string): Looking => ({ stack: { ...stackWith(new FakeCli()), outputs: { facts: { systems: [] }, systems: { motel: { title: "Motel", version: "1.0.0", enabled: true, url: "" } }, ...outputs } as unknown as Stack["outputs"] }, engine: new FakeEngine({ volumes: () => Promise.resolve([]) }), context: {} as unknown as Context, file: file(motel), say: () => undefined });
    assert.match((await precheck(request(), look({ systems: { motel: { enabled: false } } }, "{}"), undefined)).problems.join(), /motel is switched off/);
    assert.match((await precheck(request(), look({}, "{ halted: { at: x, by: y } }"), undefined)).problems.join(), /motel is halted: resume it first/);
    assert.match((await precheck(request(), look({ facts: undefined }, "{}"), undefined)).problems.join(), /run pulumi up once/);
  });
});

describe("whether what runs is what the record says", () => {
  const app = (service: string, image: string, change: object = {}): ReturnType<typeof container> => container(`motel-${service}-a-0`, { image: { id: image, reference: image }, labels: { "stackbook.system": "motel", "stackbook.service": service, "stackbook.role": "app", "stackbook.slot": "a", "stackbook.version": "1.0.0" }, ...change });
  const both = [app("backend", "sha256:b"), app("frontend", "sha256:f")];
  const stack = (change: object = {}): Pick<Stack, "name" | "outputs" | "state"> => ({
    name: "dev", state: { pending: [], containers: both.map(({ id, labels, name }) => ({ id, name, image: "", labels, leaving: false })) },
    outputs: { release: { number: 2, systems: { motel: { version: "1.0.0", slot: "a", images: { backend: "sha256:b", frontend: "sha256:f" }, ...change } } } } as unknown as Stack["outputs"],
  });

  it("is so when every container runs the image that was recorded", () => assert.deepEqual(compare(stack(), both, "motel"), []));

  it("is not when an image is another, a container is missing or stopped, or one too many is there", () => {
    assert.match(compare(stack(), [app("backend", "sha256:other"), app("frontend", "sha256:f")], "motel").join(), /motel-backend-a-0 runs sha256:other .* release 2 has sha256:b/);
    assert.match(compare(stack(), [app("frontend", "sha256:f")], "motel").join(), /is gone.*no backend of motel 1\.0\.0 runs in slot a/);
    assert.match(compare(stack(), [app("backend", "sha256:b", { state: "exited" }), app("frontend", "sha256:f")], "motel").join(), /no backend of motel/);
    assert.match(compare(stack(), [...both, app("backend", "sha256:b", { id: "x", name: "stranger" })], "motel").join(), /stranger has the stack's labels/);
  });

  it("wants the version beside, too", () => {
    assert.match(compare(stack({ beside: { version: "2.0.0", percent: 10, images: {} } }), both, "motel").join(), /no backend of motel 2\.0\.0 runs in slot b/);
    assert.match(compare({ name: "dev", outputs: {} }, both).join(), /no record/);
  });
});
