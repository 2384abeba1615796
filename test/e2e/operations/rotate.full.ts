// Slow: all of a stack with monitoring and backups, each of its secrets exchanged: three updates of some 60 containers.
import assert from "node:assert/strict";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackupEntry } from "../../../backups/protocol";
import type { Kit } from "../../../operations/backups/kit";
import { startLoad, Visitor, type Ask } from "../support/http";
import { Clone } from "./support/clone";
import { Doors, serversOf, type Logins } from "./support/logins";

const httpsPort = 29783;
const store = mkdtempSync(join(tmpdir(), "stackbook-store-"));
const stack = new Clone("e2e-rotate-all", {
  "stackbook:environment": "dev",
  "stackbook:edge": { httpPort: 29784, httpsPort, rateLimit: { requestsPerMinute: 1_000_000 }, drainSeconds: 5 },
  "stackbook:demo": { seed: true, traffic: false },
  "stackbook:monitoring": { enabled: true, logs: { enabled: false } },
  "stackbook:backups": { enabled: true, stores: { local: { kind: "directory", path: store } } },
  "stackbook:systems": { mps: { version: "1.0.0" } },
});
const origin = `https://mps.localhost:${httpsPort}`;
const doors = new Doors("e2e-rotate-all", "mps", "mongodb");

interface Tokens {
  readonly token: string;
  readonly refreshToken: string;
}

interface Credentials {
  readonly mps: Logins;
  readonly monitoring: { readonly operator: { readonly user: string; readonly password: string } };
}

describe("exchanging every secret of a stack with MPS under load", function () {
  this.timeout(1_800_000);
  let ca: string;
  let visitor: Visitor;

  before(async () => {
    chownSync(store, 1000, 1000);
    await stack.start();
    await stack.up();
    ca = (await stack.outputs()).caCertificate;
    visitor = new Visitor(origin, ca);
  });
  after(async () => {
    visitor.close();
    await stack.destroy();
    rmSync(store, { recursive: true, force: true });
  });

  const credentials = async (): Promise<Credentials> => (await stack.outputs()).credentials as unknown as Credentials;
  const signIn = async (): Promise<Tokens> => visitor.json<Tokens>("/api/auth/login", { json: (await stack.outputs()).credentials["mps"]?.login });
  const as = (token: string): Ask => ({ headers: { authorization: `Bearer ${token}` } });
  const json = async <T>(...argv: readonly string[]): Promise<T> => JSON.parse((await stack.done(...argv, "--json")).out) as T;

  it("gives MongoDB's application its second user, and drops no request", async () => {
    const { token } = await signIn();
    const [{ mps: old }, servers] = [await credentials(), await serversOf(stack.stack, "mps")];
    const load = startLoad(origin, ca, "/api/auth/me", 4, as(token));
    const { out } = await stack.done("rotate", "mps", "database", "redis", "--why", "quarterly");
    const { answers, failures } = await load.stop();
    assert.deepEqual(failures, {});
    assert.ok(answers > 100, `${answers} answers are too few to tell`);
    assert.match(out, /Tried, and dead: the application's earlier login in its database \(mps\)[\s\S]*Tried, and dead: earlier passwords of Redis \(mps\)/);
    const { mps: now } = await credentials();
    assert.deepEqual([old.database.user, now.database.user], ["mps_user", "mps_user_b"]);
    await doors.open(now);
    await doors.dead(old, ["administrator"]);
    assert.deepEqual(await serversOf(stack.stack, "mps"), servers);
  });

  it("leaves people signed in when the key of access tokens alone is exchanged", async () => {
    const { refreshToken, token } = await signIn();
    const { out } = await stack.done("rotate", "mps", "jwtAccessSecret", "--yes");
    assert.match(out, /One secret was exchanged/);
    assert.equal((await visitor.ask("/api/auth/me", as(token))).status, 401, "the access token of before");
    const renewed = await visitor.json<Tokens>("/api/auth/refresh", { json: { refreshToken } });
    assert.equal((await visitor.ask("/api/auth/me", as(renewed.token))).status, 200);
  });

  it("exchanges everything after a breach, and backups go on under a new key", async () => {
    await stack.done("backup");
    const [stolen, tokens, kit] = [await credentials(), await signIn(), await json<Kit>("recovery-kit")];
    const { backups: before } = await json<{ backups: BackupEntry[] }>("backups", "list");
    const load = startLoad(origin, ca, "/api/health", 4);
    const { code, output } = await stack.stackbook("rotate", "all", "--all", "--yes", "--why", "laptop stolen");
    assert.equal(code, 0, output);
    assert.deepEqual((await load.stop()).failures, {});
    await doors.dead(stolen.mps);
    const now = await credentials();
    await doors.open(now.mps);
    assert.equal((await visitor.ask("/api/auth/refresh", { json: { refreshToken: tokens.refreshToken } })).status, 401, "a refresh token of before");
    assert.match(output, /Tried, and dead: the earlier password of the operators' pages/);
    const page = new Visitor(`https://prometheus.localhost:${httpsPort}`, ca);
    const status = async ({ monitoring: { operator } }: Credentials): Promise<number> => (await page.ask("/-/healthy", { headers: { authorization: `Basic ${Buffer.from(`${operator.user}:${operator.password}`).toString("base64")}` } })).status;
    assert.deepEqual([await status(stolen), await status(now)], [401, 200]);
    page.close();

    const { backups: after } = await json<{ backups: BackupEntry[] }>("backups", "list");
    assert.deepEqual(after.map(({ keyId, readable }) => [keyId, readable]), [["generation-2", true], ...before.map(() => ["generation-1", true])]);
    const newest = after[0]?.backup ?? "";
    assert.equal((await stack.stackbook("verify", newest)).code, 0);
    assert.equal((await stack.stackbook("verify", before[0]?.backup ?? "")).code, 0, "one of before still opens");
    const newKit = await json<Kit>("recovery-kit");
    assert.deepEqual([Object.keys(keysOf(kit)), Object.keys(keysOf(newKit))], [["generation-1"], ["generation-1", "generation-2"]]);
    await stack.must("preview", "--expect-no-changes");
  });
});

function keysOf({ encryption }: Kit): Readonly<Record<string, string>> {
  assert.ok(encryption.kind === "symmetric");
  return encryption.keys;
}
