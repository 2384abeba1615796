import * as assert from "node:assert/strict";
import { image, TestContainer } from "./support";

describe("the redis image", function () {
  this.timeout(120_000);
  const auth = { REDISCLI_AUTH: "redis secret" };
  let server: TestContainer;

  before(async () => {
    // A here-document keeps the password off the command line, and redis the process that gets the signals.
    server = await TestContainer.start(await image("redis"), {
      user: "999:999", data: "/data", env: { REDIS_PASSWORD: "redis secret" }, entrypoint: "sh",
      command: ["-c", 'exec redis-server - --appendonly yes --dir /data <<END\nrequirepass "$REDIS_PASSWORD"\nEND\n'],
    });
    await server.ready(["sh", "-c", "redis-cli ping | grep -q PONG"], auth);
  });
  after(() => server.remove());

  it("is version 7", async () => assert.match(await server.mustExec(["redis-cli", "info", "server"], auth), /redis_version:7\./));

  it("refuses who gives no password, or a wrong one", async () => {
    assert.match((await server.exec(["redis-cli", "get", "key"])).output, /NOAUTH/);
    assert.match((await server.exec(["redis-cli", "get", "key"], { REDISCLI_AUTH: "wrong" })).output, /WRONGPASS/);
  });

  it("keeps what its log holds through a SIGKILL", async () => {
    await server.mustExec(["redis-cli", "set", "key", "value"], auth);
    await new Promise((wake) => setTimeout(wake, 1500)); // the log is synced every second
    await server.kill();
    await server.replace();
    await server.ready(["sh", "-c", "redis-cli ping | grep -q PONG"], auth);
    assert.equal(await server.mustExec(["redis-cli", "get", "key"], auth), "value");
  });

  it("stops cleanly when asked", async () => {
    assert.equal(await server.stop(), 0);
    assert.match(await server.logs(), /ready to exit, bye bye/);
  });
});
