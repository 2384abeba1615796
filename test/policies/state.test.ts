import assert from "node:assert/strict";
import { randomPassword, type Found, type StateFacts, type StateResource } from "../../policies/rule";
import { stateRules } from "../../policies/rules";
import { docker, strongPassword } from "./cases/platforms";

const now = new Date("2026-11-21T12:00:00Z");
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
const facts = (change: Partial<StateFacts>): StateFacts => ({ now, environment: "prod", resources: [], drills: {}, ...change });
const resource = (change: Partial<StateResource>): StateResource => ({ type: "docker:index/container:Container", name: "motel-backend", props: {}, inTheClear: [], secrets: [], ...change });
const found = (name: string, change: Partial<StateFacts>): readonly Found[] => stateRules.filter((rule) => rule.name === name).flatMap((rule) => rule.checkState(facts(change)));

describe("the policy on secrets in the state", () => {
  const owner = resource({ name: "motel-databasePassword", type: randomPassword, secrets: [strongPassword] });

  it("lets secrets pass that are marked", () => assert.deepEqual(found("secret-marked", { resources: [owner, resource({ inTheClear: [{ path: "inputs.image", value: "postgres:16" }, { path: "inputs.labels[0].value", value: "motel" }] })] }), []));
  it("refuses one that appears elsewhere in the clear", () => {
    const problems = found("secret-marked", { resources: [owner, resource({ inTheClear: [{ path: "inputs.command[2]", value: `--url=postgres://app:${strongPassword}@database` }] })] });
    assert.deepEqual(problems.map((one) => one.resource), ["motel-backend"]);
    assert.match(problems[0]?.problem ?? "", /inputs\.command\[2\] has a secret of motel-databasePassword in the clear; wrap it by pulumi\.secret, and rotate it/);
    assert.ok(!JSON.stringify(problems).includes(strongPassword), "never the value");
  });
  it("refuses what is named as one and not marked", () => assert.match(found("secret-marked", { resources: [resource({ inTheClear: [{ path: "outputs.masterPassword", value: "x7Kq2mB9vTz4LpWn" }] })] })[0]?.problem ?? "", /outputs\.masterPassword is in the clear/));
  for (const [path, value] of [["outputs.passwordFile", "/run/secrets/password"], ["inputs.secretArn", "arn:aws:secretsmanager:eu-central-1:1:secret:x"], ["inputs.password", "short"], ["inputs.jwtSecret", "text of several words"]] as const) {
    it(`takes ${path} for none when it is "${value}"`, () => assert.deepEqual(found("secret-marked", { resources: [resource({ inTheClear: [{ path, value }] })] }), []));
  }
});

describe("the policy on secrets' age", () => {
  const made = (name: string, days: number): StateResource => resource({ type: randomPassword, name, created: daysAgo(days) });

  it("lets a quarter pass", () => assert.deepEqual(found("secret-age", { resources: [made("motel-databasePassword", 92)] }), []));
  it("reports what is older, with the command", () => assert.match(found("secret-age", { resources: [made("motel-databasePassword", 93)] })[0]?.problem ?? "", /93 days old, its age is 92; exchange it: npx stackbook rotate motel/));
  it("counts from the newest exchange", () => assert.deepEqual(found("secret-age", { resources: [made("motel-databasePassword", 300), made("motel-databasePassword-1", 100), made("motel-databasePassword-2", 3)] }), []));
});

describe("the policy on rehearsed restores", () => {
  const agent: StateResource = { ...resource({}), ...docker({}, "backup", "mps") };
  const of = (change: Partial<StateFacts>) => found("drill-recent", { resources: [agent], ...change }).map(({ problem }) => problem);

  it("lets a week pass, and a day", () => assert.deepEqual(of({ drills: { mps: daysAgo(8) } }), []));
  it("refuses an older one", () => assert.match(of({ drills: { mps: daysAgo(9.5) } })[0] ?? "", /restore of mps was last rehearsed 9 days ago; npx stackbook drill mps/));
  it("refuses none", () => assert.match(of({ drills: {} })[0] ?? "", /restore of mps was never rehearsed; npx stackbook drill mps/));
  it("refuses not to know", () => assert.match(of({ drills: undefined })[0] ?? "", /nobody could say/));
  it("asks only in prod", () => assert.deepEqual(of({ environment: "staging", drills: {} }), []));
  it("asks nothing where nothing is backed up", () => assert.deepEqual(found("drill-recent", { drills: {} }), []));
});
