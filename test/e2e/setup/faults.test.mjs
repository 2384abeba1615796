import assert from "node:assert/strict";
import { createServer as createHttp, request as ask } from "node:http";
import { createServer } from "node:net";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { Clone, freePort } from "./clone.mjs";

const engineSocket = () => (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace(/^unix:\/\//, "");

/** Each fault has a message that says what to do, and touches nothing of what runs. */
describe("npm start on a machine where something is wrong", function () {
  this.timeout(300_000);
  const clone = new Clone("e2e-faults");
  let ports;

  before(async () => {
    ports = await clone.usePorts();
  });
  after(() => clone.remove());

  it("refuses an unknown system before touching anything", async () => {
    const { code, output } = await clone.run("start", ["--systems", "motl"]);
    assert.equal(code, 64);
    assert.match(output, /unknown system "motl"; did you mean motel\?/);
    assert.ok(!existsSync(clone.path(".stackbook")));
  });

  it("says that DOCKER_HOST names an engine that does not answer", async () => {
    const { code, output } = await clone.run("start", [], { DOCKER_HOST: `tcp://127.0.0.1:${await freePort()}` });
    assert.equal(code, 1);
    assert.match(output, /no Docker engine answers at DOCKER_HOST=tcp:\/\/127\.0\.0\.1:\d+: connection refused/);
    assert.match(output, /unset DOCKER_HOST/);
  });

  it("says who has the port, and which key changes it", async () => {
    const server = createServer();
    await new Promise((resolve) => server.listen(ports.https, "127.0.0.1", resolve));
    const { code, output } = await clone.run("start");
    await new Promise((resolve) => server.close(resolve));
    assert.equal(code, 1);
    assert.match(output, new RegExp(`port ${ports.https} \\(stackbook:edge\\.httpsPort\\) is taken by .*mocha.*\\(process ${process.pid}\\)`));
    assert.match(output, new RegExp(`pulumi config set --path stackbook:edge\\.httpsPort ${ports.https + 1000} --stack e2e-faults`));
    assert.deepEqual(clone.onEngine("container"), []);
  });

  it("says that the engine's disk is nearly full, and what to prune", async () => {
    // The kernel's own file system has no free space, ever.
    const small = "/proc";
    const socket = clone.path("engine.sock");
    // The real engine, but for the folder that it says its data is in.
    const engine = createHttp((request, response) => {
      const asked = ask({ socketPath: engineSocket(), method: request.method, path: request.url, headers: request.headers }, (answer) => {
        if (!/\/info$/.test(request.url)) return response.writeHead(answer.statusCode, answer.headers) && answer.pipe(response);
        let text = "";
        answer.on("data", (part) => (text += part)).on("end", () => response.setHeader("content-type", "application/json").end(JSON.stringify({ ...JSON.parse(text), DockerRootDir: small })));
      });
      request.pipe(asked);
    });
    await new Promise((resolve) => engine.listen(socket, resolve));
    const { code, output } = await clone.run("start", [], { DOCKER_HOST: `unix://${socket}` });
    await new Promise((resolve) => engine.close(resolve));
    assert.equal(code, 1);
    assert.match(output, /is nearly full: \d\.\d GiB free, 2 GiB are needed/);
    assert.match(output, /docker image prune/);
  });

  it("shows the configuration's own words about a key that does not exist and a weak secret", async () => {
    await clone.run("start", ["--no-wait"], { DOCKER_HOST: "" });
    clone.shell(`pulumi config set --path stackbook:edge.htpsPort 1 --stack ${clone.stack}; pulumi config set --secret motel:jwtSecret changeme --stack ${clone.stack}`);
    const { code, output } = await clone.run("start");
    clone.shell(`pulumi config rm --path stackbook:edge.htpsPort --stack ${clone.stack}; pulumi config rm motel:jwtSecret --stack ${clone.stack}`);
    assert.equal(code, 1);
    assert.match(output, /edge\.htpsPort.*httpsPort/s);
    assert.match(output, /motel:jwtSecret/);
    assert.ok(!output.includes("changeme"), "the weak secret itself is not shown");
  });

  it("names an image that does not exist", async () => {
    const reference = `127.0.0.1:${await freePort()}/nobody/nothing@sha256:${"0".repeat(64)}`;
    clone.shell(`pulumi config set --path stackbook:systems.motel.services.frontend.image '${reference}' --stack ${clone.stack}`);
    const { code, output } = await clone.run("start");
    clone.shell(`pulumi config rm --path stackbook:systems.motel.services --stack ${clone.stack}`);
    assert.equal(code, 1);
    assert.ok(output.includes(reference), output);
    assert.match(output, /run this again: it goes on where this stopped/);
  });

  it("tells apart a stack of the same name that is another clone's", async () => {
    const other = new Clone(clone.stack);
    try {
      await other.usePorts();
      await clone.must("start");
      const { output } = await other.run("stop");
      assert.match(output, /left alone: .*motel-database/);
      assert.match(output, /Nothing of stack e2e-faults was running/);
    } finally {
      rmSync(other.folder, { recursive: true });
    }
  });

  it("starts anew when the passphrase is gone for good, with --forget", async () => {
    writeFileSync(clone.path(".stackbook", "passphrase"), "another one\n", { mode: 0o600 });
    const { code, output } = await clone.run("start");
    assert.equal(code, 1);
    assert.match(output, /the stack's passphrase is lost: .*does not open it/);
    assert.match(await clone.must("destroy", ["--forget", "--data", "--yes"]), /put aside the state is now in/);
    assert.deepEqual(clone.onEngine("container"), []);
    assert.deepEqual(clone.onEngine("volume"), []);
    assert.match(await clone.must("start"), /motel .*all healthy/);
  });
});
