import assert from "node:assert/strict";
import type { SystemConfig } from "../../../config/types";
import { referenceApp } from "../../../systems/reference";
import { load, onlyProblem, problemsOf, type StackFile } from "./fixtures";

const dev = { stack: "dev" };
const pinned = (name: string, digit: string): string => `registry.example.org/motel/${name}@sha256:${digit.repeat(64)}`;
const old = { backend: { image: pinned("backend:1.0.0", "1") }, frontend: { image: pinned("frontend:1.0.0", "2") } };
const next = { backend: { image: pinned("backend:2.0.0", "3") }, frontend: { image: pinned("frontend:2.0.0", "4") } };
const file = (system: object, id = "motel"): StackFile => ({ "stackbook:systems": { [id]: system } });

function only(system: object, id?: string): SystemConfig {
  const [found] = load(file(system, id), dev).systems;
  assert.ok(found);
  return found;
}

describe("a version beside another", () => {
  it("stands in the other slot, and serves nobody unless a share is given", () => {
    const { beside } = only({ version: "1.0.0", beside: { version: "2.0.0" } });
    assert.equal(beside?.slot, "b");
    assert.equal(beside.percent, 0);
    assert.equal(only({ slot: "b", version: "2.0.0", beside: { version: "1.0.0", percent: "25" } }).beside?.slot, "a");
    assert.equal(only({ version: "1.0.0", beside: { version: "2.0.0", percent: "25" } }).beside?.percent, 25);
    assert.equal(only({ version: "1.0.0" }).beside, undefined);
  });

  it("is made of what its system is made of, where that is built", () => {
    const build = { build: { context: "../motel" } };
    const { beside } = only({ version: "1.0.0", services: { backend: { image: build } }, beside: { version: "2.0.0" } });
    assert.deepEqual(beside?.images, { backend: { kind: "build", context: "../motel", args: {} }, frontend: { kind: "reference-app" } });
  });

  it("has images of its own, and the migration that its backend brings", () => {
    const { beside, migration } = only({ version: "1.0.0", services: old, beside: { version: "2.0.0", services: { ...next, backend: { image: "reference-app" } } }, migration: { irreversible: true } });
    assert.deepEqual(beside?.images, { backend: { kind: "reference-app" }, frontend: { kind: "registry", reference: next.frontend.image } });
    assert.deepEqual(migration, { command: ["npx", "prisma", "migrate", "deploy"], irreversible: true });
    assert.deepEqual(beside.migration, { command: referenceApp.migrate, irreversible: true });
  });

  it("says the same of both slots when the two are exchanged", () => {
    const before = only({ version: "1.0.0", services: old, beside: { version: "2.0.0", percent: 100, services: next } });
    const after = only({ version: "2.0.0", slot: "b", services: next, beside: { version: "1.0.0", percent: 0, services: old } });
    assert.equal(after.slot, before.beside?.slot);
    assert.equal(after.beside?.slot, before.slot);
    for (const service of ["backend", "frontend"] as const) {
      assert.deepEqual(after.services[service].image, before.beside?.images[service]);
      assert.deepEqual(after.beside?.images[service], before.services[service].image);
    }
    assert.deepEqual(after.migration, before.beside?.migration);
    assert.deepEqual(after.beside?.migration, before.migration);
  });

  const at = "systems.motel.beside";
  const refused: readonly { readonly says: string; readonly system: object; readonly path: string; readonly given: string; readonly fix: RegExp }[] = [
    { says: "without a version", system: { beside: { percent: 5 } }, path: `${at}.version`, given: "missing", fix: /letters, digits/ },
    { says: "with the system's own version", system: { version: "2.0.0", beside: { version: "2.0.0" } }, path: `${at}.version`, given: '"2.0.0"', fix: /another version than the system's own, "2\.0\.0", or name other images/ },
    { says: "with the version that the system has by default", system: { beside: { version: "1.0.0" } }, path: `${at}.version`, given: '"1.0.0"', fix: /default of systems\.motel\.version/ },
    { says: "with more than everybody", system: { beside: { version: "2.0.0", percent: 101 } }, path: `${at}.percent`, given: "101", fix: /0-100/ },
    { says: "with less than nobody", system: { beside: { version: "2.0.0", percent: -1 } }, path: `${at}.percent`, given: "-1", fix: /0-100/ },
    { says: "with a part of a visitor", system: { beside: { version: "2.0.0", percent: 0.5 } }, path: `${at}.percent`, given: "0.5", fix: /0-100/ },
    { says: "in a slot of its choice", system: { beside: { version: "2.0.0", slot: "b" } }, path: `${at}.slot`, given: "not a known key", fix: /systems\.motel\.slot/ },
    { says: "in a system that is stopped", system: { enabled: false, beside: { version: "2.0.0" } }, path: "systems.motel.enabled", given: "false", fix: /remove it, or remove systems\.motel\.beside/ },
    {
      says: "without an image, where the system's own is a reference",
      system: { version: "1.0.0", services: old, beside: { version: "2.0.0", services: { backend: next.backend } } },
      path: `${at}.services.frontend.image`, given: "missing", fix: /the frontend's image of 2\.0\.0.*repeat the system's own/,
    },
    {
      says: "with a secret among the build's arguments",
      system: { beside: { version: "2.0.0", services: { backend: { image: { build: { context: ".", args: { API_TOKEN: "x" } } } } } } },
      path: `${at}.services.backend.image.build.args.API_TOKEN`, given: "a secret in plain text", fix: /keep secrets out/,
    },
  ];
  for (const { fix, given, path, says, system } of refused) {
    it(`is refused ${says}`, () => {
      const problem = onlyProblem(file(system), dev);
      assert.equal(problem.path, path);
      assert.equal(problem.given, given);
      assert.match(problem.fix, fix);
    });
  }

  it("may have the same version of other images", () => {
    const { beside } = only({ version: "1.0.0", services: old, beside: { version: "1.0.0", services: { backend: next.backend, frontend: old.frontend } } });
    assert.equal(beside?.version, "1.0.0");
  });

  it("is pinned like any other outside dev, and never the reference app", () => {
    const staging = (services: object): readonly string[] =>
      problemsOf(
        { "stackbook:domain": "example.org", "stackbook:edge": { tls: { kind: "self-signed" } }, ...file({ version: "1.0.0", services: old, beside: { version: "2.0.0", services } }) },
        { stack: "staging" },
      ).map(({ path, given }) => `${path} ${given}`);
    assert.deepEqual(staging({ backend: { image: "reference-app" }, frontend: { image: "registry.example.org/motel/frontend:2.0.0" } }), [
      `${at}.services.backend.image "reference-app"`,
      `${at}.services.frontend.image "registry.example.org/motel/frontend:2.0.0"`,
    ]);
  });

  it("wants Redis where two backends share it", () => {
    const problem = onlyProblem(file({ version: "1.0.0", beside: { version: "2.0.0" } }, "fetms"), dev);
    assert.equal(problem.path, "systems.fetms.redis");
    assert.equal(problem.given, "missing");
    assert.match(problem.fix, /set it to true: .*sessions in Redis/);
    assert.ok(only({ version: "1.0.0", redis: true, beside: { version: "2.0.0" } }, "fetms").beside);
  });

  it("has all that is wrong with it told at once", () => {
    const problems = problemsOf(file({ enabled: false, version: "1.0.0", services: old, beside: { version: "1.0.0", percent: 200, servcies: {} } }), dev);
    assert.deepEqual(problems.map(({ path }) => path).sort(), ["systems.motel.enabled", `${at}.percent`, `${at}.servcies`, `${at}.services.backend.image`, `${at}.services.frontend.image`, `${at}.version`].sort());
  });
});

describe("a migration that can't be undone", () => {
  it("is said of the system's own command, or of another one", () => {
    assert.deepEqual(only({ migration: { irreversible: true } }).migration, { command: referenceApp.migrate, irreversible: true });
    assert.deepEqual(only({ migration: { command: ["./up"], irreversible: "true" } }).migration, { command: ["./up"], irreversible: true });
    assert.equal(only({ migration: { command: ["./up"] } }).migration?.irreversible, false);
  });

  it("is refused where there is none", () => {
    const image = { image: `registry.example.org/memo@sha256:${"1".repeat(64)}` };
    const problem = onlyProblem(file({ version: "1.0.0", services: { backend: image, frontend: image }, migration: { irreversible: true } }, "memo"), dev);
    assert.equal(problem.path, "systems.memo.migration.irreversible");
    assert.match(problem.fix, /add migration\.command/);
  });
});
