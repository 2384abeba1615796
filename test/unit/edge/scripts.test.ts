import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { acmeCommand, acmeEnvironment, edgeCommand, edgeHealthcheck, renderHaproxy, writeRoutesCommand, writeRoutesEnvironment } from "../../../components/edge";

describe("the edge's scripts", () => {
  for (const [name, [shell, flag, text]] of Object.entries({ edge: edgeCommand(), "write-routes": writeRoutesCommand(), acme: acmeCommand(), healthcheck: edgeHealthcheck.slice(1) })) {
    it(`${name} is understood by ${shell}`, () => {
      assert.equal(flag, "-c");
      const result = spawnSync(shell ?? "", ["-n", "-c", text ?? ""], { encoding: "utf8" });
      assert.equal(result.status, 0, result.stderr);
    });
  }

  it("fit into one argument", () => {
    for (const command of [edgeCommand(), writeRoutesCommand(), acmeCommand()]) assert.ok((command[2]?.length ?? 0) < 131_072);
  });

  it("take no secret in a command line", () => {
    const secret = "-----BEGIN PRIVATE KEY-----";
    const config = renderHaproxy({ publicHttpsPort: 443, systems: [] });
    assert.ok(writeRoutesEnvironment({ config, files: [], waitFor: [], certificatePem: secret }).CERT_PEM?.includes(secret));
    assert.ok(!writeRoutesCommand().join().includes("BEGIN PRIVATE KEY"));
  });

  it("refuse times out of range by name", () => {
    const config = renderHaproxy({ publicHttpsPort: 443, systems: [] });
    assert.throws(() => edgeCommand({ watchSeconds: 0 }), /watchSeconds is 0; use a whole number, 1-3600/);
    assert.throws(() => writeRoutesEnvironment({ config, files: [], waitFor: [], drainSeconds: -1 }), /drainSeconds is -1/);
    assert.throws(
      () => acmeEnvironment({ email: "ops", domains: ["a b"], directoryUrl: "nowhere", checkSeconds: 0 }),
      /edge\.tls: email is "ops".*domains\[0\] is "a b".*directoryUrl is "nowhere".*checkSeconds is 0/,
    );
  });

  it("give lego all it needs, and Let's Encrypt unless told otherwise", () => {
    const env = acmeEnvironment({ email: "ops@example.org", domains: ["motel.example.org", "memo.example.org"] });
    assert.equal(env.ACME_DOMAINS, "motel.example.org memo.example.org");
    assert.equal(env.ACME_CHALLENGE_PORT, "8402");
    assert.equal(env.ACME_CHECK_SECONDS, "43200");
    assert.ok(URL.canParse(env.ACME_DIRECTORY ?? ""));
    assert.equal(acmeEnvironment({ email: "ops@example.org", domains: [], directoryUrl: "https://ca.example.org/dir" }).ACME_DIRECTORY, "https://ca.example.org/dir");
  });
});
