import assert from "node:assert/strict";
import { readSettings, type PolicySettings } from "../../policies/exceptions";
import { describeException, judge, levelOf, type Judged } from "../../policies/judge";
import { known } from "../../policies/known";
import { later } from "../../policies/rule";
import { everyRule } from "../../policies/rules";
import { docker } from "./cases/platforms";
import { of } from "./cases/types";

const now = new Date("2026-11-21T12:00:00Z");
const none: PolicySettings = { levels: {}, exceptions: [] };
const writable = docker({ readOnly: false });
const exception = { rule: "read-only-root", resource: "motel-app", reason: "writes beside its program until 1.5", until: "2026-12-31" };
const judged = (settings: Partial<PolicySettings>, environment = "prod"): Judged => judge([writable], { tags: {} }, { environment, settings: { ...none, levels: { "alerts-present": "disabled" }, ...settings }, now });

describe("levels of policies", () => {
  it("are mandatory everywhere but in dev", () => {
    for (const rule of everyRule) for (const environment of ["staging", "prod", "anything"]) assert.equal(levelOf(rule, { environment, settings: none }), "mandatory", rule.name);
    assert.deepEqual(everyRule.filter((rule) => levelOf(rule, { environment: "dev", settings: none }) !== "mandatory").map(({ name }) => name).sort(),
      ["alerts-present", "alerts-received", "backed-up", "backup-kept", "backup-often", "data-protected", "drill-planned", "drill-recent", "secret-age", "store-backed-up"]);
  });

  it("are what the stack file says", () => {
    assert.deepEqual(judged({}).violations.map(({ level, rule }) => `${rule} ${level}`), ["read-only-root mandatory"]);
    assert.deepEqual(judged({ levels: { "read-only-root": "advisory", "alerts-present": "disabled" } }).violations.map(({ level }) => level), ["advisory"]);
    assert.deepEqual(judged({ levels: { "read-only-root": "disabled", "alerts-present": "disabled" } }).violations, []);
  });
});

describe("exceptions from policies", () => {
  it("hold for a rule and a resource, and are told", () => {
    const { exceptions, violations } = judged({ exceptions: [exception] });
    assert.deepEqual(violations, []);
    assert.deepEqual(exceptions.map(describeException), ["exception of motel-app from read-only-root, until 2026-12-31: writes beside its program until 1.5"]);
  });

  it("hold for all that begin so", () => assert.deepEqual(judged({ exceptions: [{ ...exception, resource: "motel-*" }] }).violations, []));

  for (const [what, change] of Object.entries({ "another rule": { rule: "limits" }, "another resource": { resource: "motel" }, "another beginning": { resource: "sms-*" }, "no reason": { reason: " " } })) {
    it(`hold not for ${what}, and are told as unused`, () => {
      const { exceptions, violations } = judged({ exceptions: [{ ...exception, ...change }] });
      assert.equal(violations.length, 1);
      assert.match(describeException(exceptions[0] ?? assert.fail()), /covers nothing; remove it/);
    });
  }

  it("hold on their last day, and no longer", () => {
    assert.deepEqual(judged({ exceptions: [{ ...exception, until: "2026-11-21" }] }).violations, []);
    const { exceptions, violations } = judged({ exceptions: [{ ...exception, until: "2026-11-20" }] });
    assert.match(violations[0]?.problem ?? "", /ran out on 2026-11-20: "writes beside/);
    assert.match(describeException(exceptions[0] ?? assert.fail()), /ran out on 2026-11-20; remove it/);
  });

  it("hold for no time without a day that can be read", () => assert.equal(judged({ exceptions: [{ ...exception, until: "some day" }] }).violations.length, 1));

  it("are read from a stack file as Pulumi hands it on", () =>
    assert.deepEqual(readSettings(JSON.stringify({ levels: { hsts: "advisory", limits: "never" }, exceptions: [{ ...exception, until: "2026-12-31T00:00:00Z" }, 7] })), { levels: { hsts: "advisory" }, exceptions: [exception] }));

  it("are none where nothing is said", () => assert.deepEqual(readSettings(undefined), none));
});

describe("what a preview can't know", () => {
  class Unknown extends Error {
    readonly unknownTypeSentinel = "x";
  }
  const props = { known: 1, list: ["a", "b"], get envs(): never { throw new Unknown(); }, inner: { get image(): never { throw new Unknown(); } } };

  it("is marked, and what is known beside it is kept", () => assert.deepEqual(known(props), { known: 1, list: ["a", "b"], envs: later, inner: { image: later } }));
  it("is no other error", () => assert.throws(() => known({ get broken(): never { throw new TypeError("broken"); } }), TypeError));
  it("is judged by no rule", () => {
    const everything = of("docker:index/container:Container", { ...docker().props, image: later, user: later, memory: later, cpus: later, healthcheck: { tests: later }, envs: later, logOpts: later });
    assert.deepEqual(judge([everything], { tags: {} }, { environment: "prod", settings: { ...none, levels: { "alerts-present": "disabled" } }, now }).violations, []);
  });
});
