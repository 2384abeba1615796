import { strict as assert } from "node:assert";
import { io, type Socket } from "socket.io-client";
import { docker, until } from "./docker";
import { Site, type Server } from "./site";

const minutes = 60_000;

function connected(url: string, transport: "polling" | "websocket", token?: string): Promise<Socket> {
  const socket = io(url, { transports: [transport], forceNew: true, reconnection: false, auth: token ? { token } : {} });
  return new Promise((resolve, reject) => {
    socket.on("connect", () => { resolve(socket); });
    socket.on("connect_error", reject);
  });
}

describe("reference app on real databases: what only motel has", function () {
  this.timeout(3 * minutes);
  const site = new Site("motel");
  let server: Server;
  const figure = async (name: string): Promise<number> =>
    Number(new RegExp(`^${name} (\\S+)$`, "m").exec((await server.call("GET", "/metrics/prometheus")).text)?.[1]);

  before(async () => {
    await site.open();
    assert.equal((await site.command("seed")).code, 0);
    server = await site.serve();
    await server.ready();
  });
  after(() => site.close());

  for (const transport of ["polling", "websocket"] as const) {
    it(`echoes over ${transport}, as acknowledgement and as event`, async () => {
      const socket = await connected(server.url, transport);
      const event = new Promise((resolve) => socket.once("echo", resolve));
      assert.deepEqual(await socket.timeout(5000).emitWithAck("echo", { n: 1 }), { n: 1 });
      assert.deepEqual(await event, { n: 1 });
      socket.disconnect();
    });
  }

  it("counts connections, different users and disconnects", async () => {
    const { authorization } = await server.signIn();
    const token = authorization.slice("Bearer ".length);
    await until("quiet", 10, () => figure("motel_websocket_connections"), (n) => n === 0);
    const before = await figure("motel_websocket_disconnects_total");
    const sockets = await Promise.all([connected(server.url, "websocket", token), connected(server.url, "polling", token), connected(server.url, "websocket")]);
    await until("three connections of two users", 10, async () => [await figure("motel_websocket_connections"), await figure("motel_websocket_users")], ([a, b]) => a === 3 && b === 2);
    const health = await server.call("GET", "/health");
    assert.deepEqual((health.json["checks"] as { websocket: unknown }).websocket, { status: "up", details: { connectedUsers: 2 } });
    for (const socket of sockets) socket.disconnect();
    await until("three disconnects", 10, () => figure("motel_websocket_disconnects_total"), (n) => n === before + 3);
  });

  it("reports health in the runbook's words", async () => {
    const { json } = await server.call("GET", "/health");
    assert.deepEqual([json["status"], json["version"], typeof json["uptime"], typeof json["timestamp"]], ["healthy", "1.0.0", "number", "string"]);
    const checks = json["checks"] as Record<string, Record<string, unknown>>;
    assert.equal(checks["database"]?.["status"], "up");
    assert.equal(typeof checks["database"]?.["responseTime"], "number");
    assert.equal(typeof (checks["memory"]?.["details"] as Record<string, unknown>)["heapUsedMB"], "number");
  });

  it("keeps its rows in PostgreSQL and its session in Redis: another replica takes the same token", async () => {
    const headers = await server.signIn();
    const made = await server.call("POST", "/api/tasks", { title: "Seen by the other one" }, headers);
    const other = await site.serve();
    await other.ready();
    assert.equal((await other.call("GET", `/api/tasks/${String(made.json["id"])}`)).json["title"], "Seen by the other one");
    assert.equal((await other.call("POST", "/api/auth/logout", undefined, headers)).status, 204);
    assert.equal((await server.call("GET", "/api/auth/me", undefined, headers)).status, 401);
    assert.equal(await site.sql("SELECT count(*) FROM tasks WHERE title = 'Seen by the other one'"), "1");
  });

  it("closes open sockets when it is stopped, and exits with 0", async () => {
    const going = await site.serve({ SHUTDOWN_DRAIN_SECONDS: "0" });
    await going.ready();
    const socket = await connected(going.url, "websocket");
    const closed = new Promise((resolve) => socket.once("disconnect", resolve));
    const { exitCode, seconds } = await going.stop();
    await closed;
    assert.equal(exitCode, 0);
    assert.ok(seconds < 5, `${seconds} s`);
  });

  it("never gets ready before the migration step has run", async () => {
    const empty = new Site("motel");
    await empty.open();
    try {
      const early = await empty.serve({ CONNECT_SECONDS: "30" });
      await until("saying so", 20, () => early.call("GET", "/health/ready"), (reply) => reply.status === 503 && String(reply.json["reason"]).includes("0001-users"));
      assert.equal((await empty.command("migrate")).code, 0);
      await early.ready(20);
    } finally {
      await empty.close();
    }
  });

  it("gives up with exit code 1 and the reason when the database never answers", async () => {
    const lost = await site.serve({ DATABASE_URL: "postgresql://u:very-secret@nowhere.invalid/x", CONNECT_SECONDS: "2" });
    await until("its end", 20, () => docker("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", lost.container), (state) => state === "exited 1");
    const log = await lost.logs();
    assert.match(log, /giving up: never got ready/);
    assert.ok(!log.includes("very-secret"));
  });
});

describe("reference app on real databases: what only FETMS has", function () {
  this.timeout(3 * minutes);
  const site = new Site("fetms");

  before(async () => {
    await site.open();
    assert.equal((await site.command("seed")).code, 0);
  });
  after(() => site.close());

  it("keeps an uploaded avatar on its volume and gives it back byte by byte", async () => {
    const server = await site.serve();
    await server.ready();
    const headers = await server.signIn();
    const { json } = await server.call("GET", "/api/teachers");
    const path = `/api/teachers/${(json["items"] as { id: string }[])[0]?.id ?? ""}/avatar`;
    const picture = new Uint8Array(300_000).map((_, index) => (index * 7) % 256);
    const form = new FormData();
    form.set("avatar", new Blob([picture], { type: "image/png" }), "me.png");
    assert.equal((await server.call("POST", path, form, headers)).status, 201);
    const back = await server.call("GET", path);
    assert.equal(back.headers["content-type"], "image/png");
    assert.ok(back.bytes.equals(picture));
    const files = await docker("exec", server.container, "ls", "/app/uploads/avatars");
    assert.match(files, /^[0-9a-f-]{36}$/m);
  });
});

describe("reference app on real databases: audit logs", function () {
  this.timeout(3 * minutes);

  for (const id of ["mps", "sms"] as const) {
    it(`writes ${id}'s to the volume that the runbook names`, async () => {
      const site = new Site(id);
      await site.open();
      try {
        assert.equal((await site.command("seed")).code, 0);
        const server = await site.serve();
        await server.ready();
        const headers = await server.signIn();
        const lines = (await docker("exec", server.container, "cat", "/app/logs/audit.log")).split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
        assert.deepEqual([lines[0]?.["action"], lines[0]?.["actor"], lines[0]?.["system"]], ["login", "admin@example.org", id]);
        if (id === "mps") {
          const { json } = await server.call("GET", "/api/audit", undefined, headers);
          assert.equal((json["items"] as { action: string }[])[0]?.action, "login");
          assert.match((await server.call("GET", "/metrics")).text, /^mps_active_sessions 1$/m);
        } else {
          assert.equal(await site.sql("SELECT count(*) FROM users"), "1");
        }
      } finally {
        await site.close();
      }
    });
  }
});
