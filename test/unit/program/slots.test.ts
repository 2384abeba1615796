import assert from "node:assert/strict";
import { all, build, container, find, labels, task } from "./build";
import { isSecret, recorded, type Recorded } from "./mocks";

const reference = (name: string, digit: string): { image: string } => ({ image: `registry.example.org/motel/${name}@sha256:${digit.repeat(64)}` });
const images = {
  old: { backend: reference("backend:1.0.0", "1"), frontend: reference("frontend:1.0.0", "2") },
  next: { backend: reference("backend:2.0.0", "3"), frontend: reference("frontend:2.0.0", "4") },
};

/** What the program asks for when motel's keys are these. Each build takes a second or two. */
interface Asked {
  readonly resources: ReadonlyMap<string, Recorded>;
  readonly outputs: Record<string, unknown>;
}

async function ask(motel: object): Promise<Asked> {
  const outputs = await build({ ...all, "stackbook:systems": JSON.stringify({ motel }) });
  return { outputs, resources: new Map(recorded.map((made) => [`${made.type.split(":").at(-1) ?? ""} ${made.name}`, made])) };
}

const inputs = ({ resources }: Asked, name: string): Readonly<Record<string, unknown>> => resources.get(name)?.inputs ?? assert.fail(`${name} is missing`);

function difference(before: Asked, after: Asked): { readonly added: string[]; readonly gone: string[]; readonly changed: string[] } {
  const names = ({ resources }: Asked): string[] => [...resources.keys()];
  return {
    added: names(after).filter((name) => !before.resources.has(name)).sort(),
    gone: names(before).filter((name) => !after.resources.has(name)).sort(),
    changed: names(before).filter((name) => after.resources.has(name) && JSON.stringify(inputs(after, name)) !== JSON.stringify(inputs(before, name))).sort(),
  };
}

/** What only tells what runs, and is to be: files that are read again at a signal, and records. */
const told = /^(ConfigFiles (status|.+-(backup|drill))-config|Ledger releases|Power .+)$/;
const env = (asked: Asked, name: string): string[] => {
  const values = inputs(asked, name)["env"];
  return (isSecret(values) ? values.value : values) as string[];
};
const routes = (asked: Asked): string => env(asked, "Task edge-routes").find((line) => line.startsWith("HAPROXY_CFG=")) ?? "";
const ofSlot = (slot: string): string[] => [
  `Container motel-backend-${slot}-0`, `Container motel-frontend-${slot}-0`, `HealthGate motel-backend-${slot}-healthy`, `HealthGate motel-frontend-${slot}-healthy`,
  `Image motel-backend-${slot}-image`, `Image motel-frontend-${slot}-image`, `Task motel-before-change-${slot}`, `Task motel-migration-${slot}`,
];

