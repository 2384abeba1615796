import assert from "node:assert/strict";
import { all, build, container, find, labels, task } from "./build";
import { isSecret, recorded } from "./mocks";

const config = (motel: object): Record<string, string> => ({ ...all, "stackbook:systems": JSON.stringify({ motel }) });
const reference = (name: string, digit: string): { image: string } => ({ image: `registry.example.org/motel/${name}@sha256:${digit.repeat(64)}` });
const images = {
  old: { backend: reference("backend:1.0.0", "1"), frontend: reference("frontend:1.0.0", "2") },
  next: { backend: reference("backend:2.0.0", "3"), frontend: reference("frontend:2.0.0", "4") },
};

/** Every resource's inputs, as the engine would be asked. */
async function asked(motel: object): Promise<Map<string, string>> {
  const outputs = await build(config(motel));
  // Nothing is said of a second version where there is none.
  assert.equal("beside" in motel, JSON.stringify(outputs["systems"]).includes(`"beside":`));
  return new Map(recorded.map(({ inputs, name, type }) => [`${type.split(":").at(-1) ?? ""} ${name}`, JSON.stringify(inputs)]));
}

function difference(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): { readonly added: string[]; readonly gone: string[]; readonly changed: string[] } {
  const names = (map: ReadonlyMap<string, string>): string[] => [...map.keys()];
  return {
    added: names(after).filter((name) => !before.has(name)).sort(),
    gone: names(before).filter((name) => !after.has(name)).sort(),
    changed: names(before).filter((name) => after.has(name) && after.get(name) !== before.get(name)).sort(),
  };
}

/** What only tells what runs, and is to be: files that are read again at a signal, and records. */
const told = /^(ConfigFiles (status|.+-(backup|drill))-config|Ledger releases|Power .+)$/;
const env = (name: string): string[] => {
  const { env: values } = find(task, name).inputs;
  return (isSecret(values) ? values.value : values) as string[];
};
const routes = (): string => env("edge-routes").find((line) => line.startsWith("HAPROXY_CFG=")) ?? "";

