import { strict as assert } from "node:assert";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UnavailableError } from "../../../reference-app/src/database";
import { scratch, startTestApp, type Answer, type TestApp } from "./support";

const items = (reply: Answer): readonly Record<string, unknown>[] => reply.json["items"] as Record<string, unknown>[];

describe("reference app: rows", () => {
  let app: TestApp;
  before(async () => { app = await startTestApp("motel"); await app.running.ready; });
  after(() => app.running.stop());

  it("lists, reads, writes, changes and removes rows", async () => {
    const headers = await app.signIn();
    const made = await app.call("POST", "/api/tasks", { title: "Sweep" }, headers);
    assert.deepEqual([made.status, made.json["status"], made.json["suite"]], [201, "pending", null]);
    const path = `/api/tasks/${String(made.json["id"])}`;
    assert.equal((await app.call("PATCH", path, { status: "done" }, headers)).json["status"], "done");
    assert.equal((await app.call("GET", path)).json["title"], "Sweep");
    assert.equal(items(await app.call("GET", "/api/tasks?status=done&limit=100")).length, 2);
    assert.equal((await app.call("DELETE", path, undefined, headers)).status, 204);
    assert.equal((await app.call("GET", path)).status, 404);
  });

  it("needs a token for every write", async () => {
    const id = String(items(await app.call("GET", "/api/suites"))[0]?.["id"]);
    for (const [method, path] of [["POST", "/api/suites"], ["PUT", `/api/suites/${id}`], ["PATCH", `/api/suites/${id}`], ["DELETE", `/api/suites/${id}`]] as const) {
      assert.equal((await app.call(method, path, {})).status, 401, method);
    }
  });

  it("says everything that is wrong with a row", async () => {
    const { status, json } = await app.call("POST", "/api/suites", { beds: 1.5, status: "burning", passwordHash: "x" }, await app.signIn());
    assert.equal(status, 400);
    for (const part of ["number is missing", "name is missing", "beds must be a whole number", "use free, occupied, cleaning", "passwordHash is unknown"]) {
      assert.ok(String(json["message"]).includes(part), part);
    }
  });

  it("answers 409 when the key is taken", async () => {
    assert.equal((await app.call("POST", "/api/suites", { number: "101", name: "Again" }, await app.signIn())).status, 409);
  });

  it("keeps the first page in the cache until a row is written", async () => {
    const before = items(await app.call("GET", "/api/suites")).length;
    await app.database.insert({ name: "suites", columns: {}, access: { read: "anyone", write: "user" } }, {});
    assert.equal(items(await app.call("GET", "/api/suites")).length, before, "answered from the cache");
    await app.call("POST", "/api/suites", { number: "900", name: "New" }, await app.signIn());
    assert.equal(items(await app.call("GET", "/api/suites")).length, before + 2);
  });

  it("refuses broken JSON, odd pages, unknown filters and bodies over 1 MiB", async () => {
    const headers = { ...(await app.signIn()), "content-type": "application/json" };
    assert.equal((await app.call("POST", "/api/suites", "{", headers)).status, 400);
    assert.equal((await app.call("POST", "/api/suites", "[]", headers)).status, 400);
    assert.equal((await app.call("GET", "/api/suites?limit=1000")).status, 400);
    assert.equal((await app.call("GET", "/api/suites?beds=2")).status, 400);
    assert.equal((await app.call("POST", "/api/suites", "x".repeat(1024 * 1024 + 1), headers)).status, 413);
  });

  it("answers 503 with Retry-After while the database is away, without saying why, and 200 after", async () => {
    app.database.down = new UnavailableError("connect ECONNREFUSED secret-host:5432");
    const reply = await app.call("GET", "/api/tasks");
    assert.deepEqual([reply.status, reply.headers.get("retry-after")], [503, "2"]);
    assert.ok(!reply.text.includes("secret-host"));
    assert.equal((await app.call("GET", "/health/ready")).status, 503);
    assert.equal((await app.call("GET", "/health/live")).status, 200);
    app.database.down = undefined;
    assert.equal((await app.call("GET", "/api/tasks")).status, 200);
    assert.equal((await app.call("GET", "/health/ready")).status, 200);
  });

  it("answers 500 for a mistake of its own, with the reason only in the log", async () => {
    app.database.down = new TypeError("undefined is not a row");
    const reply = await app.call("GET", "/api/tasks");
    app.database.down = undefined;
    assert.equal(reply.status, 500);
    assert.ok(!reply.text.includes("undefined is not a row"));
    const line = app.lines().find((entry) => entry.requestId === reply.json["requestId"] && entry.level === "error");
    assert.equal(line?.["error"], "undefined is not a row");
  });
});

