import assert from "node:assert/strict";
import { join } from "node:path";
import { Project, repository, type Run } from "../support";

const pack = join(repository, "policies");
const digest = `registry.example.org/app:1.0.0@sha256:${"a".repeat(64)}`;

/** A program of plain resources: what the pack says doesn't depend on who wrote them. */
const program = (body: string): string => `
const pulumi = require("@pulumi/pulumi");
const make = (type, name, props, opts) => new (class extends pulumi.CustomResource { constructor() { super(type, name, props, opts); } })();
const labels = (role, system = "motel") => Object.entries({ stack: "dev", system, role, service: role }).map(([label, value]) => ({ label: "stackbook." + label, value }));
const good = { image: "${digest}", user: "1000:1000", memory: 512, cpus: "0.5", readOnly: true, capabilities: { drops: ["ALL"] }, securityOpts: ["no-new-privileges:true"],
  healthcheck: { tests: ["CMD", "true"] }, logOpts: { "max-size": "10m", "max-file": "5" }, labels: labels("monitoring"), command: ["true"], envs: ["A=b"] };
${body}`;

const broken = program(`
const haproxy = ["global", "    ssl-default-bind-options ssl-min-ver TLSv1.0", "frontend http", "    bind :80", "frontend https", "    bind :443 ssl crt /certs",
  "    http-request set-var(txn.system) str(motel)", "    http-response set-header Access-Control-Allow-Origin *"].join("\\n");
make("docker:index/container:Container", "worst", {
  image: "postgres:latest", user: "root", privileged: true, capabilities: { adds: ["NET_ADMIN"] }, networkMode: "host", labels: labels("database").slice(1),
  mounts: [{ type: "bind", source: "/var/run/docker.sock", target: "/s" }], ports: [{ internal: 5432, external: 5432 }], command: ["postgres", "--db-password=hunter22xx"],
  envs: ["POSTGRES_HOST_AUTH_METHOD=trust", "JWT_SECRET=short", "DB_PASSWORD=postgres", "HAPROXY_CFG=" + haproxy],
});
make("docker:index/network:Network", "open", { internal: false, attachable: true, labels: labels("network").map((l) => l.label === "stackbook.service" ? { ...l, value: "database" } : l) });
make("docker:index/volume:Volume", "unlocked", { labels: labels("volume").map((l) => l.label === "stackbook.service" ? { ...l, value: "database" } : l), driverOpts: { o: "bind", device: "/srv" } });
`);

/** Rules that the CLI names with a level. */
const named = ({ output }: Run, level: string): string[] => [...new Set([...output.matchAll(new RegExp(`\\[${level}\\]\\s+([a-z-]+)`, "g"))].map(([, rule = ""]) => rule))].sort();

describe("the policy pack in the real engine", function () {
  this.timeout(300_000);
  let project: Project;
  before(async () => (project = await Project.create(program(""))));
  after(() => project.close());

  const preview = (source: string): Promise<Run> => project.preview(source, "--policy-pack", pack);

  it("lets what keeps all rules pass, values that are known only later too", async () => {
    const run = await preview(program(`
      const later = make("random:index/randomPassword:RandomPassword", "motel-databasePassword", { length: 32, special: false, result: undefined }, { protect: true });
      make("docker:index/container:Container", "watcher", { ...good, envs: [pulumi.interpolate\`TOKEN=\${later.id}\`] });`));
    assert.ok(run.ok, run.output);
    assert.doesNotMatch(run.output, /\[(mandatory|advisory)\]|can't run policy/);
  });

  it("reports more than twenty rules that one stack breaks at once, each by its name", async () => {
    await project.must("config", "set", "stackbook:environment", "prod");
    const run = await preview(broken);
    assert.ok(!run.ok, "it is refused");
    const rules = named(run, "mandatory");
    for (const rule of ["image-pinned", "no-root", "no-privilege", "no-capability", "no-host-namespace", "no-engine-socket", "limits", "read-only-root", "host-folders", "store-private",
      "store-authenticated", "no-plain-secret", "jwt-length", "no-weak-password", "log-retention", "tls-version", "https-redirect", "hsts", "cors-named", "network-closed", "data-protected", "host-volumes"]) {
      assert.ok(rules.includes(rule), `${rule} is missing among ${rules.join(", ")}`);
    }
    assert.match(run.output, /worst: image is "postgres:latest"; append its digest.*Why: A tag can be moved/s);
    assert.ok(!run.output.includes("hunter22xx"), "no secret is repeated");
  });

  it("refuses nothing where rules are only to be told, as by what stops a system or goes back, and tells the same", async () => {
    await project.must("config", "set", "stackbook:environment", "prod");
    const run = await project.preview(broken, "--policy-pack", pack, "--policy-pack-config", join(pack, "told.json"));
    assert.ok(run.ok, run.output);
    assert.deepEqual(named(run, "mandatory"), []);
    assert.ok(named(run, "advisory").length > 20, named(run, "advisory").join(", "));
  });

  it("takes levels and exceptions from the stack file, and tells them", async () => {
    await project.must("config", "set", "stackbook:environment", "prod");
    await project.must("config", "set", "--path", "stackbook:policies.levels.limits", "advisory");
    const exception = { rule: "no-root", resource: "watch*", reason: "as a test", until: "2999-12-31" };
    for (const [key, value] of Object.entries(exception)) await project.must("config", "set", "--path", `stackbook:policies.exceptions[0].${key}`, value);
    const source = program(`make("docker:index/container:Container", "watcher", { ...good, user: "root", memory: 0 });`);
    const run = await preview(source);
    assert.ok(run.ok, run.output);
    assert.deepEqual(named(run, "mandatory"), []);
    assert.deepEqual(named(run, "advisory"), ["exceptions", "limits"]);
    assert.match(run.output, /exception of watch\* from no-root, until 2999-12-31: as a test/);
    await project.must("config", "set", "--path", "stackbook:policies.exceptions[0].until", "2026-01-01");
    assert.deepEqual(named(await preview(source), "mandatory"), ["no-root"]);
  });

  it("looks at Kubernetes and AWS resources by the same rules", async () => {
    await project.must("config", "rm", "stackbook:policies");
    const run = await preview(program(`
      make("kubernetes:apps/v1:Deployment", "backend", { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "backend", namespace: "motel" }, spec: { selector: {}, template: { spec: { hostNetwork: true, containers: [{ name: "a", image: "nginx:latest", securityContext: { privileged: true } }] } } } });
      make("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "shut", { bucket: "b", blockPublicAcls: false });`));
    assert.ok(!run.ok, "it is refused");
    const rules = named(run, "mandatory");
    for (const rule of ["image-pinned", "no-root", "no-privilege", "no-capability", "no-host-namespace", "limits", "read-only-root", "bucket-private"]) assert.ok(rules.includes(rule), `${rule} is missing among ${rules.join(", ")}\n${run.output}`);
  });
});
