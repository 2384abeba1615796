import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { exitCodes, Problem } from "../../../operations/problem";
import type { Stack } from "../../../operations/stack";
import { FakeAgents, FakeCli, stackbook, type Said } from "./support/fakes";

const file = "config:\n  stackbook:systems:\n    fetms:\n      version: 1.0.0\n    mps:\n      version: 1.0.0 # two backends, says its runbook\n    motel:\n      version: 1.0.0\n      halted:\n        at: '2026-11-21T08:00:00Z'\n        by: ops\n";

describe("stackbook scale", () => {
  let root: string;
  let cli: FakeCli;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "stackbook-scale-"));
    writeFileSync(join(root, "Pulumi.dev.yaml"), file);
    cli = new FakeCli();
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const run = (...argv: readonly string[]): Promise<Said> => {
    const shown = (id: string) => ({ title: id, version: "1.0.0", enabled: true, url: `https://${id}.example.org` });
    const stack: Stack = { name: "dev", outputs: { systems: { fetms: shown("fetms"), mps: shown("mps"), motel: shown("motel") } }, dockerHost: undefined, cli };
    return stackbook(["scale", ...argv], stack, new FakeAgents(), { root });
  };
  const text = (): string => readFileSync(join(root, "Pulumi.dev.yaml"), "utf8");
  const systems = (): Record<string, { redis?: boolean; services?: object }> => (parse(text()) as { config: { "stackbook:systems": Record<string, { redis?: boolean; services?: object }> } }).config["stackbook:systems"];

  it("writes the numbers into the stack file and makes one update", async () => {
    const { code, err, out, progress } = await run("mps", "backend=3", "frontend=2", "--why", "CPU above 70 %", "--yes");
    assert.equal(code, 0, err);
    assert.deepEqual(systems()["mps"]?.services, { backend: { replicas: 3 }, frontend: { replicas: 2 } });
    assert.match(text(), /# two backends, says its runbook/);
    assert.deepEqual(cli.updates, ["scale mps backend=3 frontend=2: CPU above 70 %"]);
    assert.deepEqual([progress[0], out.split("\n", 1)[0]], ["mps: backend 2 -> 3, frontend 1 -> 2", "mps is scaled: backend 2 -> 3, frontend 1 -> 2. To commit:"]);
  });

  it("gives FETMS its Redis with the second backend, and leaves it there when there is one again", async () => {
    const { progress } = await run("fetms", "backend=2", "--yes");
    assert.match(progress.join("\n"), /fetms gets Redis with it .*several backends share their sessions there \(fetms\.md\)/);
    assert.equal(systems()["fetms"]?.redis, true);
    const back = await run("fetms", "backend=1", "--yes");
    assert.match(back.progress.join("\n"), /With one backend container, a restart or an engine's trouble is noticed by visitors/);
    assert.deepEqual([systems()["fetms"]?.redis, cli.updates.length], [true, 2]);
  });

  it("changes nothing where it is so already, and takes back what fails", async () => {
    assert.match((await run("mps", "backend=2", "--yes")).out, /mps has backend=2 already; nothing was changed/);
    assert.deepEqual([cli.updates, text()], [[], file]);
    cli.onUp = () => {
      cli.onUp = () => undefined;
      throw new Problem("the update failed", ["no memory is left"]);
    };
    const { code, err } = await run("mps", "backend=9", "--yes");
    assert.equal(code, exitCodes.rolledBack);
    assert.match(err, /taken back; the stack is as it was:\n {2}no memory is left/);
    assert.equal(systems()["mps"]?.services, undefined);
    assert.equal(cli.updates.length, 2);
  });

  it("refuses with every mistake at once, and asks before it does anything", async () => {
    const { code, err } = await run("mps", "backend=0", "frontend=51", "frontend=2", "cache=2", "--yes");
    assert.equal(code, exitCodes.usage);
    for (const says of [/backend=0: use 1-50, or stop mps with/, /frontend=51: use 1-50: Stateless/, /cache=2 is no service with a number/, /frontend is given twice/]) assert.match(err, says);
    assert.match((await run("nope", "backend=2")).err, /nope is no system/);
    assert.match((await run("sms", "backend=2", "--yes")).err, /sms does not run in the stack dev\n {2}Start it with/);
    assert.match((await run("motel", "backend=2", "--yes")).err, /motel was stopped in an emergency\n {2}Start it again first: npx stackbook resume motel/);
    const { err: unasked } = await run("mps", "backend=3");
    assert.match(unasked, /nobody was to be asked: Bring this out\?/);
    assert.deepEqual([cli.updates, text()], [[], file]);
  });
});
