import assert from "node:assert/strict";
import { everyRule, rules, stackRules } from "../../policies/rules";
import { backups } from "./cases/backups";
import { containers } from "./cases/containers";
import { data } from "./cases/data";
import { edgeRules, watchRules } from "./cases/edge";
import { docker, ecs, kubernetes } from "./cases/platforms";
import { secrets } from "./cases/secrets";
import { broken, found, of, type Case } from "./cases/types";

const cases: readonly Case[] = [...secrets, ...containers, ...data, ...backups, ...edgeRules, ...watchRules];

describe("the policy pack", () => {
  it("has a case for every rule of resources and stacks, and no other", () =>
    assert.deepEqual(cases.map(({ rule }) => rule).sort(), [...rules, ...stackRules].map(({ name }) => name).sort()));

  it("names each rule once, in the same form", () => {
    const names = everyRule.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const { name, description, source, why } of everyRule) {
      assert.match(name, /^[a-z]+(-[a-z]+)*$/);
      for (const sentence of [description, why]) assert.match(sentence, /^[A-Z].*\.$/, name);
      assert.ok(source.length > 1, name);
    }
  });

  it("lets a container of each platform pass that keeps all rules", () => {
    // A stack of one container has neither backups nor alerts, which are rules of the whole.
    for (const container of [docker(), kubernetes(), ecs()]) assert.deepEqual(broken(container), ["alerts-present"], container.type);
  });

  for (const { rule, good, bad } of cases) {
    describe(`of ${rule}`, () => {
      it("lets good ones pass", () => good.forEach((resources, index) => assert.deepEqual(found(rule, resources), [], `good[${index}]`)));
      for (const [behaviour, resources, message] of bad) {
        it(behaviour, () => {
          const problems = found(rule, resources);
          assert.equal(problems.length, 1, JSON.stringify(problems));
          assert.match(problems[0] ?? "", message);
          assert.match(problems[0] ?? "", /; /, "what to write instead comes after a semicolon");
        });
      }
    });
  }

  it("wants the stack's own tags as well", () => {
    assert.deepEqual(found("tagged", [docker()], { team: "web" }), ["it lacks team; add them to its labels"]);
    assert.deepEqual(found("tagged", [docker({ labels: [...(docker().props["labels"] as object[]), { label: "team", value: "web" }] })], { team: "web" }), []);
    // A label of Kubernetes can't hold what a tag may.
    const claim = (annotations: object) => of("kubernetes:core/v1:PersistentVolumeClaim", { metadata: { labels: { "stackbook.stack": "dev", "stackbook.system": "motel" }, annotations } });
    assert.deepEqual(found("tagged", [claim({ "stackbook.dev/tags": '{"team":"web & more"}' })], { team: "web" }), []);
    assert.deepEqual(found("tagged", [claim({ "stackbook.dev/tags": "no JSON" })], { team: "web" }), ["it lacks team; add them to its labels"]);
  });

  it("never repeats a secret's value", () => {
    const said = everyRule.flatMap(({ name }) => found(name, [docker({ envs: ["JWT_SECRET=hunter2hunter2", "DB_PASSWORD=hunter2"], command: ["--password=hunter2"] }), of("kubernetes:core/v1:Secret", { stringData: { password: "hunter2" } })]));
    assert.ok(said.length > 0 && !said.join().includes("hunter2"), said.join("\n"));
  });
});
