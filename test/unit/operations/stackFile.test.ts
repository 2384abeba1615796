import assert from "node:assert/strict";
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Problem } from "../../../operations/problem";
import { StackFile } from "../../../operations/stackFile";

const before = `# Ours, for a test.
encryptionsalt: v1:abc:def
config:
  stackbook:domain: example.org # where visitors come
  stackbook:systems:
    motel:
      version: 1.0.0
      services:
        backend: { image: 'registry.example.org/motel:1.0.0@sha256:00', replicas: 2 }
    sms:
  motel:jwtSecret:
    secure: v1:ghi:jkl
`;

describe("a stack file", () => {
  let folder: string;
  let path: string;
  const open = (text = before): StackFile => {
    writeFileSync(path, text);
    return new StackFile(path);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "stackbook-file-"));
    path = join(folder, "Pulumi.prod.yaml");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is read by key, secrets as they are written", () => {
    const file = open();
    assert.equal(file.get(["systems", "motel", "version"]), "1.0.0");
    assert.deepEqual(file.get(["systems", "motel", "services", "backend"]), { image: "registry.example.org/motel:1.0.0@sha256:00", replicas: 2 });
    assert.equal(file.get(["systems", "memo", "version"]), undefined);
    assert.deepEqual(file.all()["motel:jwtSecret"], { secure: "v1:ghi:jkl" });
  });

  it("keeps what nobody changed, comments and order too, and writes nothing before it is saved", () => {
    const file = open();
    file.set(["systems", "motel", "version"], "1.1.0");
    assert.equal(readFileSync(path, "utf8"), before);
    file.save();
    const lines = readFileSync(path, "utf8").split("\n");
    assert.deepEqual(lines.filter((line) => !before.includes(line)), ["      version: 1.1.0"]);
    assert.ok(lines.includes("# Ours, for a test.") && lines.some((line) => line.endsWith("# where visitors come")));
  });

  it("is the same text while nothing changed", () => {
    const file = open();
    file.set(["systems", "motel", "version"], "1.0.0");
    assert.equal(file.changed(), false);
    assert.equal(file.text(), before);
  });

  it("quotes what YAML would take for a number, so that it comes back as it was", () => {
    const file = open();
    for (const value of ["1.10", "12345e67", "0x10", "yes", "2026-11-21", "007"]) {
      file.set(["systems", "motel", "version"], value);
      file.save();
      assert.equal(new StackFile(path).get(["systems", "motel", "version"]), value);
    }
  });

  it("writes into a system that is there with nothing after its name", () => {
    const file = open();
    file.set(["systems", "sms", "beside", "percent"], 10);
    assert.deepEqual(file.get(["systems", "sms"]), { beside: { percent: 10 } });
  });

  it("takes out a key with the maps that are empty then, but never a system", () => {
    const file = open();
    file.set(["systems", "sms", "beside"], { version: "2.0.0" });
    file.set(["systems", "sms", "beside", "version"], undefined);
    assert.deepEqual(file.get(["systems", "sms"]), {});
    file.set(["edge", "blocked"], ["192.0.2.0/24"]);
    file.set(["edge", "blocked"], undefined);
    assert.equal(file.get(["edge"]), undefined);
    file.set(["systems", "motel", "none", "here"], undefined);
    assert.equal(file.get(["systems", "motel", "version"]), "1.0.0");
  });

  it("is put back to what it was, but for the number of the last update", () => {
    const file = open();
    file.set(["systems", "motel", "version"], "2.0.0");
    file.set(["sequence"], 7);
    file.save();
    file.putBack(before);
    assert.equal(file.get(["systems", "motel", "version"]), "1.0.0");
    assert.equal(file.sequence, 7);
  });

  it("reads the number of the last update as `pulumi config set` writes it", () => {
    assert.equal(open('config:\n  stackbook:sequence: "12"\n').sequence, 12);
    assert.equal(open("config:\n  stackbook:sequence: 12\n").sequence, 12);
    assert.equal(open("config: {}\n").sequence, 0);
  });

  it("writes what a link points to, and leaves the link", () => {
    open();
    const link = join(folder, "Pulumi.linked.yaml");
    symlinkSync(path, link);
    const file = new StackFile(link);
    file.set(["systems", "motel", "version"], "1.2.0");
    file.save();
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.equal(new StackFile(path).get(["systems", "motel", "version"]), "1.2.0");
  });

  it("lends a copy of what it would be, and stays itself", async () => {
    const file = open();
    file.set(["systems", "motel", "version"], "3.0.0");
    const seen = await file.aside((copy) => Promise.resolve({ copy, text: readFileSync(copy, "utf8") }));
    assert.match(seen.text, /version: 3\.0\.0/);
    assert.equal(readFileSync(path, "utf8"), before);
    assert.throws(() => readFileSync(seen.copy), /ENOENT/);
  });

  it("says what to do where there is none, or no YAML", () => {
    assert.throws(() => new StackFile(join(folder, "Pulumi.gone.yaml")), (error) => error instanceof Problem && error.remedy.join().includes("pulumi config refresh --stack gone"));
    assert.throws(() => open("config: [\n"), (error) => error instanceof Problem && error.message.includes("is no YAML"));
  });
});
