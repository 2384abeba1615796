import assert from "node:assert/strict";
import { dockerContainer } from "../../policies/rule";
import { rules } from "../../policies/rules";

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

function problems(change: Record<string, unknown> = {}): string[] {
  return rules
    .filter((rule) => rule.types.includes(dockerContainer))
    .flatMap((rule) => rule.check({ ...good, ...change }, { name: "motel-database" }).map((text) => `${rule.name}: ${text}`));
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
    ["refuses a default password", { envs: ["POSTGRES_PASSWORD=postgres"] }, /POSTGRES_PASSWORD is a default/],
  ];
  for (const [behaviour, change, message] of refused) {
    it(behaviour, () => {
      const found = problems(change);
      assert.ok(found.some((text) => message.test(text)), `expected ${message}, got ${JSON.stringify(found)}`);
      assert.equal(new Set(found.map((text) => text.split(":")[0])).size, 1, "one change breaks one rule");
    });
  }

  it("accepts an image that was built here under the hash of its content", () =>
    assert.deepEqual(problems({ image: "stackbook-dev/motel-backend:1.0.0-0123456789ab" }), []));

  it("never repeats a secret's value", () =>
    assert.ok(!problems({ envs: ["JWT_SECRET=hunter2hunter2"] }).join().includes("hunter2")));
});
