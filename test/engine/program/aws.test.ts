import assert from "node:assert/strict";
import { Cloud, ids } from "./cloud";

describe("the program on AWS, under the real CLI", function () {
  this.timeout(600_000);
  let cloud: Cloud;
  before(async () => (cloud = await Cloud.start()));
  after(() => cloud.end());

  it("previews under the policies, with no exception and nothing asked of AWS, watched by alarms that tell somebody", async () => {
    const output = await cloud.must("preview", "--policy-pack", "policies", "--diff");
    assert.match(output, /\+ \d{3} to create/);
    assert.doesNotMatch(output, /\[mandatory\]/);
    assert.deepEqual(cloud.ecs.asked, []);
    for (const part of [/MetricAlarm::motel-service-down-page-backend/, /CompositeAlarm::fetms-error-rate-page-backend-told/, /TopicSubscription::alerts-page-mail-ops@example\.org/, /Dashboard::dashboard/, /Budget::budget/]) assert.match(output, part);
    assert.doesNotMatch(output, /alerts-received|alerts-present|log-retention/);
  });

  it("makes roles and migrates by tasks, and has nothing to do at the second update", async () => {
    await cloud.up();
    assert.deepEqual([...cloud.ecs.runs].sort(), [...ids.map((id) => `${id}-database-role`), "fetms-migration-a", "motel-migration-a"].sort());
    assert.doesNotMatch(await cloud.up(), /\b(created|updated|replaced|deleted)\b/);
    assert.equal(cloud.ecs.runs.length, 4);
  });

  it("keeps every password out of the state's plain text", async () => {
    const state = await cloud.must("stack", "export");
    const passwords = Object.values(JSON.parse(await cloud.must("stack", "output", "credentials", "--json", "--show-secrets")) as Record<string, { readonly database?: { readonly password: string } }>).flatMap(({ database }) => (database === undefined ? [] : [database.password]));
    assert.equal(passwords.length, ids.length);
    for (const password of passwords) assert.ok(!state.includes(password));
  });
});