describe("two versions of a system", function () {
  this.timeout(600_000);
  let alone: Asked;
  /** With all visitors, and not yet the system's own. */
  let candidate: Asked;
  let promoted: Asked;
  let after: Asked;

  before(async () => {
    alone = await ask({ version: "1.0.0" });
    candidate = await ask({ version: "1.0.0", beside: { version: "2.0.0", percent: 100 } });
    promoted = await ask({ version: "2.0.0", slot: "b", beside: { version: "1.0.0", percent: 0 } });
    after = await ask({ version: "2.0.0", slot: "b" });
  });

  it("come one beside the other, and the first is left as it is", () => {
    const { added, changed, gone } = difference(alone, candidate);
    assert.deepEqual(added, ofSlot("b"));
    assert.deepEqual(gone, []);
    assert.ok(!changed.includes("ConfigFiles status-config"), "the system's own version is the one that people know of");
    assert.deepEqual(changed.filter((name) => !told.test(name)), ["ConfigFiles prometheus-config", "ConfigFiles prometheus-containers", "Task edge-routes"]);
  });

  it("exchange their parts without anything new: no container, gate or task, nothing watched otherwise", () => {
    assert.equal(routes(promoted), routes(candidate), "all visitors are with b, whosever it is");
    const { added, changed, gone } = difference(candidate, promoted);
    assert.deepEqual([added, gone], [[], []]);
    assert.ok(changed.includes("ConfigFiles status-config"));
    // Both ask for the backup in the words that fit, and run again when their own trigger changes.
    assert.deepEqual(changed.filter((name) => !told.test(name)), ["Task motel-before-change-a", "Task motel-before-change-b"]);
  });

  it("do so where their images are references as well", async () => {
    const { added, changed, gone } = difference(
      await ask({ version: "1.0.0", services: images.old, beside: { version: "2.0.0", services: images.next, percent: 100 } }),
      await ask({ version: "2.0.0", slot: "b", services: images.next, beside: { version: "1.0.0", services: images.old } }),
    );
    assert.deepEqual([added, gone], [[], []]);
    assert.deepEqual(changed.filter((name) => !told.test(name)), ["Task motel-before-change-a", "Task motel-before-change-b"]);
  });

  it("part without touching the one that stays", () => {
    const { added, changed, gone } = difference(promoted, after);
    assert.deepEqual(added, []);
    assert.deepEqual(gone, ofSlot("a"));
    assert.deepEqual(changed.filter((name) => !told.test(name)), ["ConfigFiles prometheus-config", "ConfigFiles prometheus-containers", "Task edge-routes"]);
  });

  it("are backed up before, and migrated, once for each, whoever's turn it is", () => {
    const tasks = ["a", "b"].flatMap((slot) => [`Task motel-before-change-${slot}`, `Task motel-migration-${slot}`]);
    for (const name of tasks) {
      assert.equal(inputs(candidate, name)["onlyOnTriggers"], true, name);
      assert.ok((inputs(candidate, name)["triggers"] as string[]).length > 0, name);
      assert.deepEqual(inputs(promoted, name)["triggers"], inputs(candidate, name)["triggers"], name);
    }
    assert.notDeepEqual(inputs(candidate, "Task motel-migration-b")["triggers"], inputs(candidate, "Task motel-migration-a")["triggers"]);
    assert.equal(inputs(candidate, "Task motel-migration-b")["image"], inputs(candidate, "Container motel-backend-b-0")["image"]);
    assert.equal(inputs(candidate, "Task motel-before-change-b")["previousTrigger"], undefined, "what was in the slot before is not what the data is of");
    assert.match(env(candidate, "Task motel-before-change-b").join("\n"), /^BACKUP_RELEASE=\{"version":"1\.0\.0","images":\{"backend":".+\nBACKUP_REQUEST=\{"tier":"deploy","reason":"before 2\.0\.0"\}$/);
  });

  it("leave the demo's visitors and its first login alone", () => {
    for (const name of ["Container motel-traffic", "Task motel-seed"]) assert.deepEqual(inputs(promoted, name), inputs(alone, name), name);
  });

  it("share settings, limits and replicas, differ in image, version and slot, and are both in outputs and record", async () => {
    const { outputs, resources } = await ask({ version: "1.0.0", services: { backend: { replicas: 2, memoryMiB: 333, settings: { LOG_LEVEL: "debug" } } }, beside: { version: "2.0.0", percent: 10 } });
    for (const i of [0, 1]) {
      const [a, b] = [find(container, `motel-backend-a-${i}`), find(container, `motel-backend-b-${i}`)];
      const { image: imageA, labels: _a, ...restA } = a.inputs;
      const { image: imageB, labels: _b, ...restB } = b.inputs;
      assert.deepEqual(restB, restA);
      assert.notEqual(imageB, imageA);
      assert.deepEqual(labels(b), { ...labels(a), "stackbook.version": "2.0.0", "stackbook.slot": "b" });
    }
    const weights = [...routes({ outputs, resources }).matchAll(/^ {4}server ([ab]-\d) motel-backend-\S+ weight (\d+) /gm)].map(([, server, weight]) => `${server ?? ""} ${weight ?? ""}`);
    assert.deepEqual([...new Set(weights)], ["a-0 9", "a-1 9", "b-0 1", "b-1 1"]);

    const { motel } = outputs["systems"] as Record<string, Record<string, unknown>>;
    const containers = (service: string, slot: string, count: number) => ({ containers: Array.from({ length: count }, (_, i) => `motel-${service}-${slot}-${i}-1a2b3c4`) });
    assert.equal(motel?.["slot"], "a");
    assert.deepEqual(motel["services"], { backend: containers("backend", "a", 2), frontend: containers("frontend", "a", 1) });
    assert.deepEqual(motel["beside"], { version: "2.0.0", percent: 10, slot: "b", services: { backend: containers("backend", "b", 2), frontend: containers("frontend", "b", 1) } });
    const { systems } = outputs["release"] as { systems: Record<string, { images: object; beside?: { version: string; percent: number; images: object } }> };
    assert.deepEqual([systems["motel"]?.beside?.version, systems["motel"]?.beside?.percent], ["2.0.0", 10]);
    assert.notDeepEqual(systems["motel"]?.beside?.images, systems["motel"]?.images);
    assert.ok(!JSON.stringify(alone.outputs).includes('"beside"'), "nothing is said of a second version where there is none");
    assert.equal(find(task, "motel-migration-a").inputs["image"], find(container, "motel-backend-a-0").inputs["image"]);
  });
});
