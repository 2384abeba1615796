import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAudit } from "../../../operations/change/audit";
import { takeLock } from "../../../operations/change/lock";
import { describeNow, pulumiPlan, writePlan } from "../../../operations/policy/planFile";
import { exitCodes } from "../../../operations/problem";
import type { UpOptions } from "../../../operations/pulumi";
import type { Stack } from "../../../operations/stack";
import { FakeAgents, FakeCli, stackbook, type Said } from "./support/fakes";

class Applying extends FakeCli {
  readonly options: UpOptions[] = [];
  override up(why: string, _say?: unknown, options: UpOptions = {}): Promise<void> {
    this.options.push(options);
    return super.up(why);
  }
}

describe("stackbook apply", () => {
  const stackFile = "config:\n  stackbook:sequence: 3\n";
  let root: string;
  let file: string;
  let cli: Applying;
  let engine: FakeAgents;
  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), "stackbook-apply-"));
    writeFileSync(join(root, "Pulumi.dev.yaml"), stackFile);
    file = join(root, "dev.plan");
    cli = new Applying();
    engine = new FakeAgents();
    writePlan(file, { version: 1, ...(await describeNow("dev", cli, root, stackFile)), at: "2026-11-21T09:30:00.000Z", constrained: true });
    writeFileSync(pulumiPlan(file), "{}");
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const run = (...argv: readonly string[]): Promise<Said> => {
    const stack: Stack = { name: "dev", outputs: {}, dockerHost: undefined, cli };
    return stackbook(["apply", file, ...argv], stack, engine, { root, stackFile: () => readFileSync(join(root, "Pulumi.dev.yaml"), "utf8") });
  };
  const audit = (): string[] => readAudit(root, "dev").map(({ result, what, why }) => `${what}: ${result}${why === undefined ? "" : ` (${why})`}`);

  it("is one update, held to Pulumi's own plan and the policies, which leaves the stack file as it was approved, and is recorded", async () => {
    const { code, err, out } = await run("--why", "#217");
    assert.equal(code, 0, err);
    assert.deepEqual(cli.updates, ["apply 2026-11-21T09:30:00.000Z: #217"]);
    assert.deepEqual(cli.options, [{ policies: "kept", plan: pulumiPlan(file) }]);
    assert.equal(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8"), stackFile);
    assert.deepEqual(audit(), ["apply 2026-11-21T09:30:00.000Z: begun (#217)", "apply 2026-11-21T09:30:00.000Z: done (#217)"]);
    assert.match(out, /^Done: dev is what was previewed at 2026-11-21 09:30 UTC\./);
  });

  it("is refused, and nothing is touched, when something has moved since", async () => {
    writeFileSync(join(root, "Pulumi.dev.yaml"), `${stackFile}  stackbook:domain: example.org\n`);
    cli.exported = { version: 3, deployment: { resources: [{ urn: "urn:pulumi:dev::stackbook::a:b:C::new", type: "a:b:C" }] } };
    const { code, err } = await run();
    assert.equal(code, exitCodes.failed);
    assert.match(err, /dev\.plan is not what would be done now:\n[^]*Pulumi\.dev\.yaml is not as it was\n[^]*has had an update, or its state was changed, since\n[^]*Preview and approve again/);
    assert.deepEqual(cli.updates, []);
  });

  it("waits for nobody: whoever is at work on the stack is named", async () => {
    await takeLock(engine, { stack: "dev", what: "deploy motel 2.0.0", who: "other@desk", now: new Date("2026-11-21T09:59:00Z"), say: () => undefined });
    const { code, err } = await run();
    assert.equal(code, exitCodes.locked);
    assert.match(err, /"deploy motel 2\.0\.0" by other@desk/);
    assert.deepEqual(cli.updates, []);
  });
});
