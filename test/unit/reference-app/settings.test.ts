import { strict as assert } from "node:assert";
import { readBackend, readCommon, readFrontend, readLogin, readTraffic, SettingsError, type Environment } from "../../../reference-app/src/settings";
import { environment } from "./support";

function problems(read: (env: Environment) => unknown, env: Environment): readonly string[] {
  try {
    read(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe("reference app: settings", () => {
  it("reads a complete environment of each system", () => {
    for (const system of ["mps", "fetms", "memo", "motel", "sms"] as const) assert.deepEqual(problems(readBackend, environment(system)), [], system);
  });

  it("names everything that is missing at once", () => {
    const found = problems(readBackend, { REFERENCE_SYSTEM: "mps" });
    for (const name of ["MONGODB_URI", "REDIS_URL", "JWT_ACCESS_SECRET", "JWT_REFRESH_SECRET"]) {
      assert.ok(found.some((problem) => problem.startsWith(`${name} is not set`)), name);
    }
    assert.equal(found.length, 4);
  });

  it("refuses a signing key of fewer than 64 characters and does not repeat it", () => {
    const found = problems(readBackend, environment("motel", { JWT_SECRET: "short-but-secret" }));
    assert.deepEqual(found, ["JWT_SECRET has 16 characters; use at least 64"]);
  });

  it("refuses an unknown system and lists the known ones", () => {
    assert.deepEqual(problems(readCommon, { REFERENCE_SYSTEM: "hotel" }), ["REFERENCE_SYSTEM is hotel; use one of mps, fetms, memo, motel, sms"]);
  });

  it("refuses an address of the wrong kind of database", () => {
    assert.match(problems(readBackend, environment("motel", { DATABASE_URL: "mongodb://x/y" })).join(), /no address of a postgres database/);
  });

  it("refuses * as CORS origin", () => {
    assert.deepEqual(problems(readBackend, environment("mps", { CORS_ORIGIN: "*" })), ["CORS_ORIGIN is *; name the origins"]);
  });

  it("runs FETMS without Redis, and takes Redis when there is one", () => {
    assert.equal(readBackend(environment("fetms")).redisUrl, undefined);
    assert.equal(readBackend(environment("fetms", { REDIS_URL: "redis://cache" })).redisUrl, "redis://cache");
  });

  it("takes the system's port unless PORT says otherwise", () => {
    const { PORT: _, ...env } = environment("motel");
    assert.equal(readBackend(env).port, 3001);
    assert.equal(readFrontend({ ...env, REFERENCE_ROLE: "frontend" }).port, 3000);
    assert.equal(readBackend({ ...env, PORT: "4000" }).port, 4000);
    assert.match(problems(readBackend, { ...env, PORT: "http" }).join(), /PORT is http; use a number from 0 to 65535/);
  });

  it("reads the token lifetime as the runbook writes it", () => {
    assert.equal(readBackend(environment("motel", { JWT_EXPIRES_IN: "1d" })).accessSeconds, 86_400);
    assert.equal(readBackend(environment("motel", { JWT_EXPIRES_IN: "90" })).accessSeconds, 90);
    assert.equal(readBackend(environment("mps")).accessSeconds, 900);
    assert.match(problems(readBackend, environment("motel", { JWT_EXPIRES_IN: "soon" })).join(), /JWT_EXPIRES_IN is soon/);
  });

  it("tells by the version how to behave", () => {
    const behaviour = (version: string): string => readCommon({ REFERENCE_SYSTEM: "sms", APP_VERSION: version }).behaviour;
    const words = ["broken", "dies", "slow", "errors", "patchy", "leaks", "bursts"];
    assert.deepEqual(["1.0.0", "broken", "2.0.0-errors.1", ...words.map((word) => `1.0.0-${word}`)].map(behaviour), ["normal", "normal", "normal", ...words]);
  });

  it("keeps an audit log only where the system has one", () => {
    assert.equal(readBackend(environment("motel")).auditLogPath, undefined);
    assert.equal(readBackend(environment("sms", { AUDIT_LOG_PATH: "" })).auditLogPath, "/app/logs/audit.log");
  });

  it("refuses a first login without or with a short password", () => {
    assert.equal(problems(readLogin, {}).length, 2);
    assert.deepEqual(problems(readLogin, { SEED_ADMIN_EMAIL: "a@b.c", SEED_ADMIN_PASSWORD: "short" }), ["SEED_ADMIN_PASSWORD has 5 characters; use at least 12"]);
  });

  it("needs a target for traffic, and two requests a second are the default", () => {
    assert.match(problems(readTraffic, { REFERENCE_SYSTEM: "sms", TRAFFIC_TARGET: "the edge" }).join(), /TRAFFIC_TARGET is the edge/);
    const read = readTraffic({ REFERENCE_SYSTEM: "sms", TRAFFIC_TARGET: "https://edge:8443" });
    assert.deepEqual([read.rate, read.host, read.insecure, read.login], [2, "edge:8443", false, undefined]);
  });
});
