import assert from "node:assert/strict";
import { io, type Socket } from "socket.io-client";
import { containersOf, engine, watchVolumes } from "./support/engine";
import { startLoad, Visitor } from "./support/http";
import { TestStack, type Outputs } from "./support/stack";

const httpsPort = 29443;
const motel = (change: Record<string, unknown>): Record<string, unknown> => ({ "stackbook:systems": { motel: { version: "1.0.0", ...change } } });
const stack = new TestStack("e2e-replace", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 29080, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 10 },
  "stackbook:demo": { seed: true, traffic: false },
  ...motel({}),
});
const origin = `https://motel.localhost:${httpsPort}`;

describe("replacing a version of motel by plain `pulumi up`", function () {
  this.timeout(600_000);
  let outputs: Outputs;

  before(async () => {
    await stack.init();
    await stack.mustUp();
    outputs = await stack.outputs();
  });
  after(() => stack.destroy());

  const versionServed = async (): Promise<string> => {
    const visitor = new Visitor(origin, outputs.caCertificate);
    return (await visitor.json<{ version: string }>("/api/version")).version;
  };
  /** What visitors see while `change` is brought out. */
  const underLoad = async (change: Record<string, unknown>): Promise<{ code: number; output: string; failures: Readonly<Record<string, number>>; answers: number; versions: ReadonlySet<string> }> => {
    await stack.configure(motel(change));
    const load = startLoad(origin, outputs.caCertificate, "/api/version", 6);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const result = await stack.up();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return { ...result, ...(await load.stop()) };
  };

  it("drops no request, and removes the old containers", async () => {
    const old = (await containersOf(stack.name, { role: "app" })).map(({ Id }) => Id);
    const { code, output, failures, answers, versions } = await underLoad({ version: "2.0.0" });
    assert.equal(code, 0, output);
    assert.deepEqual(failures, {});
    assert.ok(answers > 100, `${answers} answers are too few to tell`);
    assert.deepEqual([...versions].sort(), ["1.0.0", "2.0.0"]);
    const now = (await containersOf(stack.name, { role: "app" })).map(({ Id }) => Id);
    assert.equal(now.length, 2);
    assert.ok(now.every((id) => !old.includes(id)));
  });

  it("lets WebSockets reconnect to the new version", async () => {
    const reasons: string[] = [];
    const socket: Socket = io(`https://127.0.0.1:${httpsPort}`, {
      transports: ["websocket"],
      ca: outputs.caCertificate,
      extraHeaders: { host: "motel.localhost" },
      reconnectionDelay: 200,
    } as Parameters<typeof io>[1]);
    socket.on("disconnect", (reason) => reasons.push(reason));
    const echoes = async (): Promise<unknown> => {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await socket.timeout(2000).emitWithAck("echo", "still there");
        } catch (error) {
          if (attempt === 10) throw error;
        }
      }
    };
    try {
      assert.equal(await echoes(), "still there");
      await stack.configure(motel({ version: "2.1.0" }));
      await stack.mustUp();
      assert.equal(await echoes(), "still there");
      assert.equal(await versionServed(), "2.1.0");
      assert.deepEqual(reasons, ["transport close"], "the old version's socket was closed once, in a way that clients come back from");
    } finally {
      socket.close();
    }
  });

  it("refuses a version that never gets healthy, again and again, and the old one keeps serving", async () => {
    const first = await underLoad({ version: "3.0.0-broken" });
    assert.notEqual(first.code, 0);
    assert.match(first.output, /motel (backend|frontend) 3\.0\.0-broken: container \S+ is unhealthy/);
    assert.match(first.output, /this version is broken on purpose/, "the container's own last lines");
    assert.deepEqual(first.failures, {});
    const second = await stack.up();
    assert.notEqual(second.code, 0, "nothing that failed is taken as done");
    assert.match(second.output, /is unhealthy/);
    assert.equal(await versionServed(), "2.1.0");
  });

  it("goes back with the configuration, and takes the broken containers away", async () => {
    const { code, output, failures } = await underLoad({ version: "2.1.0" });
    assert.equal(code, 0, output);
    assert.deepEqual(failures, {});
    const versions = new Set((await containersOf(stack.name, { role: "app" })).map(({ Labels }) => Labels["stackbook.version"]));
    assert.deepEqual([...versions], ["2.1.0"]);
  });

  it("refuses a version whose migration fails, until it succeeds", async () => {
    const failing = { version: "4.0.0", migration: { command: ["sh", "-c", "echo 'column rent is missing' >&2; exit 3"] } };
    for (const attempt of ["first", "second"]) {
      const { code, output, failures } = await underLoad(failing);
      assert.notEqual(code, 0, attempt);
      assert.match(output, /motel: migration failed with exit code 3; its last lines:\s+column rent is missing/, attempt);
      assert.deepEqual(failures, {}, attempt);
    }
    assert.equal(await versionServed(), "2.1.0");
    assert.deepEqual((await containersOf(stack.name, { role: "task" })).length, 0, "no container of a Task is left");
    const repaired = await underLoad({ version: "4.0.0" });
    assert.equal(repaired.code, 0, repaired.output);
    assert.equal(await versionServed(), "4.0.0");
  });

  it("never has two containers on one data volume when a store is replaced, and its rows stay", async () => {
    const visitor = new Visitor(origin, outputs.caCertificate);
    const rowsBefore = await visitor.ask("/api/suites");
    const images: Record<string, string> = {};
    for (const role of ["database", "cache"]) {
      const [store] = await containersOf(stack.name, { role });
      const reference = `stackbook-e2e/${role}:patched-${"0".repeat(12)}`;
      await buildOn(store?.ImageID ?? "", reference);
      images[role === "database" ? "postgres" : "redis"] = reference;
    }
    await stack.configure({ "stackbook:images": images });
    const watch = watchVolumes(stack.name);
    await stack.mustUp();
    assert.deepEqual(await watch.stop(), []);
    for (const role of ["database", "cache"]) {
      const [store] = await containersOf(stack.name, { role });
      assert.equal((await engine.getContainer(store?.Id ?? "").inspect()).Config.Labels["patched"], "yes", `${role} was not replaced`);
    }
    assert.deepEqual(JSON.parse((await visitor.ask("/api/suites")).body), JSON.parse(rowsBefore.body));
  });
});

/** The same image with one more label: a patch release, as the engine sees it. */
async function buildOn(base: string, reference: string): Promise<void> {
  const [repo, tag] = reference.split(":");
  const container = await engine.createContainer({ Image: base });
  await container.commit({ repo, tag, changes: "LABEL patched=yes" });
  await container.remove({ v: true });
}
