import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import type { DaemonArgs, Platform } from "../../../platforms/platform";
import { asResource, textOf, violationsOf } from "../../support/policies";
import { installMocks, isSecret, recorded, valueOf, type Recorded } from "../program/mocks";

const container = "docker:index/container:Container";
const configFiles = "pulumi-nodejs:dynamic/stackbook:ConfigFiles";

/** A platform on mocks. */
async function platformOn(values: Record<string, string> = {}): Promise<Platform> {
  await installMocks("dev");
  const [{ parseConfig }, { DockerPlatform }, { DynamicProvider }] = await Promise.all([
    import("../../../config/parse"),
    import("../../../platforms/docker"),
    import("../../../components/dynamicProvider"),
  ]);
  const config = parseConfig({ project: "stackbook", stack: "dev", values: { "stackbook:environment": "dev", ...values }, secretKeys: new Set(), source: "Pulumi.dev.yaml" });
  return new DockerPlatform(config, new DynamicProvider("tasks"));
}

const config: DaemonArgs["config"] = {
  directory: "/etc/prometheus",
  files: { "prometheus.yml": "global: {}" },
  check: ["promtool", "check", "config", "{dir}/prometheus.yml"],
  onChange: { signal: "SIGHUP" },
};

function prometheus(platform: Platform, change: Partial<DaemonArgs> = {}): ReturnType<Platform["createDaemon"]> {
  return platform.createDaemon({ name: "prometheus", image: platform.image("node"), user: "65534:65534", places: [], memoryMiB: 512, cpus: 1, ...change }, {});
}

/** Everything that came of it, once it is known. */
async function settled(resources: readonly pulumi.Resource[]): Promise<void> {
  for (const resource of resources) await valueOf(resource.urn);
}

function find(type: string, name: string): Recorded {
  const found = recorded.find((resource) => resource.type === type && resource.name === name);
  assert.ok(found, `${type} ${name} is missing among ${recorded.map((resource) => resource.name).join(", ")}`);
  return found;
}

const labelsOf = ({ inputs }: Recorded): Record<string, string> =>
  Object.fromEntries((inputs["labels"] as { label: string; value: string }[]).map(({ label, value }) => [label, value]));
const networksOf = ({ inputs }: Recorded): unknown => inputs["networksAdvanced"];

