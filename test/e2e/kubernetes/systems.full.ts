// Slow: a Kubernetes API is built from Go modules (20 to 60 minutes, once), and all five systems are brought up on it
import assert from "node:assert/strict";
import { parse, stringify } from "yaml";
import { systems } from "../../../systems";
import { Checkout } from "../../engine/program/checkout";
import { RealCluster, type Thing } from "./cluster";

const ids = ["mps", "fetms", "memo", "motel", "sms"] as const;
const digest = `sha256:${"a".repeat(64)}`;
const changed = /\b(created|updated|replaced|deleted)\b/;

/** @param tags of its images, where they are others than the version */
const system = (id: string, version: string, tags: { readonly backend?: string; readonly frontend?: string } = {}): object => ({
  version,
  ...(id === "fetms" ? { redis: true } : {}),
  services: Object.fromEntries((["backend", "frontend"] as const).map((service) => [service, { image: `registry.example.org/${id}/${service}:${tags[service] ?? version}@${digest}` }])),
});

describe("five systems on a real Kubernetes API", function () {
  this.timeout(0);
  let cluster: RealCluster;
  let checkout: Checkout;

  before(async () => {
    cluster = await RealCluster.start();
    checkout = await Checkout.create();
    await checkout.stack("cluster", stackFile(cluster.kubeconfig));
  });
  after(async () => {
    await cluster.close();
    checkout.close();
  });

  const stackFile = (kubeconfig: string): string =>
    stringify({
      config: {
        "stackbook:environment": "dev",
        "stackbook:platform": "kubernetes",
        "stackbook:kubernetes": { kubeconfig, namespacePrefix: "web", storageClass: "disks" },
        "stackbook:monitoring": { enabled: false },
        "stackbook:backups": { enabled: false },
        "stackbook:systems": Object.fromEntries(ids.map((id) => [id, system(id, "1.0.0")])),
      },
    });
  const change = (edit: (config: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>): void =>
    checkout.write("Pulumi.cluster.yaml", (before) => {
      // The CLI has added the salt of its passphrase.
      const file = parse(before) as { readonly config: Readonly<Record<string, unknown>> };
      return stringify({ ...file, config: { ...file.config, ...edit(file.config) } });
    });
  const deploy = (...[id, version, tags]: Parameters<typeof system>): void => change((config) => ({ "stackbook:systems": { ...(config["stackbook:systems"] as object), [id]: system(id, version, tags) } }));
  const must = async (...args: string[]): Promise<string> => {
    const { code, output } = await checkout.run(...args, "--stack", "cluster");
    assert.equal(code, 0, output);
    return output;
  };
  const up = (): Promise<string> => must("up", "--yes", "--skip-preview");
  const pods = (tenant: string, label = ""): Promise<readonly Thing[]> => cluster.list(`/api/v1/namespaces/web-${tenant}/pods${label === "" ? "" : `?labelSelector=${encodeURIComponent(label)}`}`);
  const deployments = (tenant: string): Promise<readonly Thing[]> => cluster.list(`/apis/apps/v1/namespaces/web-${tenant}/deployments`);
  const imageOf = (thing: Thing | undefined): string => (thing?.spec["containers"] as readonly { readonly image: string }[] | undefined)?.[0]?.image ?? "";

  it("names each permission that somebody lacks who may only look, and makes nothing", async () => {
    change((config) => ({ "stackbook:kubernetes": { ...(config["stackbook:kubernetes"] as object), kubeconfig: cluster.viewersKubeconfig } }));
    const { code, output } = await checkout.run("up", "--yes", "--skip-preview", "--stack", "cluster");
    assert.notEqual(code, 0);
    assert.match(output, /without permission to get, create, patch, delete deployments\.apps/);
    assert.deepEqual((await cluster.list("/api/v1/namespaces")).filter(({ metadata }) => metadata.name.startsWith("web-")), []);
    change((config) => ({ "stackbook:kubernetes": { ...(config["stackbook:kubernetes"] as object), kubeconfig: cluster.kubeconfig } }));
  });

  it("come up whole: every Deployment available, every claim bound, every policy taken", async () => {
    await up();
    for (const id of ids) {
      for (const { metadata, spec, status } of await deployments(id)) assert.equal(status?.["availableReplicas"], spec["replicas"], `${id} ${metadata.name}`);
      for (const { metadata, status } of await cluster.list(`/apis/apps/v1/namespaces/web-${id}/statefulsets`)) assert.equal(status?.["readyReplicas"], 1, `${id} ${metadata.name}`);
      for (const { metadata, status } of await cluster.list(`/api/v1/namespaces/web-${id}/persistentvolumeclaims`)) assert.equal(status?.["phase"], "Bound", `${id} ${metadata.name}`);
      const policies = (await cluster.list(`/apis/networking.k8s.io/v1/namespaces/web-${id}/networkpolicies`)).map(({ metadata }) => metadata.name);
      for (const name of ["closed", "web", "database", "to-database"]) assert.ok(policies.includes(name), `${id} lacks ${name}`);
    }
    assert.equal((await pods("edge")).length, 2);
    assert.equal(new Set((await pods("edge")).map(({ spec }) => spec["nodeName"])).size, 2, "the edges are on two nodes");
    assert.deepEqual((await cluster.list("/apis/autoscaling/v2/namespaces/web-fetms/horizontalpodautoscalers")).map(({ metadata }) => metadata.name), ["backend-a"]);
  });

  it("leave no Job and no Secret of one behind", async () => {
    for (const id of ids) {
      assert.deepEqual(await cluster.list(`/apis/batch/v1/namespaces/web-${id}/jobs`), []);
      assert.deepEqual((await cluster.list(`/api/v1/namespaces/web-${id}/secrets`)).filter(({ metadata }) => metadata.labels?.["stackbook.task"] !== undefined), []);
    }
  });

  it("run under Pod Security's restricted, which refuses what asks for more", async () => {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "root" }, spec: { serviceAccountName: "backend", containers: [{ name: "root", image: "x:1" }] } };
    const { body, status } = await cluster.ask("POST", "/api/v1/namespaces/web-motel/pods", pod);
    assert.equal(status, 403);
    assert.match(String(body["message"]), /violates PodSecurity "restricted:latest"/);
  });

  it("have nothing to do at the second update", async () => assert.doesNotMatch(await up(), changed));

  it("roll another version in, and touch no edge and no other system", async () => {
    const before = { edge: (await pods("edge")).map(({ metadata }) => metadata.uid).sort(), memo: (await pods("memo")).map(({ metadata }) => metadata.uid).sort(), motel: (await deployments("motel")).map(({ metadata }) => metadata.uid).sort() };
    deploy("motel", "1.1.0");
    await up();
    const running = (await pods("motel", "stackbook.role=app")).map(imageOf);
    assert.ok(running.length >= 2 && running.every((image) => image.includes(":1.1.0@")), running.join(", "));
    assert.deepEqual((await deployments("motel")).map(({ metadata }) => metadata.uid).sort(), before.motel);
    assert.deepEqual((await pods("edge")).map(({ metadata }) => metadata.uid).sort(), before.edge);
    assert.deepEqual((await pods("memo")).map(({ metadata }) => metadata.uid).sort(), before.memo);
  });

  it("serve on with the version before when a migration fails, and fail again until it is put right", async () => {
    deploy("motel", "1.2.0", { backend: "broken" });
    for (let attempt = 0; attempt < 2; attempt++) {
      const { code, output } = await checkout.run("up", "--yes", "--skip-preview", "--stack", "cluster");
      assert.notEqual(code, 0);
      assert.match(output, /motel: migration failed with exit code 1/);
    }
    const running = (await pods("motel", "stackbook.role=app")).map(imageOf);
    assert.ok(running.length >= 2 && running.every((image) => !image.includes(":broken") && !image.includes(":1.2.0")), running.join(", "));
    assert.deepEqual(await cluster.list("/apis/batch/v1/namespaces/web-motel/jobs"), []);
  });

  it("serve on with the version before when a new one never gets ready", async () => {
    deploy("motel", "1.2.0", { backend: "1.1.0", frontend: "broken" });
    const { code, output } = await checkout.run("up", "--yes", "--skip-preview", "--stack", "cluster");
    assert.notEqual(code, 0);
    assert.match(output, /Deployment frontend-a makes no headway: .*what ran before serves on/);
    const serving = (await cluster.list("/apis/apps/v1/namespaces/web-motel/deployments")).find(({ metadata }) => metadata.name === "frontend-a");
    assert.equal(serving?.status?.["availableReplicas"], 1);
  });

  it("go back to the version before", async () => {
    deploy("motel", "1.0.0");
    await up();
    assert.ok((await pods("motel", "stackbook.role=app")).map(imageOf).every((image) => image.includes(":1.0.0@")));
    assert.doesNotMatch(await up(), changed);
  });

  it("roll the edge, pod by pod, when what it is told changes", async () => {
    const before = (await pods("edge")).map(({ metadata }) => metadata.uid);
    const maps = (await cluster.list("/api/v1/namespaces/web-edge/configmaps")).map(({ metadata }) => metadata.name).filter((name) => name.startsWith("edge-"));
    change(() => ({ "stackbook:edge": { rateLimit: { requestsPerMinute: 77 } } }));
    await up();
    const after = (await cluster.list("/api/v1/namespaces/web-edge/configmaps")).map(({ metadata }) => metadata.name).filter((name) => name.startsWith("edge-"));
    assert.equal(after.length, 1, "the map before has gone");
    assert.notDeepEqual(after, maps);
    assert.ok((await pods("edge")).every(({ metadata }) => !before.includes(metadata.uid)));
  });

  it("leave their claims and nothing else that runs when all is destroyed, and find them again", async () => {
    const claims = async (): Promise<string[]> => (await cluster.list("/api/v1/persistentvolumeclaims")).map(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name} ${metadata.uid}`).sort();
    const before = await claims();
    // A database and a place for backups each, and what the catalogue has besides.
    const wanted = ids.flatMap((id) => [id, id, ...(systems[id].redis === undefined ? [] : [id]), ...(systems[id].uploads === undefined ? [] : [id]), ...(systems[id].auditLog === undefined ? [] : [id])]);
    assert.equal(before.length, wanted.length);
    await must("destroy", "--yes", "--skip-preview", "--exclude-protected");
    assert.deepEqual(await claims(), before);
    for (const kind of ["apps/v1/deployments", "apps/v1/statefulsets", "batch/v1/jobs", "networking.k8s.io/v1/networkpolicies", "policy/v1/poddisruptionbudgets"]) assert.deepEqual(await cluster.list(`/apis/${kind}`), [], kind);
    const left = (await cluster.list("/api/v1/namespaces")).map(({ metadata }) => metadata.name).filter((name) => name.startsWith("web-"));
    assert.deepEqual(left.sort(), ids.map((id) => `web-${id}`).sort());
    await up();
    assert.deepEqual(await claims(), before);
  });
});
