import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { besideOf, promote, putBeside, removeBeside, setShare } from "../../../operations/slots";
import { StackFile } from "../../../operations/stackFile";
import type { ReleaseRecord } from "../../../releases/record";
import { isIrreversible, settled, writeRequest } from "../../../operations/deploy/settings";
import { readDeploy } from "../../../operations/deploy/options";

const reference = (name: string, digit: string): string => `registry.example.org/motel/${name}@sha256:${digit.repeat(64)}`;

describe("versions in a stack file", () => {
  const folder = mkdtempSync(join(tmpdir(), "stackbook-slots-"));
  after(() => rmSync(folder, { recursive: true }));
  const file = (system: string): StackFile => {
    const path = join(folder, "Pulumi.dev.yaml");
    writeFileSync(path, `config:\n  stackbook:sequence: 4\n  stackbook:systems:\n    # what runs\n    motel: ${system}\n`);
    return new StackFile(path);
  };
  const motel = (found: StackFile): unknown => found.get(["systems", "motel"]);
  const release = (systems: object): ReleaseRecord => ({ number: 3, config: { "stackbook:sequence": "4", "stackbook:systems": JSON.stringify(systems) }, systems: {} }) as unknown as ReleaseRecord;

  it("stand beside each other, with a share that changes", () => {
    const found = file("{ version: 1.0.0 }");
    assert.equal(besideOf(found, "motel"), undefined);
    putBeside(found, "motel", "2.0.0", 10, {});
    setShare(found, "motel", 50);
    assert.deepEqual(besideOf(found, "motel"), { version: "2.0.0", percent: 50 });
    removeBeside(found, "motel");
    assert.deepEqual(motel(found), { version: "1.0.0" });
    assert.match(found.text(), /# what runs/);
  });

  it("change places with images and slot, and back again to what was", () => {
    const system = { version: "1.0.0", services: { backend: { image: reference("backend:1.0.0", "1"), replicas: 2 }, frontend: { image: "reference-app" } } };
    const found = file(JSON.stringify(system));
    putBeside(found, "motel", "2.0.0", 100, { backend: reference("backend:2.0.0", "2") });
    promote(found, "motel", "1.0.0");
    assert.deepEqual(motel(found), {
      version: "2.0.0", slot: "b", services: { backend: { image: reference("backend:2.0.0", "2"), replicas: 2 }, frontend: { image: "reference-app" } },
      beside: { version: "1.0.0", percent: 0, services: { backend: { image: reference("backend:1.0.0", "1") } } },
    });
    promote(found, "motel", "2.0.0");
    removeBeside(found, "motel");
    assert.deepEqual(motel(found), { ...system, slot: "a" });
    assert.throws(() => promote(found, "motel", "1.0.0"), /has no version beside its own/);
  });

  it("are written as a deploy asks: at once, or beside", () => {
    const found = file("{ version: 1.0.0, beside: { version: 0.9.0, percent: 0 } }");
    const notes = writeRequest(found, readDeploy({}, "motel", "2.0.0", ["motel"]), { backend: "a/b:2.0.0" }, undefined);
    assert.deepEqual(motel(found), { version: "2.0.0", services: { backend: { image: "a/b:2.0.0" } } });
    assert.match(notes.join(), /0\.9\.0, which was kept warm, is taken away/);
    writeRequest(found, readDeploy({ gradual: "20,100" }, "motel", "3.0.0", ["motel"]), {}, undefined);
    assert.deepEqual(besideOf(found, "motel"), { version: "3.0.0", percent: 20 });
  });

  it("are freed of a pin, and of the mark of the version before", () => {
    const found = file("{ version: 1.0.0, migration: { irreversible: true } }");
    found.set(["pinned"], "0123456789abcdef");
    const current = { systems: { motel: { migration: { command: [], irreversible: true } } } } as unknown as ReleaseRecord;
    const notes = writeRequest(found, readDeploy({}, "motel", "2.0.0", ["motel"]), {}, current);
    assert.equal(notes.length, 2, notes.join("\n"));
    assert.deepEqual([found.get(["pinned"]), isIrreversible(found, "motel")], [undefined, false]);
    // One that was set for this version stays, and an option sets it.
    const own = file("{ version: 1.0.0, migration: { irreversible: true } }");
    writeRequest(own, readDeploy({}, "motel", "2.0.0", ["motel"]), {}, undefined);
    assert.equal(isIrreversible(own, "motel"), true);
    writeRequest(own, readDeploy({ irreversible: true }, "motel", "2.0.0", ["motel"]), {}, current);
    assert.equal(isIrreversible(own, "motel"), true);
  });

  it("go back to the settings of the last release, whatever the file says by now", () => {
    const found = file("{ version: 2.0.0, redis: true }");
    const { edits, text } = settled(found, release({ motel: { version: "1.0.0" } }));
    assert.match(edits.join("\n"), /2\.0\.0/);
    assert.deepEqual(motel(found), { version: "2.0.0", redis: true }, "the file itself stays");
    found.putBack(text);
    assert.deepEqual(motel(found), { version: "1.0.0" });
    assert.equal(found.sequence, 4);
    assert.deepEqual(settled(found, release({ motel: { version: "1.0.0" } })).edits, []);
    assert.equal(settled(found, undefined).text, found.text());
  });
});