describe("a daemon", () => {
  it("is one container where it needs no files, known to the others by its name", async () => {
    const daemon = prometheus(await platformOn());
    await settled(daemon.ready);
    assert.equal(daemon.host, "prometheus");
    assert.deepEqual(recorded.filter(({ name }) => name.includes("prometheus")).map(({ type }) => type), [container]);
    const made = find(container, "prometheus");
    assert.deepEqual(networksOf(made), [{ name: "monitoring-1a2b3c4", aliases: ["prometheus"] }]);
    assert.deepEqual(made.inputs["ports"], []);
    assert.equal(made.inputs["healthcheck"], undefined);
    assert.deepEqual([labelsOf(made)["stackbook.system"], labelsOf(made)["stackbook.service"], labelsOf(made)["stackbook.role"]], ["stack", "prometheus", "monitoring"]);
  });

  it("of a system has the system in its name, and enters the places it was given and no other", async () => {
    const platform = await platformOn();
    const site = platform.createSite({ system: "motel", hasCache: true }, {});
    const daemon = prometheus(platform, { name: "redis-exporter", system: "motel", places: [{ site, access: "cache" }, "edge"] });
    await settled(daemon.ready);
    assert.equal(daemon.host, "motel-redis-exporter");
    const aliases = ["motel-redis-exporter"];
    assert.deepEqual(networksOf(find(container, "motel-redis-exporter")), [
      { name: "monitoring-1a2b3c4", aliases },
      { name: "motel-cache-1a2b3c4", aliases },
      { name: "edge-1a2b3c4", aliases },
    ]);
    assert.equal(labelsOf(find(container, "motel-redis-exporter"))["stackbook.system"], "motel");
  });

  it("reads its files from a volume that it can't write, after they were written", async () => {
    await settled(prometheus(await platformOn(), { config }).ready);
    const { inputs } = find(container, "prometheus");
    assert.deepEqual(inputs["mounts"], [{ type: "volume", source: "stack-prometheus-config-1a2b3c4", target: "/etc/prometheus", readOnly: true }]);
    const order = recorded.map(({ name }) => name);
    assert.ok(order.indexOf("prometheus-config") < order.indexOf("prometheus"));
    assert.ok(!("stackbook.config" in labelsOf(find(container, "prometheus"))), "a change reaches it by a signal");
  });

  it("has its files checked by its own image, in the place where it reads them", async () => {
    await settled(prometheus(await platformOn(), { config }).ready);
    const { inputs } = find(configFiles, "prometheus-config");
    assert.equal(inputs["image"], find(container, "prometheus").inputs["image"]);
    assert.deepEqual(inputs["check"], ["promtool", "check", "config", "/etc/prometheus/prometheus.yml"]);
    assert.equal(inputs["signal"], "SIGHUP");
    assert.equal(inputs["user"], "65534:65534");
  });

  it("is another container after each change where it reads its files once", async () => {
    await settled(prometheus(await platformOn(), { config: { ...config, onChange: "replace" } }).ready);
    assert.equal(labelsOf(find(container, "prometheus"))["stackbook.config"], "2026-01-01T00:00:00.000Z");
    assert.equal(find(configFiles, "prometheus-config").inputs["signal"], undefined);
  });

  it("keeps secret files secret on their way", async () => {
    const platform = await platformOn();
    const pulumiModule = await import("@pulumi/pulumi");
    await settled(prometheus(platform, { config: { ...config, secretFiles: pulumiModule.secret({ "secrets/mail": "hunter2" }) } }).ready);
    const sent = find(configFiles, "prometheus-config").inputs["secretFiles"];
    assert.ok(isSecret(sent));
    assert.deepEqual(sent.value, { "secrets/mail": "hunter2" });
    assert.ok(!isSecret(find(configFiles, "prometheus-config").inputs["files"]), "the rest is shown in previews");
    assert.ok(!JSON.stringify(find(container, "prometheus").inputs).includes("hunter2"));
  });

  it("reads folders of the host and writes none, and is asked for its health where it can be", async () => {
    const daemon = prometheus(await platformOn(), { hostFolders: [{ hostPath: "/proc", path: "/host/proc" }], healthcheck: { port: 9090, path: "/-/ready" }, stopSeconds: 60 });
    await settled(daemon.ready);
    const { inputs } = find(container, "prometheus");
    assert.deepEqual(inputs["mounts"], [{ type: "bind", source: "/proc", target: "/host/proc", readOnly: true }]);
    const { tests, interval } = inputs["healthcheck"] as { tests: string[]; interval: string };
    assert.match(tests[1] ?? "", /http:\/\/127\.0\.0\.1:9090\/-\/ready/);
    assert.equal(interval, "30s");
    assert.equal(inputs["stopTimeout"], 60);
  });

  it("breaks no policy, be it the log collector as root", async () => {
    const platform = await platformOn();
    const hostFolders = [{ hostPath: "/var/lib/docker/containers", path: "/logs" }];
    await settled([
      ...prometheus(platform, { config, healthcheck: { port: 9090, path: "/-/ready" } }).ready,
      ...prometheus(platform, { name: "collector", user: "0:0", readsHostAsRoot: true, hostFolders }).ready,
    ]);
    assert.equal(labelsOf(find(container, "collector"))["stackbook.role"], "collector");
    const problems = violationsOf(recorded.map(asResource), "dev").filter(({ level }) => level === "mandatory").map(textOf);
    assert.deepEqual(problems, []);
  });

  it("joins systems' web networks by resources of their own, so that it isn't replaced", async () => {
    const platform = await platformOn();
    const sites = (["motel", "sms"] as const).map((system) => platform.createSite({ system, hasCache: false }, {}));
    const daemon = prometheus(platform);
    const joined = platform.joinSites(daemon, sites, {});
    await settled([...daemon.ready, ...joined]);
    const attachments = recorded.filter(({ type }) => type.endsWith(":Attachment"));
    assert.deepEqual(attachments.map(({ name, inputs }) => [name, inputs["network"], inputs["container"]]), [
      ["prometheus-in-motel", "motel-web-id", "prometheus-id"],
      ["prometheus-in-sms", "sms-web-id", "prometheus-id"],
    ]);
    assert.deepEqual(networksOf(find(container, "prometheus")), [{ name: "monitoring-1a2b3c4", aliases: ["prometheus"] }]);
  });

  it("is awaited together with the others, by one resource", async () => {
    const platform = await platformOn();
    const gate = platform.awaitDaemons("monitoring", [prometheus(platform), prometheus(platform, { name: "alertmanager" })], {});
    await settled([gate]);
    assert.deepEqual(find("pulumi-nodejs:dynamic/stackbook:HealthGate", "daemons-healthy").inputs["containers"], ["prometheus-id", "alertmanager-id"]);
  });
});

describe("a platform's images", () => {
  it("says why one can't be had, unless the stack names another", async () => {
    const { writeFileSync, mkdtempSync, rmSync } = await import("node:fs");
    const folder = mkdtempSync("/tmp/stackbook-images-");
    const before = process.env["STACKBOOK_IMAGES"];
    try {
      writeFileSync(`${folder}/images.json`, JSON.stringify({ grafana: { missing: "no package has it" } }));
      process.env["STACKBOOK_IMAGES"] = `${folder}/images.json`;
      const platform = await platformOn();
      assert.equal(platform.lacks("grafana"), "no package has it");
      assert.equal(platform.lacks("prometheus"), undefined);
      const own = await platformOn({ "stackbook:images": JSON.stringify({ grafana: `example/grafana@sha256:${"a".repeat(64)}` }) });
      assert.equal(own.lacks("grafana"), undefined);
    } finally {
      if (before === undefined) delete process.env["STACKBOOK_IMAGES"];
      else process.env["STACKBOOK_IMAGES"] = before;
      rmSync(folder, { recursive: true });
    }
  });

  it("builds an agent's from its folder, under the hash of its content", async () => {
    const platform = await platformOn();
    const { reference } = platform.createAgentImage("status", {});
    assert.match(await valueOf(reference), /^stackbook-dev\/agent-status:[\w.-]+-[0-9a-f]{12}$/);
    const { context } = find("docker:index/image:Image", "agent-status-image").inputs["build"] as { context: string };
    assert.match(context, /\/agents\/status$/);
  });

  it("says which file an agent lacks", async () => {
    const platform = await platformOn();
    assert.throws(() => platform.createAgentImage("nobody", {}), /agents\/nobody: there is no .*agents\/nobody\/Dockerfile/);
  });
});
