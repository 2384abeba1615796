import assert from "node:assert/strict";
import fc from "fast-check";
import { choices, irreversibleSince, releaseBefore, releaseNumbered, type History } from "../../../operations/rollback/choose";
import { readOptions } from "../../../operations/rollback/options";
import { Problem } from "../../../operations/problem";
import { changes, settingsAsRecorded, settingsOf, stackEdits, standsBeside, systemEdit } from "../../../operations/rollback/settings";
import type { ReleasedSystem, ReleaseRecord } from "../../../releases/record";

const image = (version: string): string => `registry.example.org/motel:${version}@sha256:${version.replace(/\D/g, "").padEnd(64, "0")}`;

function record(number: number, motel: Partial<ReleasedSystem> & { readonly version: string }, systems: object = { motel: { version: motel.version } }): ReleaseRecord {
  return {
    number, sequence: number, at: `2026-11-2${number}T10:00:00.000Z`, operation: { command: "deploy", what: `deploy motel ${motel.version}`, who: "ops@desk" }, configHash: String(number),
    config: { "stackbook:systems": JSON.stringify(systems), "stackbook:domain": "example.org" },
    systems: { motel: { slot: "a", images: { backend: image(motel.version), frontend: image(motel.version) }, ...motel } }, tools: {},
  };
}

describe("what a rollback brings back of a system", () => {
  const today = {
    "stackbook:systems": {
      motel: {
        version: "2.0.0", services: { backend: { image: image("2.0.0"), replicas: 3, settings: { LEVEL: "debug" } } }, maxBodyMiB: 50,
        rotations: { jwtSecret: 4 }, halted: { at: "2026-11-21", by: "ops@desk" }, maintenance: [{ by: "ops@desk" }], restore: { id: "r1", backup: "latest" },
      },
      sms: { version: "5.0.0" },
    },
  };
  const then = { "stackbook:systems": { motel: { version: "1.0.0", services: { backend: { image: image("1.0.0"), replicas: 2 } }, rotations: { jwtSecret: 1 } } } };
  const kept = { rotations: { jwtSecret: 4 }, halted: { at: "2026-11-21", by: "ops@desk" }, maintenance: [{ by: "ops@desk" }], restore: { id: "r1", backup: "latest" } };

  it("is all of it, but for what counts onwards and what a person has shut", () => {
    assert.deepEqual(systemEdit("motel", "release", today, then)?.to, { version: "1.0.0", services: { backend: { image: image("1.0.0"), replicas: 2 } }, ...kept });
  });

  it("is the code alone: version and images, with today's settings", () => {
    assert.deepEqual(systemEdit("motel", "code", today, then)?.to, { version: "1.0.0", services: { backend: { image: image("1.0.0"), replicas: 3, settings: { LEVEL: "debug" } } }, maxBodyMiB: 50, ...kept });
  });

  it("is the settings alone: today's version and images stay", () => {
    assert.deepEqual(systemEdit("motel", "config", today, then)?.to, { version: "2.0.0", services: { backend: { image: image("2.0.0"), replicas: 2 } }, ...kept });
  });

  it("is nothing of a system that the release didn't have", () => assert.equal(systemEdit("sms", "release", today, then), undefined));

  it("never leaves a second version beside, and gives the visitors to one that still stands", () => {
    const held = { "stackbook:systems": { motel: { version: "2.0.0", slot: "b", beside: { version: "1.0.0", percent: 0 } } } };
    const before = { "stackbook:systems": { motel: { version: "1.0.0" } } };
    assert.deepEqual(systemEdit("motel", "code", held, before)?.to, { version: "1.0.0", slot: "a" });
    assert.equal(standsBeside({ version: "2.0.0", beside: { version: "1.5.0" } }, { version: "1.0.0" }), false);
    assert.equal(standsBeside({ version: "2.0.0", beside: { version: "1.0.0", services: { backend: { image: "other" } } } }, { version: "1.0.0" }), false);
  });

  it("is of the whole stack every key but what is kept, and never a secret", () => {
    const now = { ...today, "motel:jwtSecret": { secure: "v1:abc" }, "stackbook:sequence": 9, "stackbook:maintenance": [{ by: "ops@desk" }], "stackbook:edge": { httpsPort: 8443, blocked: ["192.0.2.0/24"] }, "stackbook:contact": "new@example.org" };
    const edits = stackEdits(now, { ...then, "stackbook:sequence": "3", "stackbook:edge": { httpsPort: 443 } });
    assert.deepEqual(edits.map(({ path, to }) => [path.join("."), to]), [
      ["stackbook:contact", undefined],
      ["stackbook:edge", { httpsPort: 443, blocked: ["192.0.2.0/24"] }],
      ["stackbook:systems.motel", systemEdit("motel", "release", now, then)?.to],
      ["stackbook:systems.sms", undefined],
    ]);
  });

  it("keeps what is kept and changes nothing twice, whatever the settings", () => {
    const value = fc.jsonValue({ maxDepth: 2 });
    const system = fc.record({ version: fc.string({ minLength: 1 }), rotations: value, halted: value, maintenance: value, restore: value, domain: value, services: fc.dictionary(fc.constantFrom("backend", "frontend"), fc.record({ image: value, replicas: value }, { requiredKeys: [] })) }, { requiredKeys: ["version"] });
    fc.assert(
      fc.property(system, system, fc.constantFrom("release", "config", "code"), (now, before, form) => {
        const settings = (motel: unknown): Record<string, unknown> => ({ "stackbook:systems": { motel: JSON.parse(JSON.stringify(motel)) as unknown } });
        const first = systemEdit("motel", form, settings(now), settings(before));
        assert.ok(first);
        const to = first.to as Record<string, unknown>;
        const plain = JSON.parse(JSON.stringify(now)) as Record<string, unknown>;
        for (const key of ["rotations", "halted", "maintenance", "restore"]) assert.deepEqual(to[key], plain[key]);
        const second = systemEdit("motel", form, settings(to), settings(before));
        assert.ok(second !== undefined && !changes(second), "a second time there is nothing to do");
      }),
    );
  });

  it("reads a release's settings as its program got them", () => {
    assert.deepEqual(settingsOf({ config: { "stackbook:systems": '{"motel":{"version":"1.10"}}', "stackbook:domain": "example.org", "stackbook:protectData": "false" } }), { "stackbook:systems": { motel: { version: "1.10" } }, "stackbook:domain": "example.org", "stackbook:protectData": false });
    assert.deepEqual(settingsAsRecorded({ "stackbook:domain": "old.example.org", "sms:apiKey": { secure: "v1:a" } }, { config: { "stackbook:domain": "example.org" } }).map(({ path, to }) => [path[0], to]), [["stackbook:domain", "example.org"]]);
  });
});

