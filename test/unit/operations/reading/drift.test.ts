import assert from "node:assert/strict";
import { findDrift, type DriftInput } from "../../../../operations/reading/drift";
import { containersOf, judge } from "../../../../operations/reading/systemStatus";
import type { Health } from "../../../../operations/reading/types";
import { configHash } from "../../../../releases/record";
import { changed, now, part, release, watchedStack, wellContainers } from "../support/watched";

const stack = watchedStack();
const state = stack.state ?? assert.fail("the made-up stack has a state");
const recorded = release(3, { config: { "stackbook:systems": '{"motel":{"version":"1.0.0"}}', "stackbook:sequence": "7" } });
const settings = { "stackbook:systems": { value: '{"motel":{"version":"1.0.0"}}' }, "stackbook:sequence": { value: "9" }, "motel:jwtSecret": { secret: true } };

function drift(change: Partial<DriftInput> = {}): string[] {
  return findDrift({ stack: "dev", state, containers: wellContainers, release: recorded, settings, ...change }).map(({ kind, what }) => `${kind}: ${what}`);
}

describe("drift: what runs against what the stack's record says", () => {
  it("is none where the last update made what runs, whatever number the stack file has", () => {
    assert.deepEqual(drift(), []);
  });

  it("is a container that is gone, one that nobody made, and one that an update should have removed", () => {
    const [backend, ...others] = wellContainers;
    assert.deepEqual(drift({ containers: others }), [`missing: ${backend?.name} is gone: the stack made it, the engine has none`]);
    assert.deepEqual(drift({ containers: [...wellContainers, part("motel-debug", "motel", "backend", "debug")] }), ["foreign: motel-debug has the stack's labels, and the stack knows nothing of it"]);
    assert.deepEqual(drift({ containers: [...wellContainers, part("motel-migration", "motel", "migration", "task")] }), [], "a task of an update that is under way");
    const leaving = { ...state, containers: state.containers.map((each, at) => ({ ...each, leaving: at === 0 })) };
    assert.deepEqual(drift({ state: leaving }), [`leaving: ${backend?.name} was replaced and is still there: an update was cut off`]);
    assert.deepEqual(drift({ state: leaving, containers: others }), [], "it is gone, as it should be");
  });

  it("is an update that was cut off", () => {
    assert.deepEqual(drift({ state: { ...state, pending: ["creating motel-cache"] } }), ["pending: an update was cut off while creating motel-cache"]);
  });

  it("is an image other than the release's, by content or by reference, in each slot", () => {
    const other = changed("motel-backend", { image: { id: "sha256:0123456789abcdef0123", reference: "motel-backend:1" } });
    assert.deepEqual(drift({ containers: other }), ["image: motel-backend-a-0-1a2b3c4 runs sha256:0123456789ab (motel-backend:1), release 3 has sha256:motel-backend-a-0-1a2b3c4"]);
    const byReference = release(3, { systems: { motel: { version: "1", slot: "a", images: { backend: "motel-backend:1", frontend: "sha256:motel-frontend-a-0-1a2b3c4" } } } });
    assert.deepEqual(drift({ containers: other, release: { ...byReference, config: recorded.config } }), []);
    const beside = part("motel-backend-b-0", "motel", "backend", "app", { labels: { "stackbook.slot": "b" } });
    const second = { version: "2", percent: 10, images: { backend: "sha256:other", frontend: "sha256:other" } };
    const withBeside = { ...recorded, systems: { motel: { ...recorded.systems.motel, ...{ version: "1.0.0", slot: "a" as const, images: recorded.systems.motel?.images ?? { backend: "", frontend: "" } }, beside: second } } };
    const more = { ...state, containers: [...state.containers, { id: beside.id, name: beside.name, image: "x", labels: beside.labels, leaving: false }] };
    assert.match(drift({ containers: [...wellContainers, beside], release: withBeside, state: more })[0] ?? "", /^image: motel-backend-b-0 runs .*, release 3 has sha256:other$/);
  });

  it("is a setting that was edited and not deployed, down to its key; secrets and the update's own numbers are none", () => {
    const edited = { ...settings, "stackbook:systems": { value: '{"motel":{"version":"1.1.0"},"memo":{"version":"1"}}' }, "stackbook:domain": { value: "example.org" } };
    assert.deepEqual(drift({ settings: edited }), [
      'settings: Pulumi.dev.yaml is not what release 3 was made with: systems.motel.version 1.0.0 -> 1.1.0, systems.memo (none) -> {"version":"1"}, domain (none) -> example.org',
    ]);
    // The order of keys and the form of numbers make no difference.
    assert.equal(configHash({ "stackbook:systems": '{"a":1,"b":"2"}' }), configHash({ "stackbook:systems": '{"b":2,"a":"1"}' }));
    assert.deepEqual(drift({ release: { ...recorded, config: {} }, settings: { "stackbook:systems": { value: "{}" } } }), ["settings: Pulumi.dev.yaml is not what release 3 was made with: systems (none) -> {}"]);
  });

  it("says nothing of images and settings where no release is recorded", () => {
    assert.deepEqual(drift({ release: undefined, settings: {}, containers: changed("motel-backend", { image: { id: "sha256:1", reference: "x" } }) }), []);
  });
});

