import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Server } from "node:net";
import { freePort } from "../../support/ports";
import { changes } from "../support";
import { containersNamed, docker, PROBE, program, projects } from "./probe";

const SECRET = "correct-horse-battery-staple";

describe("the docker stand-in, when something is wrong,", function () {
  this.timeout(120_000);
  const start = projects();

  it("names the container that holds a port, leaves nothing behind, and succeeds once the port is free", async () => {
    const port = await freePort();
    const holder = await docker.createContainer({
      name: "sbt-holder",
      Image: PROBE,
      Entrypoint: ["/probe"],
      HostConfig: { PortBindings: { "8080/tcp": [{ HostPort: String(port) }] } },
      ExposedPorts: { "8080/tcp": {} },
    });
    const subject = await start(program(`container("sbt-port", { ports: [{ internal: 8080, external: ${port} }] });`));
    try {
      await holder.start();
      const refused = await subject.up();
      assert.ok(!refused.ok);
      assert.match(refused.output, new RegExp(`port ${port} is taken by the container sbt-holder`));
      assert.deepEqual(await containersNamed("sbt-port-"), []);
    } finally {
      await holder.remove({ force: true });
    }
    assert.deepEqual(changes(await subject.mustUp()), ["create sbt-port"]);
  });

  it("names the process of this machine that holds a port", async () => {
    const server = await listening();
    try {
      const { port } = server.address() as AddressInfo;
      const subject = await start(program(`container("sbt-proc", { ports: [{ internal: 8080, external: ${port} }] });`));
      const refused = await subject.up();
      assert.match(refused.output, new RegExp(`port ${port} is taken by the process \\S+ \\(pid ${process.pid}\\)`));
      assert.deepEqual(await containersNamed("sbt-proc-"), []);
    } finally {
      server.close();
    }
  });

  it("refuses a container that never gets healthy, again and again, with its last log lines and without its secrets", async () => {
    const subject = await start(
      program(
        `const key = pulumi.secret(${JSON.stringify(SECRET)});`,
        `container("sbt-ill", { wait: true, waitTimeout: 2, healthcheck, envs: ["UNHEALTHY=1", pulumi.interpolate\`KEY=\${key}\`] });`,
      ),
    );
    for (const attempt of ["first", "second"]) {
      const refused = await subject.up();
      assert.ok(!refused.ok, attempt);
      assert.match(refused.output, /container sbt-ill-[0-9a-f]{7} did not get healthy within 2 s/);
      assert.match(refused.output, /Its health check said: the probe is not healthy/);
      assert.match(refused.output, /the probe serves on port 8080/);
      assert.doesNotMatch(refused.output, new RegExp(SECRET));
      assert.deepEqual(await containersNamed("sbt-ill-"), []);
    }
  });

  it("refuses a container that ends before it is healthy at once", async () => {
    const subject = await start(program(`container("sbt-ends", { wait: true, waitTimeout: 60, healthcheck, command: ["end", "7"] });`));
    const refused = await subject.up();
    assert.match(refused.output, /ended with code 7 before it was healthy/);
    assert.match(refused.output, /the probe was told to end/);
  });

  it("keeps the old container serving when its replacement is refused", async () => {
    const version = (ill: boolean): string =>
      program(`container("sbt-keep", { wait: true, waitTimeout: 2, healthcheck, envs: ["UNHEALTHY=${ill ? "1" : ""}"] }, { deleteBeforeReplace: false });`);
    const subject = await start(version(false));
    await subject.mustUp();
    const [old] = await containersNamed("sbt-keep-");
    assert.ok(!(await subject.up(version(true))).ok);
    assert.deepEqual(await containersNamed("sbt-keep-"), [old]);
    assert.deepEqual(changes(await subject.mustUp(version(false))), []);
  });

  it("names an image that is neither here nor to be pulled", async () => {
    const subject = await start(program(`new docker.RemoteImage("sbt-image", { name: "localhost:1/stackbook/no-such-image:9" });`));
    const refused = await subject.up();
    assert.match(refused.output, /image localhost:1\/stackbook\/no-such-image:9 is neither on the Docker engine nor could it be pulled/);
  });

  it("says which network a container could not join, and leaves nothing behind", async () => {
    const subject = await start(program(`container("sbt-nonet", { networksAdvanced: [{ name: "no-such-network" }] });`));
    const refused = await subject.up();
    assert.match(refused.output, /could not be started: network no-such-network not found/);
    assert.deepEqual(await containersNamed("sbt-nonet-"), []);
  });

  it("previews without an engine, and an update says which one can't be reached", async () => {
    const text = program(`new docker.Network("sbt-far");`, `container("sbt-far", { networksAdvanced: [{ name: "x" }] });`);
    const subject = await start(text, { env: { DOCKER_HOST: "unix:///nowhere/docker.sock" } });
    const previewed = await subject.preview();
    assert.ok(previewed.ok, previewed.output);
    const refused = await subject.up();
    assert.match(refused.output, /Docker at unix:\/\/\/nowhere\/docker\.sock can't be reached: .*stackbook:host/);
  });

  it("refuses inputs and resources it does not implement before anything is made", async () => {
    const subject = await start(
      program(
        `container("sbt-unknown", { gpus: "all", memory: -3, ports: [{ internal: 99999 }], hostname: pulumi.secret({ not: "${SECRET}" }) });`,
      ),
    );
    const { ok, output } = await subject.preview();
    assert.ok(!ok);
    assert.match(output, /hostname must be a string/);
    assert.doesNotMatch(output, new RegExp(SECRET));
    assert.match(output, /gpus is not implemented by the stand-in plugin: .*airgap\/plugins\/docker\/container\/spec\.ts/);
    assert.match(output, /memory must be at least 0/);
    assert.match(output, /ports\[0\]\.internal must be at most 65535/);

    const other = await subject.preview(program(`new docker.Tag("sbt-tag", { sourceImage: "a", targetImage: "b" });`));
    assert.match(other.output, /docker:index\/tag:Tag is not implemented by the stand-in plugin/);
  });
});

async function listening(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
  return server;
}