describe("two versions of a system", function () {
  // Each run of the program takes a second or two on an idle machine, and a busy one is no fault of it.
  this.timeout(120_000);

  for (const [kind, old, next] of [["built", {}, {}], ["given by reference", { services: images.old }, { services: images.next }]] as const) {
    describe(`whose images are ${kind}`, () => {
      const one = { version: "1.0.0", ...old };
      const two = { version: "2.0.0", ...next };
      const isImage = (name: string): boolean => !/^(Image|RemoteImage) /.test(name);

      it("come one beside the other, and the first is left as it is", async () => {
        const { added, changed, gone } = difference(await asked(one), await asked({ ...one, beside: two }));
        assert.deepEqual(added.filter(isImage), [
          "Container motel-backend-b-0", "Container motel-frontend-b-0", "HealthGate motel-backend-b-healthy", "HealthGate motel-frontend-b-healthy", "Task motel-before-change-b", "Task motel-migration-b",
        ]);
        assert.deepEqual(gone, []);
        assert.ok(!changed.includes("ConfigFiles status-config"), "the system's own version is the one that people know of");
        assert.deepEqual(changed.filter((name) => !told.test(name)), ["ConfigFiles prometheus-config", "ConfigFiles prometheus-containers", "Task edge-routes"]);
      });

      it("exchange their parts without anything new: no container, gate or task, nothing watched otherwise", async () => {
        const before = await asked({ ...one, slot: "a", beside: { ...two, percent: 100 } });
        const route = routes();
        const after = await asked({ ...two, slot: "b", beside: { ...one, percent: 0 } });
        assert.equal(routes(), route, "all visitors are with b, whosever it is");
        const { added, changed, gone } = difference(before, after);
        assert.deepEqual([added, gone], [[], []]);
        assert.ok(changed.includes("ConfigFiles status-config"));
        // Both ask for the backup in the words that fit, and run again when their own trigger changes.
        assert.deepEqual(changed.filter((name) => !told.test(name)), ["Task motel-before-change-a", "Task motel-before-change-b"]);
      });

      it("part without touching the one that stays", async () => {
        const { added, changed, gone } = difference(await asked({ ...two, slot: "b", beside: one }), await asked({ ...two, slot: "b" }));
        assert.deepEqual(added, []);
        assert.deepEqual(gone.filter(isImage), [
          "Container motel-backend-a-0", "Container motel-frontend-a-0", "HealthGate motel-backend-a-healthy", "HealthGate motel-frontend-a-healthy", "Task motel-before-change-a", "Task motel-migration-a",
        ]);
        assert.deepEqual(changed.filter((name) => !told.test(name)), ["ConfigFiles prometheus-config", "ConfigFiles prometheus-containers", "Task edge-routes"]);
      });
    });
  }

  it("are backed up before, and migrated, once for each, whoever's turn it is", async () => {
    const triggers = (name: string): unknown => find(task, name).inputs["triggers"];
    const tasks = ["motel-before-change-a", "motel-before-change-b", "motel-migration-a", "motel-migration-b"];
    await build(config({ version: "1.0.0", beside: { version: "2.0.0" } }));
    const before = tasks.map(triggers);
    const coming = find(task, "motel-before-change-b").inputs;
    assert.equal(coming["previousTrigger"], undefined, "what was in the slot before is not what the data is of");
    assert.match(env("motel-before-change-b").join("\n"), /^BACKUP_RELEASE=\{"version":"1\.0\.0","images":\{"backend":".+\nBACKUP_REQUEST=\{"tier":"deploy","reason":"before 2\.0\.0"\}$/);
    assert.equal(find(task, "motel-migration-b").inputs["image"], find(container, "motel-backend-b-0").inputs["image"]);
    await build(config({ version: "2.0.0", slot: "b", beside: { version: "1.0.0" } }));
    assert.deepEqual(tasks.map(triggers), before);
    for (const name of tasks) assert.equal(find(task, name).inputs["onlyOnTriggers"], true, name);
    // What has a turn no longer depends on the names that tasks had before there were slots.
    const [own] = before;
    assert.equal((JSON.parse((own as string[])[0] ?? "") as { version: string }).version, "1.0.0");
  });

  it("share settings, limits and replicas, and differ in image, version and slot", async () => {
    const services = { backend: { replicas: 2, memoryMiB: 333, settings: { LOG_LEVEL: "debug" } } };
    await build(config({ version: "1.0.0", services, beside: { version: "2.0.0", percent: 10 } }));
    for (const i of [0, 1]) {
      const [a, b] = [find(container, `motel-backend-a-${i}`), find(container, `motel-backend-b-${i}`)];
      const { image: imageA, labels: _a, ...restA } = a.inputs;
      const { image: imageB, labels: _b, ...restB } = b.inputs;
      assert.deepEqual(restB, restA);
      assert.notEqual(imageB, imageA);
      assert.deepEqual(labels(b), { ...labels(a), "stackbook.version": "2.0.0", "stackbook.slot": "b" });
    }
    const weights = [...routes().matchAll(/^ {4}server ([ab]-\d) motel-backend-\S+ weight (\d+) /gm)].map(([, server, weight]) => `${server ?? ""} ${weight ?? ""}`);
    assert.deepEqual([...new Set(weights)], ["a-0 9", "a-1 9", "b-0 1", "b-1 1"]);
  });

  it("leave the demo's visitors and its first login alone", async () => {
    const demo = ["Container motel-traffic", "Task motel-seed"];
    const before = await asked({ version: "1.0.0" });
    const after = await asked({ version: "2.0.0", slot: "b", beside: { version: "1.0.0" } });
    for (const name of demo) {
      assert.ok(before.has(name));
      assert.equal(after.get(name), before.get(name), name);
    }
  });

  it("are both in the outputs, and in the record of the release", async () => {
    const outputs = await build(config({ version: "1.0.0", beside: { version: "2.0.0", percent: 25 } }));
    const { motel } = outputs["systems"] as Record<string, Record<string, unknown>>;
    assert.equal(motel?.["slot"], "a");
    assert.deepEqual(motel["services"], { backend: { containers: ["motel-backend-a-0-1a2b3c4"] }, frontend: { containers: ["motel-frontend-a-0-1a2b3c4"] } });
    assert.deepEqual(motel["beside"], {
      version: "2.0.0", percent: 25, slot: "b",
      services: { backend: { containers: ["motel-backend-b-0-1a2b3c4"] }, frontend: { containers: ["motel-frontend-b-0-1a2b3c4"] } },
    });
    const { systems } = outputs["release"] as { systems: Record<string, { version: string; images: object; beside?: { version: string; percent: number; images: object } }> };
    assert.equal(systems["motel"]?.beside?.version, "2.0.0");
    assert.equal(systems["motel"].beside.percent, 25);
    assert.notDeepEqual(systems["motel"].beside.images, systems["motel"].images);
  });
});
