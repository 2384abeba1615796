import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { FakeCluster } from "../../support/fakeCluster";
import { Checkout } from "./checkout";

const digest = `sha256:${"a".repeat(64)}`;

const system = (id: string, version: string): object => ({
  version,
  services: Object.fromEntries(["backend", "frontend"].map((service) => [service, { image: `registry.example.org/${id}/${service}:${version}@${digest}` }])),
});

/** Two systems, backed up; objects are only recorded, Jobs are asked of the fake cluster. */
const stackFile = (cluster: FakeCluster): string =>
  stringify({
    config: {
      "stackbook:environment": "dev",
      "stackbook:platform": "kubernetes",
      "stackbook:kubernetes": { kubeconfig: cluster.kubeconfig },
      "stackbook:monitoring": { enabled: false },
      "stackbook:backups": { stores: { offsite: { kind: "s3", bucket: "example-backups", region: "eu-central-1" } } },
      "stackbook:images": Object.fromEntries(["postgres", "mongodb"].map((engine) => [`backup${engine === "postgres" ? "Postgres" : "Mongodb"}`, `registry.example.org/stackbook/backup-${engine}:1@${digest}`])),
      "stackbook:protectData": false,
      "stackbook:systems": { motel: system("motel", "1.0.0"), fetms: system("fetms", "1.0.0") },
    },
  });

describe("the program on Kubernetes, under the real CLI", function () {
  this.timeout(600_000);
  let cluster: FakeCluster;
  let checkout: Checkout;
  before(async () => {
    cluster = await FakeCluster.start();
    checkout = await Checkout.create({ STACKBOOK_RECORDER: "1" });
    await checkout.stack("cluster", stackFile(cluster));
  });
  after(async () => {
    checkout.close();
    await cluster.close();
  });

  const must = async (...args: string[]): Promise<string> => {
    const { code, output } = await checkout.run(...args, "--stack", "cluster");
    assert.equal(code, 0, output);
    return output;
  };
  const up = (): Promise<string> => must("up", "--yes", "--skip-preview");
  const deploy = (version: string): void =>
    checkout.write("Pulumi.cluster.yaml", (before) => {
      // The CLI has added the salt of its passphrase.
      const file = parse(before) as { readonly config: Readonly<Record<string, unknown>> };
      const { motel: _before, ...others } = file.config["stackbook:systems"] as Readonly<Record<string, unknown>>;
      return stringify({ ...file, config: { ...file.config, "stackbook:systems": { ...others, motel: system("motel", version) } } });
    });

  it("previews with nothing made, and not even a Job run", async () => {
    assert.match(await must("preview"), /\+ \d{2,3} to create/);
    assert.deepEqual(cluster.jobs, []);
  });

  it("makes roles, backs up, migrates, and has nothing to do at the second update", async () => {
    await up();
    assert.deepEqual(cluster.jobs.map((name) => name.replace(/-[0-9a-f]{10}$/, "")).sort(), ["before-change-a", "before-change-a", "database-role", "database-role", "migration-a", "migration-a"]);
    assert.doesNotMatch(await up(), /\b(created|updated|replaced|deleted)\b/);
    assert.equal(cluster.jobs.length, 6);
  });

  it("keeps every password out of the state's plain text", async () => {
    const state = await must("stack", "export");
    const passwords = Object.values(JSON.parse(await must("stack", "output", "credentials", "--json", "--show-secrets")) as Record<string, { readonly database?: { readonly password: string } }>).flatMap(({ database }) => (database === undefined ? [] : [database.password]));
    assert.ok(passwords.length === 2);
    for (const password of passwords) assert.ok(!state.includes(password));
  });

  it("rolls one version in place, after a backup and its migration, and touches no other system and no edge", async () => {
    deploy("1.1.0");
    const output = await up();
    assert.deepEqual([...output.matchAll(/kubernetes:\S+ (\S+) (updated|created|replaced|deleted)/g)].map(([, name = ""]) => name).sort(), ["fetms-backup-config", "fetms-drill-config", "motel-backend-a", "motel-backup-config", "motel-drill-config", "motel-frontend-a"], "nor is any agent started anew");
    assert.deepEqual(cluster.jobs.slice(6).map((name) => name.replace(/-[0-9a-f]{10}$/, "")), ["before-change-a", "migration-a"]);
  });

  it("fails with a migration's last words, with the version before still in the Deployment", async () => {
    cluster.wishes.current = { broken: "motel/backend:2.0.0", log: "relation guests does not exist" };
    deploy("2.0.0");
    const { code, output } = await checkout.run("up", "--yes", "--skip-preview", "--stack", "cluster");
    assert.notEqual(code, 0);
    assert.match(output, /motel: migration failed/);
    assert.match(output, /relation guests does not exist/);
    assert.doesNotMatch(output, /motel-(backend|frontend)-a updated/, "nor is a new frontend beside the backend before");
    const again = await checkout.run("up", "--yes", "--skip-preview", "--stack", "cluster");
    assert.notEqual(again.code, 0, "what failed is never taken as done");
  });

  it("goes back", async () => {
    cluster.wishes.current = {};
    deploy("1.1.0");
    await up();
    assert.match(await must("stack", "export"), /motel\/backend:1\.1\.0@/);
    assert.doesNotMatch(await up(), /\b(created|updated|replaced|deleted)\b/);
  });

  it("names what it may not do before it does anything", async () => {
    cluster.wishes.current = { refused: ["patch deployments.apps"] };
    const { code, output } = await checkout.run("up", "--yes", "--skip-preview", "--stack", "cluster");
    assert.notEqual(code, 0);
    assert.match(output, /without permission to patch deployments\.apps in Pulumi\.cluster\.yaml/);
    cluster.wishes.current = {};
  });

  it("goes away whole", async () => {
    await must("destroy", "--yes", "--skip-preview");
    assert.doesNotMatch(await must("stack", "--show-urns"), /kubernetes:/);
  });
});
