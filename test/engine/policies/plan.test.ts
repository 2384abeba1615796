import assert from "node:assert/strict";
import { join } from "node:path";
import { readDrift } from "../../../operations/policy/drift";
import { describeNow, movedSince, type PlanFile } from "../../../operations/policy/planFile";
import { losses } from "../../../operations/preview";
import { stackCli, type StackCli } from "../../../operations/pulumi";
import { Project, pulumiEnvironment, repository } from "../support";

const password = (name: string, length: number): string => `new random.RandomPassword("${name}", { length: ${length} });`;
const program = (...lines: string[]): string => `const random = require("@pulumi/random");\n${lines.join("\n")}\n`;

describe("an update that was approved, in the real engine", function () {
  this.timeout(300_000);
  let project: Project;
  let cli: StackCli;
  const quiet = (): void => undefined;
  const planFile = (): string => join(project.folder, "plan.json");

  before(async () => {
    project = await Project.create(program(password("motel-jwtSecret", 64)));
    cli = stackCli("organization/probe/dev", { ...(await pulumiEnvironment()), PULUMI_BACKEND_URL: `file://${project.folder}/state` }, false);
  });
  after(() => project.close());

  const at = () => describeNow("dev", cli, repository, "config: {}");
  const preview = (options: { readonly savePlan?: string } = {}) => cli.preview({ cwd: project.folder, ...options });
  const up = (plan?: string) => cli.up("test", quiet, { cwd: project.folder, ...(plan === undefined ? {} : { plan }) });

  it("is what was previewed; then the plan is of a stack that has moved", async () => {
    const before: PlanFile = { version: 1, ...(await at()), at: "", constrained: true };
    assert.deepEqual((await preview({ savePlan: planFile() })).changes.map(({ name, op }) => `${op} ${name}`), ["create motel-jwtSecret"]);
    assert.deepEqual(movedSince(before, await at()), [], "a preview moves nothing");
    await up(planFile());
    assert.deepEqual((await project.resources()).filter(({ type }) => type.startsWith("random:")).length, 1);
    assert.match(movedSince(before, await at()).join(), /has had an update/);
  });

  it("is refused where the program does what was not previewed", async () => {
    await preview({ savePlan: planFile() });
    await project.write("index.js", program(password("motel-jwtSecret", 64), password("stranger", 32)));
    await assert.rejects(up(planFile()), (error: Error & { remedy?: readonly string[] }) => /plan|resource violates/i.test(`${error.message} ${(error.remedy ?? []).join(" ")}`));
    assert.equal((await project.resources()).some(({ urn }) => urn.endsWith("::stranger")), false, "it was not made");
  });

  it("shows what would be lost, and why", async () => {
    await project.write("index.js", program(password("motel-jwtSecret", 65)));
    const seen = await preview();
    assert.deepEqual(losses(seen).map(({ because, name, op }) => [name, op, because]), [["motel-jwtSecret", "replace", ["length"]]]);
    await project.write("index.js", program());
    assert.deepEqual(losses(await preview()).map(({ name, op }) => `${op} ${name}`), ["delete motel-jwtSecret"]);
  });

  it("finds no drift where there is none", async () => {
    await project.write("index.js", program(password("motel-jwtSecret", 64)));
    assert.deepEqual(readDrift(await project.must("refresh", "--preview-only", "--json")), []);
  });
});
