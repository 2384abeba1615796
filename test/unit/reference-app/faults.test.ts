import { strict as assert } from "node:assert";
import { io } from "socket.io-client";
import { hashPassword } from "../../../reference-app/src/auth/passwords";
import { readBackend } from "../../../reference-app/src/settings";
import { users } from "../../../reference-app/src/systems/users";
import { environment, startTestApp, type TestApp } from "./support";

const path = "/api/demo/faults";

describe("reference app: faults on demand", () => {
  let app: TestApp;
  let headers: { readonly authorization: string };
  before(async () => {
    app = await startTestApp("motel", { REFERENCE_FAULTS: "1" });
    await app.running.ready;
    headers = await app.signIn();
  });
  afterEach(() => app.call("DELETE", path, undefined, headers));
  after(() => app.running.stop());
  const push = (fault: object): ReturnType<TestApp["call"]> => app.call("POST", path, fault, headers);
  const statuses = async (count: number): Promise<number[]> => {
    const seen: number[] = [];
    for (let n = 0; n < count; n += 1) seen.push((await app.call("GET", "/api/tasks")).status);
    return seen;
  };

  it("are not there unless REFERENCE_FAULTS is 1", async () => {
    const plain = await startTestApp("motel");
    await plain.running.ready;
    const own = await plain.signIn();
    for (const method of ["GET", "POST", "DELETE"]) assert.equal((await plain.call(method, path, method === "POST" ? {} : undefined, own)).status, 404, method);
    await plain.running.stop();
    assert.throws(() => readBackend(environment("motel", { REFERENCE_FAULTS: "yes" })), /REFERENCE_FAULTS is yes; use one of 0, 1/);
  });

  it("are for administrators only", async () => {
    await app.database.insert(users, { email: "member@example.org", name: "Member", role: "member", passwordHash: await hashPassword("a long enough password") });
    const { json } = await app.call("POST", "/api/auth/login", { email: "member@example.org", password: "a long enough password" });
    for (const method of ["GET", "POST", "DELETE"]) {
      const body = method === "POST" ? { errorRatio: 1 } : undefined;
      assert.equal((await app.call(method, path, body)).status, 401, method);
      assert.equal((await app.call(method, path, body, { authorization: `Bearer ${String(json["token"])}` })).status, 403, method);
    }
    assert.deepEqual(await statuses(2), [200, 200]);
  });

  it("fail the part of all requests that was asked for, and none of what checks or ends them", async () => {
    const { json } = await push({ errorRatio: 0.3, seconds: 30 });
    assert.deepEqual([json["active"], json["errorRatio"]], [true, 0.3]);
    assert.equal((await statuses(10)).filter((status) => status === 500).length, 3);
    await push({ errorRatio: 1 });
    for (const machine of ["/health", "/health/live", "/health/ready", "/metrics/prometheus"]) assert.equal((await app.call("GET", machine)).status, 200, machine);
    assert.equal((await app.call("GET", path, undefined, headers)).status, 200);
    assert.ok((await app.signIn()).authorization.length > 20);
    assert.deepEqual(await statuses(1), [500]);
    assert.deepEqual((await app.call("DELETE", path, undefined, headers)).json, { active: false });
    assert.deepEqual(await statuses(2), [200, 200]);
  });

  it("delay requests, and end by themselves", async () => {
    await push({ delayMs: 300, seconds: 1 });
    const start = Date.now();
    await statuses(1);
    assert.ok(Date.now() - start >= 295, `${Date.now() - start} ms`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const after = Date.now();
    await statuses(1);
    assert.ok(Date.now() - after < 250, `${Date.now() - after} ms`);
    assert.deepEqual((await app.call("GET", path, undefined, headers)).json, { active: false });
  });

  it("take memory and give it back", async () => {
    const taken = (): number => process.memoryUsage().arrayBuffers / 1024 / 1024;
    const before = taken();
    await push({ memoryMiB: 64 });
    assert.ok(taken() - before >= 60, `${taken() - before} MiB`);
    await app.call("DELETE", path, undefined, headers);
    await push({});
    assert.equal((await app.call("GET", path, undefined, headers)).json["memoryMiB"], 0);
  });

  it("write a line into the log as it was given, for tests of what masks it on its way", async () => {
    await push({ line: "Authorization: Bearer planted-token" });
    const line = app.lines().find((entry) => entry.message === "a line on demand");
    assert.equal(line?.["line"], "Authorization: Bearer planted-token");
  });

  it("cut sockets, which come back by themselves", async () => {
    const socket = io(`http://127.0.0.1:${app.running.port}`, { transports: ["websocket"], reconnectionDelay: 50, reconnectionDelayMax: 100 });
    const connected = (): Promise<unknown> => new Promise((resolve) => socket.once("connect", () => resolve(undefined)));
    const disconnected = new Promise((resolve) => socket.once("disconnect", resolve));
    try {
      await connected();
      const again = connected();
      await push({ dropSockets: true });
      assert.equal(await disconnected, "transport close");
      await again;
      assert.match((await app.call("GET", "/metrics/prometheus")).text, /^motel_websocket_disconnects_total 1$/m);
    } finally {
      socket.close();
    }
  });

  it("say everything that is wrong with what was asked for, and change nothing", async () => {
    const { status, json } = await push({ errorRatio: 2, delayMs: 1.5, seconds: 0, memory: 1, line: 7, dropSockets: "yes" });
    assert.equal(status, 400);
    for (const part of ["errorRatio must be a number from 0 to 1", "delayMs must be a whole number", "seconds must be a whole number from 1 to 3600", "memory is unknown; use errorRatio", "line must be a text", "dropSockets must be true or false"]) {
      assert.ok(String(json["message"]).includes(part), part);
    }
    assert.deepEqual((await app.call("GET", path, undefined, headers)).json, { active: false });
  });
});
