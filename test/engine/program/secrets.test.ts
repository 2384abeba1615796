import assert from "node:assert/strict";
import { join } from "node:path";
import { changes, Project, repository } from "../support";

const from = (path: string): string => JSON.stringify(join(repository, path));
/** `wanted` is what a stack file has. */
const program = `
require(${from("test/register.cjs")});
const pulumi = require("@pulumi/pulumi");
const { generatedSecret } = require(${from("components/rotation/secret")});
const { guardCounters } = require(${from("components/rotation/guard")});
const { DynamicProvider } = require(${from("components/dynamicProvider")});
const wanted = JSON.parse(require("node:fs").readFileSync("wanted.json", "utf8"));
module.exports = async () => {
  const rotations = wanted.rotations ?? {};
  await guardCounters({ edge: {}, monitoring: {}, systems: [{ spec: { id: "motel" }, rotations }] }, new DynamicProvider("tasks"));
  const login = generatedSecret("motel-login", { length: 32, protect: true, generation: rotations.login }, undefined);
  const server = generatedSecret("motel-server", { length: 32, protect: true, keep: "all", generation: rotations.server }, undefined);
  return { login: login.current, before: pulumi.all(login.earlier), server: server.current, earlier: pulumi.all(server.earlier) };
};
`;

interface Secrets {
  readonly login: string;
  readonly before: readonly string[];
  readonly server: string;
  readonly earlier: readonly string[];
}

describe("secrets with a counter, under the real CLI", function () {
  this.timeout(300_000);
  let project: Project;
  before(async () => {
    project = await Project.create(program);
  });
  after(async () => {
    await project.must("state", "unprotect", "--all", "--yes");
    await project.close();
  });

  const want = (rotations: Readonly<Record<string, number>>): Promise<void> => project.write("wanted.json", JSON.stringify({ rotations }));
  const secrets = async (): Promise<Secrets> => (await project.outputs()) as unknown as Secrets;
  /** Name -> whether it is protected. */
  const kept = async (): Promise<Record<string, boolean>> =>
    Object.fromEntries((await project.resources()).filter(({ type }) => type.includes("RandomPassword")).map((resource) => [resource.urn.slice(resource.urn.lastIndexOf("::") + 2), (resource as { protect?: boolean }).protect === true]));
  let first: Secrets;
  let second: Secrets;

  it("are one resource each while nothing was exchanged, with the name that they always had", async () => {
    await want({});
    await project.mustUp();
    first = await secrets();
    assert.deepEqual(await kept(), { "motel-login": true, "motel-server": true });
    assert.deepEqual([first.before, first.earlier], [[], []]);
    assert.deepEqual(changes(await project.mustUp()), []);
  });

  it("get a new value by one update, though they are protected, and the one before is at hand", async () => {
    await want({ login: 1, server: 1 });
    assert.deepEqual(changes(await project.mustUp()).sort(), ["create motel-login-1", "create motel-server-1", "create rotations"]);
    second = await secrets();
    assert.notEqual(second.login, first.login);
    assert.deepEqual([second.before, second.earlier], [[first.login], [first.server]]);
    assert.deepEqual(await kept(), { "motel-login": false, "motel-login-1": true, "motel-server": true, "motel-server-1": true });
    assert.deepEqual(changes(await project.mustUp()), []);
  });

  it("forget what was before that, but for what a server may still start with", async () => {
    await want({ login: 2, server: 2 });
    await project.mustUp();
    const third = await secrets();
    assert.deepEqual([third.before, third.earlier], [[second.login], [second.server, first.server]]);
    assert.deepEqual(await kept(), { "motel-login-1": false, "motel-login-2": true, "motel-server": true, "motel-server-1": false, "motel-server-2": true });
  });

  it("refuse a counter that goes down or jumps, and nothing is touched", async () => {
    const before = await secrets();
    await want({ login: 1, server: 4 });
    const preview = await project.preview();
    assert.equal(preview.ok, false);
    const said = preview.output.replace(/\s+/g, " ");
    assert.match(said, /systems\.motel\.rotations\.login is 1, and was 2: a secret that was exchanged never comes back\. Put 2 there again, or 3 for a new one/);
    assert.match(said, /systems\.motel\.rotations\.server is 4, and was 2: .* goes up by one at a time\. Put 3 there/);
    assert.equal((await project.up()).ok, false);
    assert.deepEqual(await secrets(), before);
  });
});
