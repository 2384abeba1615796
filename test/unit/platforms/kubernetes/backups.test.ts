import assert from "node:assert/strict";
import { systems } from "../../../../systems";
import { build, find } from "../../program/build";
import { isSecret } from "../../program/mocks";
import { hidden, ids, meta, object, ofKind, specOf, stackFile, system, template } from "./stack";

const job = "pulumi-nodejs:dynamic/stackbook:Job";
const digest = `sha256:${"b".repeat(64)}`;
const images = { backupPostgres: `registry.example.org/stackbook/backup-postgres:1@${digest}`, backupMongodb: `registry.example.org/stackbook/backup-mongodb:1@${digest}` };
const offsite = { stores: { offsite: { kind: "s3", bucket: "example-backups", region: "eu-central-1" } } };
const everySystem = (backups: object): Record<string, string> => stackFile(Object.fromEntries(ids.map((id) => [id, system(id, id === "fetms" ? { more: { redis: true } } : {})])), { backups, images });

describe("backups on Kubernetes", function () {
  // Each run of the program takes a second or two on an idle machine, and a busy one is no fault of it.
  this.timeout(120_000);

  describe("in S3", () => {
    before(() => build(everySystem(offsite), "dev", "", { "backups:offsite.accessKeyId": "AKIA", "backups:offsite.secretAccessKey": "hush" }));

    it("are made by an agent for each system and rehearsed by another, of images that the stack file names", () => {
      for (const id of ids) {
        const wanted = systems[id].database.engine === "mongodb" ? images.backupMongodb : images.backupPostgres;
        for (const part of ["backup", "drill"]) assert.equal(template(object("Deployment", `${id}-${part}`)).spec.containers[0].image, wanted, `${id} ${part}`);
      }
    });

    it("reach what they back up and the net; what rehearses reaches the net alone", () => {
      const reaches = (name: string): string[] => Object.keys(template(object("Deployment", name)).metadata.labels).filter((label) => label.startsWith("stackbook.reaches-")).sort();
      assert.deepEqual(reaches("fetms-backup"), ["stackbook.reaches-cache", "stackbook.reaches-database", "stackbook.reaches-net"]);
      assert.deepEqual(reaches("sms-backup"), ["stackbook.reaches-database", "stackbook.reaches-net"]);
      assert.deepEqual(reaches("sms-drill"), ["stackbook.reaches-net"]);
      const { egress, podSelector } = specOf<{ egress: { to: unknown }[]; podSelector: object }>(object("NetworkPolicy", "sms-to-net-policy"));
      assert.deepEqual(podSelector, { matchLabels: { "stackbook.reaches-net": "yes" } });
      assert.equal(egress.length, 1);
    });

    it("are told all they need by one Secret, which keeps its name: no agent is started anew, and no backup cut off, by a deploy", () => {
      const config = object("Secret", "motel-backup-config");
      const files = hidden(config);
      assert.deepEqual(Object.keys(files).sort(), ["backup.json", "secrets_database-password", "secrets_key-generation-1", "secrets_redis-password", "secrets_store-offsite.json"]);
      const { database, stores } = JSON.parse(files["backup.json"] ?? "") as { database: { host: string }; stores: { kind: string; bucket: string }[] };
      assert.equal(database.host, "database");
      assert.deepEqual(stores.map(({ bucket, kind }) => [kind, bucket]), [["s3", "example-backups"]]);
      assert.equal(meta(config).name, "backup-config");
      assert.equal(config.inputs["immutable"], undefined);
      const volume = template(object("Deployment", "motel-backup")).spec.volumes.find((each) => "secret" in each) as { secret: { secretName: string; defaultMode: number; items: { key: string; path: string }[] } };
      assert.equal(volume.secret.secretName, meta(config).name);
      assert.equal(volume.secret.defaultMode, 0o440);
      assert.deepEqual(volume.secret.items.find(({ key }) => key === "secrets_store-offsite.json")?.path, "secrets/store-offsite.json");
    });

    it("have no login to anything live where a restore is rehearsed", () => {
      const files = Object.keys(hidden(object("Secret", "motel-drill-config")));
      assert.ok(!files.some((name) => name.includes("password")), files.join(", "));
    });

    it("are taken by a Job before a version's own migration, with the same files", () => {
      const { inputs } = find(job, "motel-before-change-a");
      assert.deepEqual(inputs["command"], ["node", "/app/backup.js", "run"]);
      assert.equal(inputs["image"], images.backupPostgres);
      assert.ok(isSecret(inputs["env"]));
      assert.deepEqual((inputs["files"] as { secret: string; path: string }[]).map(({ path, secret }) => [path, secret]), [["/etc/stackbook", meta(object("Secret", "motel-backup-config")).name]]);
      assert.equal((inputs["labels"] as Record<string, string>)["stackbook.reaches-net"], "yes");
    });

    it("are brought back by a Job that stops the backend's Deployments, and rests until a restore is asked for", () => {
      const { inputs } = find(job, "motel-restore");
      assert.deepEqual(inputs["stops"], { "stackbook.stack": "dev", "stackbook.system": "motel", "stackbook.service": "backend", "stackbook.role": "app" });
      assert.equal(inputs["isResting"], true);
    });

    it("never have a disk on two nodes: whatever shares one is where the others are", () => {
      const sharing = { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: { "stackbook.disks": "shared" } } }] } };
      for (const name of ["fetms-backend-a", "fetms-backup", "fetms-drill"]) {
        assert.deepEqual(template(object("Deployment", name)).spec.affinity, sharing, name);
        assert.equal(template(object("Deployment", name)).metadata.labels["stackbook.disks"], "shared", name);
      }
      for (const name of ["fetms-before-change-a", "fetms-restore", "fetms-migration-a"]) assert.deepEqual(find(job, name).inputs["together"], { "stackbook.disks": "shared" }, name);
      assert.equal(template(object("Deployment", "motel-backend-a")).metadata.labels["stackbook.disks"], undefined);
    });

    it("end before they begin anew: no two agents on one disk", () => {
      for (const name of ["motel-backup", "motel-drill"]) assert.deepEqual(specOf<{ strategy: unknown }>(object("Deployment", name)).strategy, { type: "Recreate" });
    });

    it("keep nothing within the cluster but what the agents themselves work with", () => {
      const names = ofKind("PersistentVolumeClaim").filter((each) => meta(each).namespace === "stackbook-dev-sms").map((each) => meta(each).name);
      assert.deepEqual(names.sort(), ["audit", "backup", "database", "drill", "drill-scratch", "restore-scratch"]);
    });
  });

  it("lie on a claim of each system where a directory is their store, three times the database's size", async () => {
    await build(stackFile({ motel: system("motel"), sms: system("sms") }, { backups: {}, images }));
    for (const id of ["motel", "sms"] as const) {
      const claim = object("PersistentVolumeClaim", `${id}-backups-local`);
      assert.equal(meta(claim).namespace, `stackbook-dev-${id}`);
      const size = (name: string): number => Number.parseInt(specOf<{ resources: { requests: { storage: string } } }>(object("PersistentVolumeClaim", name)).resources.requests.storage, 10);
      assert.equal(size(`${id}-backups-local`), 3 * size(`${id}-database`));
      const volumes = template(object("Deployment", `${id}-backup`)).spec.volumes as { persistentVolumeClaim?: { claimName: string } }[];
      assert.ok(volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === "backups-local"));
      assert.equal(ofKind("NetworkPolicy").some(({ name }) => name === `${id}-to-net-policy`), false, "nobody needs the net");
    }
  });

  it("are brought back before the backend starts anew, from a number of pods, also beside an autoscaler", async () => {
    const restore = { id: "r1", backup: "daily/2026-01-01T020000Z" };
    await build(stackFile({ fetms: system("fetms", { more: { redis: true, restore } }) }, { backups: offsite, images }));
    const { inputs } = find(job, "fetms-restore");
    assert.equal(inputs["isResting"], undefined);
    const deployment = object("Deployment", "fetms-backend-a");
    assert.equal(template(deployment).metadata.labels["stackbook.restore"], "r1");
    assert.equal(specOf<{ replicas: number }>(deployment).replicas, 1);
    assert.equal(meta(deployment).annotations?.["pulumi.com/patchForce"], "true");
  });
});
