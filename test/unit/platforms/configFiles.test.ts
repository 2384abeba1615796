import assert from "node:assert/strict";
import * as tarStream from "tar-stream";
import { archive, emptiedBy, pathProblems, type ConfigFilesInputs } from "../../../platforms/docker/tasks/configFiles";

const inputs = (change: Partial<ConfigFilesInputs> = {}): ConfigFilesInputs => ({
  image: "sha256:1",
  volume: "stack-probe-config-1a2b3c4",
  directory: "/etc/probe",
  user: "65534:100",
  files: { "main.conf": "one", "rules/deep/a.conf": "a" },
  labels: {},
  title: "configuration of probe",
  ...change,
});

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
  readonly owner: string;
  readonly text: string;
}

async function entriesOf(tar: Buffer): Promise<Entry[]> {
  const extract = tarStream.extract();
  extract.end(tar);
  const entries: Entry[] = [];
  for await (const entry of extract) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    const { name, type, mode, uid, gid } = entry.header;
    entries.push({ name, type: type ?? "", mode: (mode ?? 0).toString(8), owner: `${uid}:${gid}`, text: Buffer.concat(chunks).toString("utf8") });
  }
  return entries;
}

describe("the archive of a daemon's configuration", () => {
  it("has folders before their files, all owned by root, who alone may write", async () =>
    assert.deepEqual(await entriesOf(await archive(inputs(), [])), [
      { name: "main.conf", type: "file", mode: "444", owner: "0:0", text: "one" },
      { name: "rules/", type: "directory", mode: "755", owner: "0:0", text: "" },
      { name: "rules/deep/", type: "directory", mode: "755", owner: "0:0", text: "" },
      { name: "rules/deep/a.conf", type: "file", mode: "444", owner: "0:0", text: "a" },
    ]));

  it("lets a secret be read by the program's user and by nobody else", async () => {
    const entries = await entriesOf(await archive(inputs({ files: {}, secretFiles: { "secrets/key": "hunter2" } }), []));
    assert.deepEqual(entries.at(-1), { name: "secrets/key", type: "file", mode: "400", owner: "65534:100", text: "hunter2" });
  });

  it("takes texts of any length and script", async () => {
    const text = "Zähler für „Räume“ 🏨\n".repeat(50_000);
    assert.equal((await entriesOf(await archive(inputs({ files: { "big.json": text } }), []))).at(-1)?.text, text);
  });

  it("names all below the folder where the engine unpacks above it", async () =>
    assert.deepEqual((await entriesOf(await archive(inputs({ files: { "a/b": "" } }), [], "etc/probe/"))).map(({ name }) => name), ["etc/probe/", "etc/probe/a/", "etc/probe/a/b"]));

  it("replaces a folder that lost a file as a whole, and empties a file at the top", async () => {
    const olds = inputs({ files: { "main.conf": "one", "old.conf": "old", "rules/deep/a.conf": "a", "rules/b.conf": "b" } });
    assert.deepEqual(emptiedBy(olds, inputs()), ["old.conf", "rules/"]);
    const names = (await entriesOf(await archive(inputs(), emptiedBy(olds, inputs())))).map(({ name, type }) => `${type} ${name}`);
    assert.deepEqual(names.slice(0, 3), ["file old.conf", "file rules", "directory rules/"]);
    assert.ok(names.includes("file rules/deep/a.conf"));
  });

  it("empties nothing on another volume, nor where nothing went", () => {
    assert.deepEqual(emptiedBy(inputs({ files: { gone: "" }, volume: "another" }), inputs()), []);
    assert.deepEqual(emptiedBy(inputs(), inputs({ files: { ...inputs().files, more: "" } })), []);
    assert.deepEqual(emptiedBy(undefined, inputs()), []);
  });
});

describe("the paths of a daemon's configuration", () => {
  const reasons = (files: Record<string, string>, secretFiles: Record<string, string> = {}): string[] => pathProblems(inputs({ files, secretFiles })).map(({ property, reason }) => `${property}: ${reason}`);

  it("may lie in folders, and begin with a dot", () => assert.deepEqual(reasons({ "a/b-c.d/e_f": "", ".hidden": "", "..also": "" }), []));

  for (const path of ["../x", "a/../../x", "/etc/passwd", "a//b", "a/", "./a", "a/."]) {
    it(`refuses ${path}`, () => assert.match(reasons({ [path]: "" }).join(), /^files: configuration of probe: the path ".*" leaves its directory or may/));
  }

  it("refuses what is no path", () => {
    for (const path of ["", "a\\b", "a\0b"]) assert.match(reasons({}, { [path]: "" }).join(), /^secretFiles: .* is no path/);
  });

  it("refuses one path twice, and a file that is a folder too, and tells all at once", () =>
    assert.deepEqual(reasons({ a: "", b: "" }, { a: "", "b/c": "" }), [
      'secretFiles: configuration of probe: the path "a" is among files and secretFiles; keep one of them',
      'files: configuration of probe: "b" is a file and the folder of "b/c"',
    ]));

  it("waits for texts that a preview doesn't know yet", () =>
    assert.deepEqual(pathProblems({ files: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" as unknown as Record<string, string>, title: "x" }), []));
});
