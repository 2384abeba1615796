import assert from "node:assert/strict";
import { dockerContainer } from "../../policies/rule";
import { rules } from "../../policies/rules";

const hostFolder = (source: string, readOnly: boolean): Record<string, unknown> => ({ type: "bind", source, target: source, readOnly });
const role = (value: string): { label: string; value: string }[] => [{ label: "stackbook.role", value }];

/** A container as the program makes it; every test changes one field of it. */
const good = {
  image: `sha256:${"a".repeat(64)}`,
  user: "1000:1000",
  memory: 512,
  cpus: "0.50",
  readOnly: true,
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  healthcheck: { tests: ["CMD", "curl", "-f", "http://127.0.0.1/"] },
  labels: [
    { label: "stackbook.role", value: "database" },
    { label: "stackbook.system", value: "motel" },
  ],
  envs: [`JWT_SECRET=${"x".repeat(64)}`, `POSTGRES_PASSWORD=${"y".repeat(32)}`],
  command: ["sh", "-c", `printf 'requirepass %s\\n' "$REDIS_PASSWORD" | redis-server -`],
};

function problems(change: Record<string, unknown> = {}, base: Record<string, unknown> = good): string[] {
  return rules
    .filter((rule) => rule.types.includes(dockerContainer))
    .flatMap((rule) => rule.check({ ...base, ...change }, { name: "motel-database" }).map((text) => `${rule.name}: ${text}`));
}

describe("the policy pack", () => {
  it("lets a container pass that keeps all rules", () => assert.deepEqual(problems(), []));

  const refused: [string, Record<string, unknown>, RegExp][] = [
    ["refuses root by number", { user: "0:0" }, /^no-root: user is "0:0"; set it/],
    ["refuses root by name", { user: "root" }, /^no-root/],
    ["refuses an image's own user, which may be root", { user: undefined }, /^no-root: user is "not set"/],
    ["refuses a privileged container", { privileged: true }, /^no-privilege: privileged/],
    ["refuses an added capability", { capabilities: { adds: ["NET_ADMIN"], drops: ["ALL"] } }, /capabilities\.adds/],
    ["refuses kept capabilities", { capabilities: {} }, /capabilities\.drops lacks "ALL"/],
    ["refuses the host's network", { networkMode: "host" }, /networkMode is "host"/],
    ["refuses new privileges", { securityOpts: [] }, /no-new-privileges/],
    ["refuses the engine's socket", { mounts: [{ source: "/var/run/docker.sock" }] }, /engine's socket/],
    ["refuses a container without memory limit", { memory: undefined }, /^limits: memory/],
    ["refuses a container without CPU limit", { cpus: undefined }, /^limits: CPU/],
    ["refuses a writable root", { readOnly: false }, /^read-only-root/],
    ["refuses a moving tag", { image: "postgres:latest" }, /^image-pinned: image is "postgres:latest"; append its digest/],
    ["refuses a tag without digest", { image: "postgres:16.9" }, /^image-pinned/],
    ["refuses a database without health check", { healthcheck: undefined }, /^healthcheck: role database/],
    ["refuses a database's published port", { ports: [{ internal: 5432, external: 5432 }] }, /^store-private: port 5432/],
    ["refuses publishing whatever the image exposes", { publishAllPorts: true }, /^store-private/],
    ["refuses a password on the command line", { command: ["redis-server", "--requirepass", "x", "password=hunter22"] }, /command line/],
    ["refuses a secret in a label", { labels: [...good.labels, { label: "DB_PASSWORD", value: "abc" }] }, /label DB_PASSWORD/],
    ["refuses a short JWT secret", { envs: ["JWT_SECRET=short"] }, /JWT_SECRET has 5 characters; use at least 64/],
    ["refuses a folder of the host for what isn't watching it", { mounts: [hostFolder("/home", true)] }, /^host-folders: a database mounts the host's \/home; use a volume/],
    ["refuses a folder of the host in the provider's other form", { volumes: [{ hostPath: "/home", containerPath: "/home", readOnly: true }] }, /^host-folders: a database mounts/],
    ["refuses a default password", { envs: ["POSTGRES_PASSWORD=postgres"] }, /POSTGRES_PASSWORD is a default/],
  ];
  for (const [behaviour, change, message] of refused) {
    it(behaviour, () => {
      const found = problems(change);
      assert.ok(found.some((text) => message.test(text)), `expected ${message}, got ${JSON.stringify(found)}`);
      assert.equal(new Set(found.map((text) => text.split(":")[0])).size, 1, "one change breaks one rule");
    });
  }

  it("lets what watches the host read its folders", () => assert.deepEqual(problems({ labels: role("monitoring"), mounts: [hostFolder("/", true)] }), []));

  it("refuses what watches the host a writable folder", () =>
    assert.deepEqual(problems({ labels: role("monitoring"), mounts: [hostFolder("/", false)] }), ["host-folders: the host's / is mounted writable; set readOnly"]));

  it("keeps volumes out of it", () => assert.deepEqual(problems({ mounts: [{ type: "volume", source: "motel-database-1a2b3c4", target: "/data", readOnly: false }] }), []));

  describe("of the log collector, the only root", () => {
    const collector = { ...good, user: "0:0", labels: role("collector"), mounts: [hostFolder("/var/lib/docker/containers", true)] };

    it("lets it pass", () => assert.deepEqual(problems({}, collector), []));

    const kept: [string, Record<string, unknown>, RegExp][] = [
      ["refuses another role the same", { labels: role("monitoring") }, /^no-root: user is "0:0"/],
      ["refuses it a capability", { capabilities: { adds: ["DAC_OVERRIDE"], drops: ["ALL"] } }, /^no-root: the collector is root and keeps capabilities/],
      ["refuses it the engine's default capabilities", { capabilities: undefined }, /^no-root: the collector is root and keeps capabilities/],
      ["refuses it a published port", { ports: [{ internal: 4318, external: 4318 }] }, /^no-root: the collector is root and publishes a port/],
      ["refuses it all of the image's ports", { publishAllPorts: true }, /^no-root: the collector is root and publishes a port/],
      ["refuses it a writable folder of the host", { mounts: [hostFolder("/var/log", false)] }, /^no-root: the collector is root and may write to the host's \/var\/log/],
      ["refuses it without a reason", { mounts: [] }, /^no-root: the collector is root and reads nothing of the host/],
    ];
    for (const [behaviour, change, message] of kept) {
      it(behaviour, () => {
        const found = problems(change, collector);
        assert.ok(found.some((text) => message.test(text)), `expected ${message}, got ${JSON.stringify(found)}`);
      });
    }
  });

  it("accepts an image that was built here under the hash of its content", () =>
    assert.deepEqual(problems({ image: "stackbook-dev/motel-backend:1.0.0-0123456789ab" }), []));

  it("never repeats a secret's value", () =>
    assert.ok(!problems({ envs: ["JWT_SECRET=hunter2hunter2"] }).join().includes("hunter2")));
});