describe("a system's health", () => {
  const healthOf = (containers = wellContainers, answers?: boolean): { readonly health: Health; readonly notes: readonly string[] } => judge(containersOf("motel", state.containers, containers), answers, now);

  it("is healthy when all run that should, and nothing says otherwise", () => {
    assert.deepEqual(healthOf(), { health: "healthy", notes: [] });
    assert.equal(healthOf(wellContainers, true).health, "healthy");
  });

  it("is down without a backend, a frontend or a database, and degraded without a cache or a backup agent", () => {
    const ended = { state: "exited", health: undefined, exitCode: 1 } as const;
    for (const service of ["motel-backend", "motel-frontend", "motel-database"]) assert.equal(healthOf(changed(service, ended)).health, "down", service);
    for (const service of ["motel-cache", "motel-backup"]) assert.equal(healthOf(changed(service, ended)).health, "degraded", service);
    assert.equal(healthOf(wellContainers.filter(({ name }) => !name.startsWith("motel-database"))).health, "down");
    assert.equal(healthOf(changed("motel-backend", { health: "unhealthy" })).health, "down", "the edge sends it nothing");
  });

  it("is degraded while one of two replicas serves, and starting while the rest are well", () => {
    const second = part("motel-backend-a-1-1a2b3c4", "motel", "backend", "app", { state: "exited", health: undefined, exitCode: 1 });
    const made = [...state.containers, { id: second.id, name: second.name, image: "x", labels: second.labels, leaving: false }];
    assert.equal(judge(containersOf("motel", made, [...wellContainers, second]), undefined, now).health, "degraded");
    assert.deepEqual(healthOf(changed("motel-backend", { health: "starting", startedAt: new Date("2026-11-21T09:59:20Z") })), { health: "starting", notes: ["motel-backend-a-0-1a2b3c4 is starting, started 40 s ago"] });
  });

  it("is not healthy when its addresses do not answer through the edge, however well its containers are", () => {
    assert.equal(healthOf(wellContainers, false).health, "degraded");
    assert.equal(healthOf(changed("motel-cache", { state: "exited", health: undefined }), false).health, "down");
  });

  it("is told for each state that a container can be in", () => {
    const said = (change: Parameters<typeof changed>[1]): string | undefined => healthOf(changed("motel-cache", change)).notes[0]?.replace("motel-cache-1a2b3c4 ", "");
    assert.deepEqual([
      said({ state: "exited", health: undefined, exitCode: 137, outOfMemory: true }), said({ state: "restarting", health: undefined, exitCode: 1, restarts: 7 }), said({ state: "paused" }), said({ state: "created", health: undefined }),
      said({ health: "unhealthy", startedAt: new Date("2026-11-21T08:00:00Z"), restarts: 1 }), said({ state: "dead", health: undefined }), said({ state: "removing", health: undefined }),
    ], [
      "ended with exit code 137 (out of memory)", "ends and is started again, exit code 1, 7 restarts", "is paused", "was never started", "fails its health check, started 2 h 0 min ago, 1 restart", "ended", "is being removed",
    ]);
  });

  it("is not known of a system without a container", () => {
    assert.deepEqual(judge([], undefined, now), { health: "unknown", notes: ["it has no container"] });
  });
});