describe("which release a rollback goes back to", () => {
  const history: History = {
    current: record(5, { version: "3.0.0" }, { motel: { version: "3.0.0", maxBodyMiB: 20 } }),
    earlier: [record(4, { version: "3.0.0" }), record(3, { version: "2.0.0", migration: { command: ["migrate"], irreversible: true }, backup: "motel/deploy/3" }), record(2, { version: "1.0.0" }), record(1, { version: "1.0.0" })],
  };

  it("is the last with other code, or other settings", () => {
    assert.equal(releaseBefore(history, "motel", "code", "dev").number, 3);
    assert.equal(releaseBefore(history, "motel", "config", "dev").number, 4);
    assert.equal(releaseBefore(history, undefined, "release", "dev").number, 4);
  });

  it("is offered once for each that was another one", () => assert.deepEqual(choices(history, "motel").map(({ number }) => number), [4, 3, 2]));

  it("is the one that is named, and an unknown one is refused with what there is", () => {
    assert.equal(releaseNumbered(history, "2", "dev").number, 2);
    assert.throws(() => releaseNumbered(history, "5", "dev"), /what the stack dev runs now/);
    assert.throws(() => releaseNumbered(history, "9", "dev"), (error) => error instanceof Problem && error.exitCode === 2 && error.remedy.join().includes("Use 1-4"));
  });

  it("is not reached by code alone where a migration in between can't be undone", () => {
    assert.deepEqual(irreversibleSince(history, record(2, { version: "1.0.0" }), "motel").map(({ number }) => number), [3]);
    assert.deepEqual(irreversibleSince(history, record(3, { version: "2.0.0" }), "motel"), []);
  });
});

describe("the options of a rollback", () => {
  const read = (options: object, system?: string, isTerminal = false) => readOptions(options, system, ["motel", "sms"], isTerminal);
  const problems = (options: object, system?: string): string => {
    try {
      read(options, system);
    } catch (error) {
      assert.ok(error instanceof Problem && error.exitCode === 2);
      return error.remedy.join("\n");
    }
    return "";
  };

  it("choose what is brought back", () => {
    assert.equal(read({ code: true }, "motel").form, "code");
    assert.equal(read({ to: "12" }, "motel").form, "release");
    assert.equal(read({ all: true }).form, "release");
    assert.deepEqual([read({ data: true }, "motel").form, read({ data: true }, "motel").data], [undefined, true]);
    assert.deepEqual([read({ because: "config-error" }, "motel").form, read({ because: "data-corruption" }, "motel").data], ["config", true]);
    assert.equal(read({ because: "performance" }, "motel").cause?.way, "restart");
  });

  it("are refused all at once, with what is allowed", () => {
    const said = problems({ config: true, code: true, because: "bad luck", to: "x" }, "memo");
    for (const part of ["no system memo: use motel, sms", "--config and --code", "--because is bad luck: use config-error, data-corruption, code, infrastructure, performance", "--because chooses", "--to is x"]) assert.ok(said.includes(part), `${part} in ${said}`);
    assert.match(problems({}), /of which system/);
    assert.match(problems({}, "motel"), /nobody is there to choose/);
    assert.match(problems({ all: true, data: true }), /leave out/);
    assert.match(problems({ config: true, data: true }, "motel"), /--config touches no data/);
    assert.equal(read({}, "motel", true).form, undefined);
  });
});
