import { strict as assert } from "node:assert";
import { hashPassword, verifyPassword } from "../../../reference-app/src/auth/passwords";
import { TokenSigner } from "../../../reference-app/src/auth/tokens";
import { bearer } from "../../../reference-app/src/auth/routes";
import { login, longSecret, startTestApp, type TestApp } from "./support";

const user = { id: "1", email: "a@b.c", role: "admin", session: "s" };

describe("reference app: passwords and tokens", () => {
  it("knows a password by its hash, and never the same hash twice", async () => {
    const [first, second] = await Promise.all([hashPassword(login.password), hashPassword(login.password)]);
    assert.notEqual(first, second);
    assert.equal(await verifyPassword(login.password, first), true);
    assert.equal(await verifyPassword(`${login.password}!`, first), false);
    assert.equal(await verifyPassword(login.password, "plain"), false);
  });

  it("takes its own tokens only: not another key's, another kind's or an expired one", async () => {
    const signer = new TokenSigner(longSecret, "motel-access", 60);
    const token = await signer.sign(user);
    assert.deepEqual(await signer.verify(token), user);
    assert.equal(await new TokenSigner(`${longSecret}x`, "motel-access", 60).verify(token), undefined);
    assert.equal(await new TokenSigner(longSecret, "motel-refresh", 60).verify(token), undefined);
    assert.equal(await signer.verify(await new TokenSigner(longSecret, "motel-access", -1).sign(user)), undefined);
  });

  it("refuses an unsigned token", async () => {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const forged = `${encode({ alg: "none" })}.${encode({ sub: "1", email: "a", role: "admin", sid: "s", aud: "motel-access", iss: "stackbook-reference" })}.`;
    assert.equal(await new TokenSigner(longSecret, "motel-access", 60).verify(forged), undefined);
  });

  it("reads a bearer token and nothing else", () => {
    assert.equal(bearer("Bearer a.b-c_d"), "a.b-c_d");
    for (const header of [undefined, "", "Basic abc", "Bearer a b"]) assert.equal(bearer(header), undefined);
  });
});

describe("reference app: login", () => {
  let app: TestApp;
  beforeEach(async () => { app = await startTestApp("mps"); await app.running.ready; });
  afterEach(() => app.running.stop());

  const metric = async (name: string): Promise<number> => {
    const { text } = await app.call("GET", "/metrics");
    return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  };

  it("answers a token and a refresh token, counts the login and opens a session", async () => {
    const reply = await app.call("POST", "/api/auth/login", login);
    assert.equal(reply.status, 200);
    assert.equal(typeof reply.json["token"], "string");
    assert.equal(typeof reply.json["refreshToken"], "string");
    assert.equal(reply.headers.get("cache-control"), "no-store");
    assert.deepEqual([await metric("mps_logins_total"), await metric("mps_active_sessions"), await metric("mps_failed_auth_total")], [1, 1, 0]);
  });

  it("says the same of a wrong password and an unknown user, and counts both", async () => {
    const wrong = await app.call("POST", "/api/auth/login", { ...login, password: "something else" });
    const unknown = await app.call("POST", "/api/auth/login", { ...login, email: "who@example.org" });
    assert.deepEqual([wrong.status, unknown.status], [401, 401]);
    assert.equal(wrong.json["message"], unknown.json["message"]);
    assert.equal(await metric("mps_failed_auth_total"), 2);
  });

  it("locks an address out of one user's login after ten failures", async () => {
    for (let n = 0; n < 10; n += 1) await app.cache.hit(`login-failures:203.0.113.7:${login.email}`, 900);
    const from = (address: string): Promise<{ status: number; headers: Headers }> => app.call("POST", "/api/auth/login", login, { "x-forwarded-for": address });
    const locked = await from("203.0.113.7");
    assert.deepEqual([locked.status, locked.headers.get("retry-after")], [429, "900"]);
    assert.equal((await from("203.0.113.8")).status, 200);
  });

  it("believes only the last hop of X-Forwarded-For", async () => {
    for (let n = 0; n < 10; n += 1) await app.cache.hit(`login-failures:203.0.113.7:${login.email}`, 900);
    assert.equal((await app.call("POST", "/api/auth/login", login, { "x-forwarded-for": "198.51.100.1, 203.0.113.7" })).status, 429);
  });

  it("lets a token write until its session is ended", async () => {
    const headers = await app.signIn();
    const row = { code: "ART-1", title: "Drawing" };
    assert.equal((await app.call("POST", "/api/classes", row, headers)).status, 201);
    assert.equal((await app.call("POST", "/api/auth/logout", undefined, headers)).status, 204);
    assert.equal((await app.call("POST", "/api/classes", { ...row, code: "ART-2" }, headers)).status, 401);
  });

  it("renews with a refresh token, once", async () => {
    const { json } = await app.call("POST", "/api/auth/login", login);
    const body = { refreshToken: json["refreshToken"] };
    const renewed = await app.call("POST", "/api/auth/refresh", body);
    assert.equal(renewed.status, 200);
    assert.equal((await app.call("GET", "/api/auth/me", undefined, { authorization: `Bearer ${String(renewed.json["token"])}` })).json["email"], login.email);
    assert.equal((await app.call("POST", "/api/auth/refresh", body)).status, 401);
    assert.equal((await app.call("POST", "/api/auth/refresh", { refreshToken: json["token"] })).status, 401, "an access token is no refresh token");
  });

  it("changes a password only for who knows the current one, and counts it", async () => {
    const headers = await app.signIn();
    const change = (currentPassword: string, newPassword: string): Promise<{ status: number }> =>
      app.call("POST", "/api/auth/password", { currentPassword, newPassword }, headers);
    assert.equal((await change("wrong", "another long password")).status, 403);
    assert.equal((await change(login.password, "short")).status, 400);
    assert.equal((await change(login.password, "another long password")).status, 204);
    assert.equal((await app.call("POST", "/api/auth/login", { ...login, password: "another long password" })).status, 200);
    assert.equal(await metric("mps_password_changes_total"), 1);
  });

  it("shows users to administrators only, and never a hash", async () => {
    assert.equal((await app.call("GET", "/api/users")).status, 401);
    const headers = await app.signIn();
    const made = await app.call("POST", "/api/users", { email: "M@Example.org", name: "Member", password: "a member's password" }, headers);
    assert.deepEqual([made.status, made.json["email"], made.json["passwordHash"]], [201, "m@example.org", undefined]);
    const member = await app.call("POST", "/api/auth/login", { email: "m@example.org", password: "a member's password" });
    assert.equal((await app.call("GET", "/api/users", undefined, { authorization: `Bearer ${String(member.json["token"])}` })).status, 403);
    assert.doesNotMatch((await app.call("GET", "/api/users", undefined, headers)).text, /scrypt/);
  });

  it("never logs a password or a token", async () => {
    const { json } = await app.call("POST", "/api/auth/login", login);
    await app.call("POST", "/api/auth/login?token=in-the-address", { ...login, password: "wrong secret words" });
    await app.call("POST", "/api/auth/login", '{"password": "broken json secret"');
    for (const secret of [login.password, String(json["token"]), "wrong secret words", "broken json secret", "in-the-address", longSecret]) {
      assert.ok(!app.text().includes(secret), secret.slice(0, 10));
    }
  });
});
