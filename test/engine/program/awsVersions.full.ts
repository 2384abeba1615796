// Slow: half a dozen updates of two systems, each with all that AWS needs for them
import assert from "node:assert/strict";
import { Cloud } from "./cloud";

describe("versions of a stack on AWS, under the real CLI", function () {
  this.timeout(1_800_000);
  let cloud: Cloud;
  before(async () => {
    cloud = await Cloud.start();
    await cloud.up();
  });
  after(() => cloud.end());

  it("rolls one version in place, after its migration, and touches no other system and no edge", async () => {
    cloud.deploy("1.1.0");
    const output = await cloud.up();
    const touched = [...output.matchAll(/aws:ecs:Service (\S+) (updated|created|replaced|deleted)/g)].map(([, name = ""]) => name);
    assert.deepEqual([...new Set(touched)].sort(), ["motel-backend-a", "motel-frontend-a"]);
    assert.doesNotMatch(output, /aws:(rds|docdb|elasticache|lb)\S* \S+ (updated|replaced)/);
    assert.equal(cloud.ecs.runs.length, 5);
  });

  it("fails with a migration's last words, with the version before still in the service", async () => {
    cloud.ecs.wishes.current = { broken: "motel-migration-a", log: "relation guests does not exist" };
    cloud.deploy("2.0.0");
    const { code, output } = await cloud.tryUp();
    assert.notEqual(code, 0);
    assert.match(output, /motel: migration failed with exit code 1/);
    assert.match(output, /relation guests does not exist/);
    assert.doesNotMatch(output, /Service motel-(backend|frontend)-a updated/, "nor is a new frontend beside the backend before");
    const again = await cloud.tryUp();
    assert.notEqual(again.code, 0, "what failed is never taken as done");
  });

  it("fails when ECS goes back to the version before by itself, and again until it doesn't", async () => {
    cloud.ecs.wishes.current = { unhealthy: "motel-backend-a" };
    for (const _attempt of [1, 2]) {
      const { code, output } = await cloud.tryUp();
      assert.notEqual(code, 0);
      assert.match(output, /motel backend 2\.0\.0 did not get healthy, and ECS went back to the version before/);
      assert.doesNotMatch(output, /Service motel-frontend-a updated/);
    }
  });

  it("goes back", async () => {
    cloud.ecs.wishes.current = {};
    cloud.deploy("1.1.0");
    await cloud.up();
    assert.match(await cloud.must("stack", "export"), /motel\/backend:1\.1\.0@/);
    assert.doesNotMatch(await cloud.up(), /\b(created|updated|replaced|deleted)\b/);
  });

  it("goes away but for its data, and finds that again", async () => {
    await cloud.must("destroy", "--yes", "--skip-preview", "--exclude-protected");
    const left = await cloud.must("stack", "--show-urns");
    for (const type of ["aws:rds/instance:Instance", "aws:docdb/cluster:Cluster", "aws:elasticache/replicationGroup:ReplicationGroup", "aws:efs/fileSystem:FileSystem", "random:index/randomPassword:RandomPassword"]) assert.ok(left.includes(type), `${type} is gone`);
    assert.doesNotMatch(left, /aws:(ecs|lb|wafv2|iam)\//);
    const back = await cloud.up();
    assert.doesNotMatch(back, /aws:(rds:Instance|docdb:Cluster|elasticache:ReplicationGroup|efs:FileSystem) \S+ (created|replaced)/);
  });
});