describe("reference app: uploads", () => {
  const png = Buffer.from("89504e470d0a1a0a00", "hex");
  let app: TestApp;
  let headers: Record<string, string>;
  let path: string;
  beforeEach(async () => {
    app = await startTestApp("fetms");
    await app.running.ready;
    headers = await app.signIn();
    path = `/api/teachers/${String(items(await app.call("GET", "/api/teachers"))[0]?.["id"])}`;
  });
  afterEach(() => app.running.stop());

  it("gives back what was uploaded, as a body or as a form", async () => {
    assert.equal((await app.call("GET", `${path}/avatar`)).status, 404);
    assert.equal((await app.call("POST", `${path}/avatar`, png, { ...headers, "content-type": "image/png" })).status, 201);
    const form = new FormData();
    form.set("file", new Blob(["hello"], { type: "text/plain" }), "cv.txt");
    assert.equal((await app.call("POST", `${path}/document`, form, headers)).status, 201);
    const avatar = await app.call("GET", `${path}/avatar`);
    assert.deepEqual([avatar.headers.get("content-type"), avatar.headers.get("content-length")], ["image/png", "9"]);
    const document = await app.call("GET", `${path}/document`);
    assert.deepEqual([document.text, document.headers.get("x-content-type-options")], ["hello", "nosniff"]);
  });

  it("keeps one file a teacher: the old one goes", async () => {
    const folder = join(scratch, "uploads", "avatars");
    const before = readdirSync(folder).length;
    for (const type of ["image/png", "image/gif"]) await app.call("POST", `${path}/avatar`, png, { ...headers, "content-type": type });
    assert.equal(readdirSync(folder).length, before + 1);
  });

  it("refuses other types, empty bodies, forms without a file, and who is not signed in", async () => {
    const post = async (body: string | FormData, type?: string): Promise<number> =>
      (await app.call("POST", `${path}/avatar`, body, type ? { ...headers, "content-type": type } : headers)).status;
    assert.equal(await post("<svg/>", "image/svg+xml"), 415);
    assert.equal(await post("", "image/png"), 400);
    assert.equal(await post("not a form", "multipart/form-data; boundary=x"), 400);
    assert.equal((await app.call("POST", `${path}/avatar`, png, { "content-type": "image/png" })).status, 401);
  });

  it("takes 10 MiB and answers 413 above, announced or in chunks", async () => {
    const limit = 10 * 1024 * 1024;
    const post = async (size: number, chunked: boolean): Promise<number> => {
      const bytes = new Uint8Array(size);
      const body = chunked ? new ReadableStream({ start: (controller) => { controller.enqueue(bytes); controller.close(); } }) : bytes;
      const response = await fetch(`http://127.0.0.1:${app.running.port}${path}/avatar`, {
        method: "POST", body, headers: { ...headers, "content-type": "image/png" }, duplex: "half",
      });
      return response.status;
    };
    assert.equal(await post(limit, false), 201);
    assert.equal(await post(limit + 1, false), 413);
    assert.equal(await post(limit + 1, true), 413);
  });

  it("never deletes a teacher, only hides it", async () => {
    assert.equal((await app.call("DELETE", path, undefined, headers)).status, 204);
    assert.equal((await app.call("GET", path)).status, 404);
    assert.equal((await app.call("POST", "/api/teachers", { email: "ada@fetms.example", name: "Ada" }, headers)).status, 409, "the row is still there");
  });

  it("counts calls of the old route and says what to use instead", async () => {
    const reply = await app.call("GET", "/api/teacher-list");
    assert.deepEqual([reply.status, reply.headers.get("link")], [200, '</api/teachers>; rel="successor-version"']);
    assert.equal(reply.headers.get("deprecation"), "@1782864000", "RFC 9745: a date, as seconds");
    assert.match((await app.call("GET", "/metrics")).text, /^fetms_deprecated_api_calls_total 1$/m);
  });
});

describe("reference app: audit log", () => {
  it("writes a line for each login, failure and change, with who and which request", async () => {
    const path = join(scratch, "audit", "sms.log");
    const app = await startTestApp("sms", { AUDIT_LOG_PATH: path });
    try {
      await app.running.ready;
      const headers = { ...(await app.signIn()), "x-request-id": "request-7" };
      await app.call("POST", "/api/auth/login", { email: "x@example.org", password: "not this one" });
      await app.call("POST", "/api/grades", { student: "S-1001", course: "Algebra", points: 80 }, headers);
      const entries = readFileSync(path, "utf8").trim().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.deepEqual(entries.map((entry) => entry["action"]), ["login", "loginFailed", "grades.create"]);
      assert.equal(entries[2]?.["requestId"], "request-7");
      assert.match((await app.call("GET", "/metrics")).text, /^sms_grade_submissions_total 1$/m);
    } finally {
      await app.running.stop();
    }
  });

  it("refuses to start when the log cannot be written, and says what to do", async () => {
    const file = join(scratch, "a-file");
    writeFileSync(file, "");
    await assert.rejects(startTestApp("sms", { AUDIT_LOG_PATH: join(file, "audit.log") }), /cannot be written .*; mount a folder that uid \d+ may write/);
  });
});
