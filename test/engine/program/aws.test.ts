import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { FakeEcs } from "../../support/fakeEcs";
import { Checkout } from "./checkout";

const digest = `sha256:${"a".repeat(64)}`;
const ids = ["fetms", "motel"] as const;

const system = (id: string, version: string): object => ({
  version,
  services: Object.fromEntries(["backend", "frontend"].map((service) => [service, { image: `000000000000.dkr.ecr.eu-central-1.amazonaws.com/${id}/${service}:${version}@${digest}` }])),
  ...(id === "fetms" ? { redis: true } : {}),
});

/** PostgreSQL and DocumentDB, a folder, a scaled service; resources are only recorded, tasks and rollouts are asked of the fake ECS. */
const stackFile = stringify({
  config: {
    "stackbook:environment": "dev",
    "stackbook:platform": "aws",
    "stackbook:domain": "example.org",
    "stackbook:aws": { region: "eu-central-1", hostedZone: "Z0123456789ABCDEFGHIJ", mirror: "000000000000.dkr.ecr.eu-central-1.amazonaws.com/docker-hub", monthlyUsd: 900 },
    "stackbook:alerts": { channels: { mail: { kind: "email", to: ["ops@example.org"], from: "alerts@example.org", smarthost: "smtp.example.org:587" }}, routes: { page: ["mail"], ticket: ["mail"] } },
    "stackbook:backups": { enabled: false },
    "stackbook:tags": { team: "web" },
    "stackbook:systems": Object.fromEntries(ids.map((id) => [id, system(id, "1.0.0")])),
  },
});

describe("the program on AWS, under the real CLI", function () {
  this.timeout(900_000);
  let ecs: FakeEcs;
  let checkout: Checkout;
  before(async () => {
    ecs = await FakeEcs.start();
    checkout = await Checkout.create({ STACKBOOK_RECORDER: "1", ...ecs.env });
    await checkout.stack("cloud", stackFile);
  });
  after(async () => {
    checkout.close();
    await ecs.close();
  });

  const must = async (...args: string[]): Promise<string> => {
    const { code, output } = await checkout.run(...args, "--stack", "cloud");
    assert.equal(code, 0, output);
    return output;
  };
  const up = (): Promise<string> => must("up", "--yes", "--skip-preview");
  const deploy = (version: string): void =>
    checkout.write("Pulumi.cloud.yaml", (before) => {
      // The CLI has added the salt of its passphrase.
      const file = parse(before) as { readonly config: Readonly<Record<string, unknown>> };
      const systems = file.config["stackbook:systems"] as Readonly<Record<string, unknown>>;
      return stringify({ ...file, config: { ...file.config, "stackbook:systems": { ...systems, motel: system("motel", version) } } });
    });

  it("previews under the policies, with no exception and nothing asked of AWS", async () => {
    const output = await must("preview", "--policy-pack", "policies");
    assert.match(output, /\+ \d{3} to create/);
    assert.doesNotMatch(output, /\[mandatory\]/);
    assert.deepEqual(ecs.asked, []);
  });

  it("is watched: alarms of both systems, told by mail, and none that tells nobody", async () => {
    const output = await must("preview", "--policy-pack", "policies", "--diff");
    for (const part of [/MetricAlarm::motel-service-down-page-backend/, /CompositeAlarm::fetms-error-rate-page-backend-told/, /TopicSubscription::alerts-page-mail-ops@example\.org/, /Dashboard::dashboard/, /Budget::budget/]) assert.match(output, part);
    assert.doesNotMatch(output, /alerts-received|alerts-present|log-retention/);
  });

  it("makes roles and migrates by tasks, and has nothing to do at the second update", async () => {
    await up();
    assert.deepEqual([...ecs.runs].sort(), [...ids.map((id) => `${id}-database-role`), "fetms-migration-a", "motel-migration-a"].sort());
    assert.doesNotMatch(await up(), /\b(created|updated|replaced|deleted)\b/);
    assert.equal(ecs.runs.length, 4);
  });

  it("keeps every password out of the state's plain text", async () => {
    const state = await must("stack", "export");
    const passwords = Object.values(JSON.parse(await must("stack", "output", "credentials", "--json", "--show-secrets")) as Record<string, { readonly database?: { readonly password: string } }>).flatMap(({ database }) => (database === undefined ? [] : [database.password]));
    assert.equal(passwords.length, ids.length);
    for (const password of passwords) assert.ok(!state.includes(password));
  });

  it("rolls one version in place, after its migration, and touches no other system and no edge", async () => {
    deploy("1.1.0");
    const output = await up();
    const touched = [...output.matchAll(/aws:ecs:Service (\S+) (updated|created|replaced|deleted)/g)].map(([, name = ""]) => name);
    assert.deepEqual([...new Set(touched)].sort(), ["motel-backend-a", "motel-frontend-a"]);
    assert.doesNotMatch(output, /aws:(rds|docdb|elasticache|lb)\S* \S+ (updated|replaced)/);
    assert.equal(ecs.runs.length, 5);
  });

  it("fails with a migration's last words, with the version before still in the service", async () => {
    ecs.wishes.current = { broken: "motel-migration-a", log: "relation guests does not exist" };
    deploy("2.0.0");
    const { code, output } = await checkout.run("up", "--yes", "--skip-preview", "--stack", "cloud");
    assert.notEqual(code, 0);
    assert.match(output, /motel: migration failed with exit code 1/);
    assert.match(output, /relation guests does not exist/);
    assert.doesNotMatch(output, /Service motel-(backend|frontend)-a updated/, "nor is a new frontend beside the backend before");
    const again = await checkout.run("up", "--yes", "--skip-preview", "--stack", "cloud");
    assert.notEqual(again.code, 0, "what failed is never taken as done");
  });

  it("fails when ECS goes back to the version before by itself, and again until it doesn't", async () => {
    ecs.wishes.current = { unhealthy: "motel-backend-a" };
    for (const _attempt of [1, 2]) {
      const { code, output } = await checkout.run("up", "--yes", "--skip-preview", "--stack", "cloud");
      assert.notEqual(code, 0);
      assert.match(output, /motel backend 2\.0\.0 did not get healthy, and ECS went back to the version before/);
      assert.doesNotMatch(output, /Service motel-frontend-a updated/);
    }
  });

  it("goes back", async () => {
    ecs.wishes.current = {};
    deploy("1.1.0");
    await up();
    assert.match(await must("stack", "export"), /motel\/backend:1\.1\.0@/);
    assert.doesNotMatch(await up(), /\b(created|updated|replaced|deleted)\b/);
  });

  it("goes away but for its data, and finds that again", async () => {
    await must("destroy", "--yes", "--skip-preview", "--exclude-protected");
    const left = await must("stack", "--show-urns");
    for (const type of ["aws:rds/instance:Instance", "aws:docdb/cluster:Cluster", "aws:elasticache/replicationGroup:ReplicationGroup", "aws:efs/fileSystem:FileSystem", "random:index/randomPassword:RandomPassword"]) assert.ok(left.includes(type), `${type} is gone`);
    assert.doesNotMatch(left, /aws:(ecs|lb|wafv2|iam)\//);
    const back = await up();
    assert.doesNotMatch(back, /aws:(rds:Instance|docdb:Cluster|elasticache:ReplicationGroup|efs:FileSystem) \S+ (created|replaced)/);
  });
});
