import assert from "node:assert/strict";
import { Checkout } from "./checkout";

describe("the program under the real CLI", function () {
  this.timeout(240_000);
  let checkout: Checkout;
  // No engine answers here: a preview must need none.
  before(async () => (checkout = await Checkout.create({ DOCKER_HOST: "unix:///nowhere/docker.sock" })));
  after(() => checkout.close());

  for (const stack of ["staging", "prod"]) {
    it(`previews ${stack} without error, without an engine, and under the policies`, async () => {
      await checkout.stack(stack);
      const { code, output } = await checkout.run("preview", "--stack", stack, "--policy-pack", "policies");
      assert.equal(code, 0, output);
      assert.match(output, /\+ \d{3} to create/);
      assert.match(output, /stackbook.*policies|Policies/i, "the pack ran");
    });
  }

  it("refuses what breaks a policy, by name, with what to write instead", async () => {
    await checkout.stack(
      "loose",
      [
        "config:",
        "  stackbook:environment: dev",
        "  stackbook:images: { postgres: 'postgres:16' }",
        "  stackbook:systems: { motel: { version: 1.0.0 } }",
      ].join("\n"),
    );
    const { code, output } = await checkout.run("preview", "--stack", "loose", "--policy-pack", "policies");
    assert.notEqual(code, 0);
    assert.match(output, /image-pinned/);
    assert.match(output, /append its digest: postgres:16@sha256:/);
  });

  it("runs motel on a stack `dev` without any configuration", async () => {
    await checkout.stack("dev", "config: {}\n");
    const { code, output } = await checkout.run("preview", "--stack", "dev");
    assert.equal(code, 0, output);
    assert.match(output, /motel\.localhost/);
  });

  it("reports every problem of a stack file together, names the fix, and touches nothing", async () => {
    await checkout.stack(
      "faulty",
      [
        "config:",
        "  stackbook:environment: dev",
        "  stackbook:sytems: {}",
        "  stackbook:systems: { motle: { version: 1.0.0 }, sms: { version: 1.0.0, services: { backend: { replicas: 0 } } } }",
        "  motel:jwtSecret: not-a-secret",
      ].join("\n"),
    );
    const { code, output } = await checkout.run("up", "--yes", "--skip-preview", "--stack", "faulty");
    assert.notEqual(code, 0);
    for (const part of [/sytems.*systems/s, /motle.*motel/s, /replicas.*0/s, /pulumi config set --secret/]) assert.match(output, part);
    assert.ok(!output.includes("not-a-secret"), "the value is never shown");
    assert.doesNotMatch(output, /at .*\.ts:\d+/, "no stack trace");
    const { output: resources } = await checkout.run("stack", "--stack", "faulty", "--show-ids");
    assert.doesNotMatch(resources, /docker:/);
  });

  it("names an image that doesn't exist, and creates no container of it", async () => {
    const live = await Checkout.create();
    try {
      await live.stack(
        "absent",
        [
          "config:",
          "  stackbook:environment: dev",
          "  stackbook:protectData: false",
          "  stackbook:monitoring: { enabled: false }",
          "  stackbook:backups: { enabled: false }",
          "  stackbook:edge: { httpPort: 29180, httpsPort: 29543 }",
          "  stackbook:systems: { motel: { version: 1.0.0, services: { backend: { image: 'stackbook-nowhere/motel:9.9.9' } } } }",
        ].join("\n"),
      );
      const { code, output } = await live.run("up", "--yes", "--skip-preview", "--stack", "absent");
      assert.notEqual(code, 0);
      assert.match(output, /stackbook-nowhere\/motel:9\.9\.9/);
      assert.doesNotMatch(output, /motel-backend-a-0 created/);
    } finally {
      await live.run("destroy", "--yes", "--skip-preview", "--stack", "absent");
      live.close();
    }
  });
});
