import assert from "node:assert/strict";
import { run } from "../../../../platforms/kubernetes/tasks/run";
import { build, find } from "../../program/build";
import { meta, object, ofKind, specOf, stackFile, system, template } from "./stack";

const job = "pulumi-nodejs:dynamic/stackbook:Job";
const digest = `sha256:${"b".repeat(64)}`;
const more = { backups: {}, images: { backupPostgres: `registry.example.org/stackbook/backup-postgres:1@${digest}`, backupMongodb: `registry.example.org/stackbook/backup-mongodb:1@${digest}` } };
const halted = { at: "2026-11-21T08:00:00Z", by: "ops@example.org" };
const two = (fetms: object) => stackFile({ fetms: system("fetms", { more: { redis: true, ...fetms } }), sms: system("sms") }, more);
const ofFetms = (kind: string) => ofKind(kind).filter((each) => meta(each).namespace === "stackbook-dev-fetms");
const replicas = (kind: string, name: string): number | undefined => specOf<{ replicas?: number }>(object(kind, name)).replicas;

describe("a system that is halted on Kubernetes", function () {
  // Each run of the program takes a second or two on an idle machine, and a busy one is no fault of it.
  this.timeout(120_000);

  it("has no pod, an autoscaler or not, and keeps every claim; its neighbour runs on", async () => {
    await build(two({}));
    const claims = ofFetms("PersistentVolumeClaim").map(({ name }) => name).sort();
    await build(two({ halted }));
    for (const kind of ["Deployment", "StatefulSet"]) for (const { name } of ofFetms(kind)) assert.equal(replicas(kind, name), 0, name);
    assert.ok(ofFetms("Deployment").length >= 4 && ofFetms("StatefulSet").length === 2);
    assert.deepEqual(ofFetms("PersistentVolumeClaim").map(({ name }) => name).sort(), claims);
    assert.equal(replicas("Deployment", "sms-backup"), 1);
    assert.ok((replicas("Deployment", "sms-backend-a") ?? 0) > 0);
  });

  it("runs no task, which all catch up when it runs again", async () => {
    await build(two({ halted }));
    for (const name of ["fetms-database-role", "fetms-before-change-a", "fetms-migration-a", "fetms-restore"]) assert.equal(find(job, name).inputs["idle"], true, name);
    assert.equal(find(job, "sms-before-change-a").inputs["idle"], undefined);
    // No cluster is even asked.
    const inputs = { cluster: { kubeconfig: "/nowhere" }, namespace: "x", name: "x", image: "x", command: [], env: {}, user: "1:1", serviceAccount: "x", labels: {}, memoryMiB: 1, timeoutSeconds: 1, title: "x" };
    assert.deepEqual(await run({ ...inputs, idle: true }), { result: "", answer: "" });
    await assert.rejects(run(inputs), /nowhere/);
  });

  it("is answered for by the edge", async () => {
    await build(two({ halted }));
    const text = (object("ConfigMap", "edge-config").inputs["data"] as Record<string, string>)["haproxy.cfg"] ?? "";
    assert.doesNotMatch(text, /backend-a\.stackbook-dev-fetms/);
    assert.match(text, /backend-a\.stackbook-dev-sms/);
  });

  it("that is cut off keeps its pods for evidence, and nobody reaches them, nor they anybody", async () => {
    await build(two({ halted: { ...halted, isolated: true } }));
    assert.equal(replicas("StatefulSet", "fetms-database"), 1);
    assert.equal(replicas("Deployment", "fetms-backup"), 1);
    assert.deepEqual(ofFetms("NetworkPolicy").map((each) => [meta(each).name, each.inputs["spec"]]), [["closed", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }]]);
    assert.equal(template(object("Deployment", "fetms-backend-a")).spec.automountServiceAccountToken, false);
  });
});
