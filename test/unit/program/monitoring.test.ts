import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { all, build, container, find, labels, task } from "./build";
import { recorded } from "./mocks";

const configFiles = "pulumi-nodejs:dynamic/stackbook:ConfigFiles";
const systems = ["mps", "fetms", "memo", "motel", "sms"] as const;
const daemons = (): typeof recorded => recorded.filter((made) => made.type === container && ["monitoring", "collector"].includes(labels(made)["stackbook.role"] ?? ""));
const networks = (name: string): string[] => (find(container, name).inputs["networksAdvanced"] as { name: string }[]).map((network) => network.name.replace(/-1a2b3c4$/, ""));
const routesText = (): string => JSON.stringify(find(task, "edge-routes").inputs["env"]);

describe("the program's monitoring", function () {
  this.timeout(60_000);

  describe("of all five systems", () => {
    before(() => build(all));

    it("has one of each for the stack, and for each system what its stores need", () => {
      const expected = ["prometheus", "alertmanager", "node-exporter", "node-exporter-network", "cadvisor", "blackbox", "mtail", "loki", "collector", "grafana", "status"];
      const exporters = ["memo-postgres", "motel-postgres", "sms-postgres", "mps-mongodb", "fetms-mongodb", "mps-redis", "memo-redis", "motel-redis"].map((name) => `${name}-exporter`);
      assert.deepEqual(daemons().map(({ name }) => name).sort(), [...expected, ...exporters].sort());
    });

    it("comes when the routes are written: what fails here keeps no visitor from a new version", () => {
      const order = recorded.map(({ type, name }) => `${type} ${name}`);
      const routes = order.indexOf(`${task} edge-routes`);
      for (const { type, name } of [...daemons(), ...recorded.filter(({ name, type: kind }) => kind === configFiles && !/-(?:backup|drill)-config$/.test(name))]) assert.ok(order.indexOf(`${type} ${name}`) > routes, name);
    });

    it("lets nobody but Prometheus into the systems' web networks, and exporters into their own store's only", () => {
      const attached = recorded.filter(({ name }) => name.startsWith("prometheus-in-")).map(({ name }) => name);
      assert.deepEqual(attached.sort(), systems.map((id) => `prometheus-in-${id}`).sort());
      for (const { name } of daemons()) {
        const own = /^(\w+)-(postgres|mongodb|redis)-exporter$/.exec(name);
        const allowed = own === null ? ["monitoring", "edge"] : ["monitoring", `${own[1] ?? ""}-${own[2] === "redis" ? "cache" : "database"}`];
        for (const network of networks(name)) assert.ok(allowed.includes(network), `${name} is in ${network}`);
      }
    });

    it("reads others' folders, and writes none of them", () => {
      for (const { name, inputs } of daemons()) {
        for (const { source, readOnly } of inputs["mounts"] as { source: string; readOnly: boolean }[]) {
          const itsOwn = source.startsWith(`stack-${name}-1a2b3c4`);
          assert.equal(readOnly, !itsOwn, `${name} has ${source}`);
        }
      }
    });

    it("gives the edge a door to each page, and the operators' words to none of its texts", () => {
      const text = routesText();
      for (const door of ["status", "grafana", "prometheus", "alerts"]) assert.ok(text.includes(`str(stack-${door}) if`), door);
      assert.equal(text.match(/auth realm Operators/g)?.length, 2);
      assert.ok(!text.includes("edge-operatorPassword-x"));
    });

    it("names every container in Prometheus's metrics, its own too", () => {
      const { files } = find(configFiles, "prometheus-containers").inputs as { files: Record<string, string> };
      const text = Object.values(files).join();
      for (const { name } of recorded.filter(({ type }) => type === container)) assert.ok(text.includes(`;${name}-1a2b3c4`), name);
    });

    it("collects the audit logs where systems keep them", () => {
      const folders = (find(container, "collector").inputs["mounts"] as { target: string }[]).map(({ target }) => target).filter((target) => target.startsWith("/host/audit/"));
      assert.deepEqual(folders.sort(), ["/host/audit/mps", "/host/audit/sms"]);
    });
  });

  it("is nothing at all when it is turned off", async () => {
    await build({ ...all, "stackbook:monitoring": JSON.stringify({ enabled: false }), "stackbook:backups": JSON.stringify({ enabled: false }) });
    assert.deepEqual(daemons(), []);
    assert.deepEqual(recorded.filter(({ name, type }) => type === configFiles || /monitoring|grafana|operator|status|prometheus/i.test(name)).map(({ name }) => name), []);
    assert.ok(!/fd@7|:8444|str\(stack-/.test(routesText()));
  });

  it("does without what a machine can't have, and says so", async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "stackbook-images-")), "images.json");
    fs.writeFileSync(file, JSON.stringify(Object.fromEntries(["grafana", "loki", "collector"].map((name) => [name, { missing: `no ${name} here` }]))));
    const { monitoring } = await build({}, "dev", file);
    assert.deepEqual((monitoring as { missing: unknown }).missing, [{ part: "dashboards", why: "no grafana here" }, { part: "logs", why: "no loki here" }]);
    assert.ok(!daemons().some(({ name }) => ["grafana", "loki", "collector"].includes(name)));
    assert.ok(!routesText().includes("stack-grafana"));
  });
});
