// Slow: a Kubernetes API is built from Go modules (20 to 60 minutes, once), and a backed-up system is brought up on it
import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { run } from "../../../platforms/kubernetes/tasks/run";
import { Checkout } from "../../engine/program/checkout";
import { RealCluster, type Thing } from "./cluster";

const digest = `sha256:${"a".repeat(64)}`;
const changed = /\b(created|updated|replaced|deleted)\b/;
const namespace = "web-fetms";
const stops = { "stackbook.stack": "cluster", "stackbook.system": "fetms", "stackbook.service": "backend", "stackbook.role": "app" };

/** With an autoscaler and uploads: what makes a restore hard. */
const fetms = (version: string, more: object = {}): object => ({
  version,
  redis: true,
  services: Object.fromEntries((["backend", "frontend"] as const).map((service) => [service, { image: `registry.example.org/fetms/${service}:${version}@${digest}`, ...(service === "backend" ? { replicas: 2 } : {}) }])),
  ...more,
});

describe("backups on a real Kubernetes API", function () {
  this.timeout(0);
  let cluster: RealCluster;
  let checkout: Checkout;

  before(async () => {
    cluster = await RealCluster.start();
    checkout = await Checkout.create();
    const config = {
      "stackbook:environment": "dev",
      "stackbook:platform": "kubernetes",
      "stackbook:kubernetes": { kubeconfig: cluster.kubeconfig, namespacePrefix: "web", storageClass: "disks" },
      "stackbook:monitoring": { enabled: false },
      "stackbook:backups": { stores: { offsite: { kind: "s3", bucket: "example-backups", region: "eu-central-1" }, local: { kind: "directory" } } },
      "stackbook:images": { backupMongodb: `registry.example.org/stackbook/backup-mongodb:1@${digest}` },
      "stackbook:protectData": false,
      "stackbook:systems": { fetms: fetms("1.0.0") },
    };
    await checkout.stack("cluster", stringify({ config }));
  });
  after(async () => {
    await cluster.close();
    checkout.close();
  });

  const set = (system: object): void =>
    checkout.write("Pulumi.cluster.yaml", (before) => {
      // The CLI has added the salt of its passphrase.
      const file = parse(before) as { readonly config: Readonly<Record<string, unknown>> };
      return stringify({ ...file, config: { ...file.config, "stackbook:systems": { fetms: system } } });
    });
  const up = async (): Promise<string> => {
    const { code, output } = await checkout.run("up", "--yes", "--skip-preview", "--stack", "cluster");
    assert.equal(code, 0, output);
    return output;
  };
  const of = (kind: string): Promise<readonly Thing[]> => cluster.list(`/${kind.includes("/") ? `apis/${kind.slice(0, kind.lastIndexOf("/"))}` : "api/v1"}/namespaces/${namespace}/${kind.slice(kind.lastIndexOf("/") + 1)}`);
  const named = async (kind: string, name: string): Promise<Thing> => (await of(kind)).find(({ metadata }) => metadata.name === name) ?? assert.fail(`${kind} ${name}`);
  const podOf = async (service: string): Promise<Thing> => (await of("pods")).find(({ metadata }) => metadata.labels?.["stackbook.service"] === service && metadata.labels["stackbook.role"] !== "task") ?? assert.fail(service);

  it("are there after the first update: agents that are ready, where the disks are that they share", async () => {
    await up();
    for (const name of ["backup", "drill"]) assert.equal((await named("apps/v1/deployments", name)).status?.["availableReplicas"], 1, name);
    const nodes = await Promise.all(["backend", "backup", "drill"].map(async (service) => (await podOf(service)).spec["nodeName"]));
    assert.equal(new Set(nodes).size, 1, nodes.join(", "));
    assert.deepEqual(await of("batch/v1/jobs"), []);
    assert.ok((await of("networking.k8s.io/v1/networkpolicies")).some(({ metadata }) => metadata.name === "to-net"));
    assert.deepEqual((await of("persistentvolumeclaims")).map(({ metadata }) => metadata.name).sort(), ["backup", "backups-local", "cache", "database", "drill", "drill-scratch", "restore-scratch", "uploads"]);
    assert.doesNotMatch(await up(), changed);
  });

  it("go on through a deploy: the agent learns of the version and is not started anew", async () => {
    const [pod, files] = [(await podOf("backup")).metadata.uid, (await named("secrets", "backup-config")).metadata.uid];
    set(fetms("1.1.0"));
    assert.match(await up(), /fetms-backup-config.*updated/);
    assert.equal((await podOf("backup")).metadata.uid, pod);
    assert.equal((await named("secrets", "backup-config")).metadata.uid, files);
  });

  it("start the backend again when a restore fails, with as many pods as the autoscaler had given it", async () => {
    const at = `/apis/apps/v1/namespaces/${namespace}/deployments/backend-a`;
    await cluster.ask("PATCH", `${at}/scale`, { spec: { replicas: 3 } }, "application/merge-patch+json");
    const restore = run({ cluster: { kubeconfig: cluster.kubeconfig }, namespace, name: "restore", image: "registry.example.org/x:broken", command: ["false"], env: {}, user: "1000:1000", serviceAccount: "tasks", labels: {}, memoryMiB: 64, timeoutSeconds: 60, title: "a restore", stops });
    await assert.rejects(restore, /a restore failed with exit code 1/);
    const { metadata, spec } = (await cluster.ask("GET", at)).body as unknown as Thing & { readonly metadata: { readonly annotations?: object } };
    assert.equal(spec["replicas"], 3);
    assert.equal("stackbook.dev/held" in (metadata.annotations ?? {}), false);
  });

  it("are brought back with no pod of the backend beside it, and new ones start from what was brought", async () => {
    const before = new Set((await of("pods")).map(({ metadata }) => metadata.uid));
    set(fetms("1.1.0", { restore: { id: "r1", backup: "latest" } }));
    await up();
    const backends = (await of("pods")).filter(({ metadata }) => metadata.labels?.["stackbook.service"] === "backend");
    assert.equal(backends.length, 2);
    for (const { metadata } of backends) {
      assert.ok(!before.has(metadata.uid));
      assert.equal(metadata.labels?.["stackbook.restore"], "r1");
    }
    assert.doesNotMatch(await up(), changed);
  });

  it("start at the next update what one that was cut off in a restore has stopped", async () => {
    const at = `/apis/apps/v1/namespaces/${namespace}/deployments/backend-a`;
    await cluster.ask("PATCH", at, { metadata: { annotations: { "stackbook.dev/held": "2" } }, spec: { replicas: 0 } }, "application/merge-patch+json");
    set(fetms("1.1.0"));
    await up();
    assert.equal((await named("apps/v1/deployments", "backend-a")).spec["replicas"], 2);
  });
});
