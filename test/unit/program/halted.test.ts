import assert from "node:assert/strict";
import { recorded } from "./mocks";
import { build, container, find, labels, task } from "./build";

const halted = { at: "2026-11-21T08:00:00Z", by: "ops@desk", why: "a breach" };
const stack = (motel: object): Record<string, string> => ({ "stackbook:systems": JSON.stringify({ motel: { version: "1.0.0", ...motel }, memo: { version: "1.0.0" } }), "stackbook:demo": JSON.stringify({ seed: true, traffic: true }) });
const dynamic = (name: string): string => `pulumi-nodejs:dynamic/stackbook:${name}`;
const of = (type: string, system: string) => recorded.filter((resource) => resource.type === type && resource.name.startsWith(`${system}-`));
const containersOf = (system: string) => recorded.filter((resource) => resource.type === container && labels(resource)["stackbook.system"] === system);

describe("a system that is halted in the stack file", function () {
  this.timeout(60_000);
  before(() => build(stack({ halted })));
  after(() => recorded.splice(0));

  it("has containers that are neither started nor said to run, whoever made them; others are as ever", () => {
    const services = containersOf("motel").map((resource) => labels(resource)["stackbook.service"]).sort();
    for (const service of ["backend", "frontend", "database", "cache", "backup", "drill", "traffic", "postgres-exporter", "redis-exporter"]) assert.ok(services.includes(service), `${service} among ${services.join(", ")}`);
    for (const { inputs, name } of containersOf("motel")) assert.deepEqual([name, inputs["mustRun"], inputs["start"], inputs["restart"]], [name, false, false, "unless-stopped"]);
    for (const { inputs, name } of [...containersOf("memo"), ...containersOf("stack")]) assert.deepEqual([name, inputs["mustRun"], inputs["start"]], [name, true, undefined]);
  });

  it("runs no task, waits for no health, writes no configuration", () => {
    for (const type of [task, dynamic("HealthGate"), dynamic("ConfigFiles")]) {
      assert.ok(of(type, "motel").length > 0);
      for (const { inputs, name } of of(type, "motel")) assert.equal(inputs["idle"], true, name);
      for (const { inputs, name } of [...of(type, "memo"), ...of(type, "edge")]) assert.equal(inputs["idle"], undefined, name);
    }
    const ids = (gate: string): readonly string[] => find(dynamic("HealthGate"), gate).inputs["containers"] as readonly string[];
    for (const gate of ["daemons-healthy", "backups-healthy"]) {
      assert.ok(ids(gate).some((id) => id.startsWith("memo-")), gate);
      assert.deepEqual(ids(gate).filter((id) => id.startsWith("motel-")), [], gate);
    }
  });

  it("has a power that says so and what may not change, as every other system has one that says that it runs", () => {
    const { inputs } = find(dynamic("Power"), "motel-power");
    assert.deepEqual(inputs["halted"], { ...halted, isolated: false });
    assert.deepEqual(inputs["frozen"], { version: "1.0.0", slot: "a" });
    assert.equal(find(dynamic("Power"), "memo-power").inputs["halted"], undefined);
  });

  it("is answered for by the edge, and waited for by nobody there", () => {
    const env = (find(task, "edge-routes").inputs["env"] as { value: readonly string[] } | readonly string[]);
    const lines = Array.isArray(env) ? (env as readonly string[]) : (env as { value: readonly string[] }).value;
    const waitFor = lines.find((line) => line.startsWith("WAIT_FOR=")) ?? "";
    assert.match(waitFor, /memo\/backend/);
    assert.doesNotMatch(waitFor, /motel/);
    assert.doesNotMatch(lines.find((line) => line.startsWith("HAPROXY_CFG=")) ?? "", /server a-0 motel-backend/);
  });

  it("is no part of what other systems' backups start from again", () => {
    const files = JSON.stringify(find(dynamic("ConfigFiles"), "memo-backup-config").inputs["files"]);
    assert.match(files, /motel/);
    assert.doesNotMatch(files, /a breach/);
  });

  // The last one: it builds another stack.
  it("is not started by the engine either when it is cut off: that would connect it somewhere", async () => {
    await build(stack({ halted: { ...halted, isolated: true } }));
    assert.deepEqual([...new Set(containersOf("motel").map(({ inputs }) => inputs["restart"]))], ["no"]);
    assert.deepEqual([...new Set(containersOf("memo").map(({ inputs }) => inputs["restart"]))], ["unless-stopped"]);
  });
});
