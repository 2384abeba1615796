import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { looksLikeSecret, weakness } from "../../../config/secrets";
import { asPulumiGives, committed, failure, onlyProblem, strongSecret, withValue } from "./fixtures";

const prod = committed("prod");
const planted = "Hunter2-PLANTED-value-9f8e7d";

/** The problem, with proof that the planted value is nowhere in what a person sees. */
function silentProblem(...given: Parameters<typeof onlyProblem>) {
  const problem = onlyProblem(...given);
  assert.ok(!failure(asPulumiGives(...given)).message.includes(planted));
  assert.ok(!JSON.stringify(problem).includes(planted));
  return problem;
}

describe("secrets in a stack file", () => {
  it("are refused in plain text, with the exact command", () => {
    const problem = silentProblem({ ...prod, "motel:jwtSecret": planted });
    assert.equal(problem.path, "motel:jwtSecret");
    assert.equal(problem.given, "in plain text");
    assert.match(problem.fix, /`pulumi config set --secret motel:jwtSecret`/);
  });

  it("are refused in plain text even when strong", () => {
    assert.equal(onlyProblem({ ...prod, "sms:backupEncryptionKey": strongSecret }).given, "in plain text");
  });

  it("are refused when short, naming the length that is needed and not the one that is there", () => {
    const problem = silentProblem(prod, { secrets: { "motel:jwtSecret": planted } });
    assert.equal(problem.given, "shorter than 64 characters");
    assert.match(problem.fix, /openssl rand -hex 48 \| pulumi config set --secret motel:jwtSecret/);
  });

  it("take SMS's encryption key from 32 characters on", () => {
    const key = strongSecret.slice(0, 32);
    assert.doesNotThrow(() => assert.throws(() => failure(asPulumiGives(prod, { secrets: { "sms:backupEncryptionKey": key } })), /was taken/));
    assert.equal(onlyProblem(prod, { secrets: { "sms:backupEncryptionKey": key.slice(1) } }).given, "shorter than 32 characters");
  });

  it("are refused under a misspelt name, with the right one", () => {
    const problem = silentProblem(prod, { secrets: { "motel:jwtSecrt": planted } });
    assert.equal(problem.given, "not a known key");
    assert.match(problem.fix, /did you mean motel:jwtSecret\?/);
  });

  it("are refused under the setting's name, with the key's", () => {
    assert.match(silentProblem(prod, { secrets: { "motel:JWT_SECRET": planted } }).fix, /did you mean motel:jwtSecret\?/);
    assert.match(silentProblem(prod, { secrets: { "motel:DATABASE_URL": planted } }).fix, /set by Stackbook itself/);
  });

  it("are refused among the plain keys of a system, with the command", () => {
    const problem = silentProblem(withValue(prod, ["stackbook:systems", "motel", "jwtSecret"], planted));
    assert.equal(problem.path, "systems.motel.jwtSecret");
    assert.match(problem.fix, /pulumi config set --secret motel:jwtSecret/);
  });

  it("are refused among the plain settings, with the command", () => {
    for (const name of ["API_TOKEN", "SMTP_PASSWORD", "STRIPE_KEY", "clientSecret"]) {
      const problem = silentProblem(withValue(prod, ["stackbook:systems", "motel", "services", "backend", "settings"], { [name]: planted }));
      assert.equal(problem.path, `systems.motel.services.backend.settings.${name}`);
      assert.match(problem.fix, new RegExp(`pulumi config set --secret motel:${name.toUpperCase()}`));
    }
  });

  it("are refused as a setting that a stack secret makes", () => {
    const problem = silentProblem(withValue(prod, ["stackbook:systems", "motel", "services", "backend", "settings"], { JWT_SECRET: planted }));
    assert.match(problem.fix, /pulumi config set --secret motel:jwtSecret/);
  });

  it("are refused in a setting's value, whatever its name", () => {
    for (const value of [`amqp://motel:${planted}@queue/`, `-----BEGIN RSA PRIVATE KEY-----\n${planted}`]) {
      assert.equal(silentProblem(withValue(prod, ["stackbook:systems", "motel", "services", "backend", "settings"], { QUEUE: value })).given, "a secret in plain text");
    }
  });

  it("are refused in a frontend, which has no way to keep one", () => {
    assert.match(silentProblem(withValue(prod, ["stackbook:systems", "motel", "services", "frontend", "settings"], { API_TOKEN: planted })).fix, /only the backend takes secrets/);
  });

  it("are refused in build arguments and tags", () => {
    const image = { build: { context: ".", args: { NPM_TOKEN: planted } } };
    assert.match(silentProblem(withValue(prod, ["stackbook:systems", "motel", "services", "backend", "image"], image)).fix, /stay in the image/);
    assert.match(silentProblem(withValue(prod, ["stackbook:tags"], { password: planted })).fix, /labels/);
  });

  it("are refused in the middle of a plain key, which Pulumi then calls secret as a whole", () => {
    const raw = asPulumiGives(prod);
    const problems = failure({ ...raw, secretKeys: new Set(["stackbook:systems"]) }).problems;
    assert.deepEqual(problems.map(({ path, given }) => [path, given]), [["systems", "holding a secret value"]]);
  });

  it("are refused where text belongs", () => {
    const problem = silentProblem(withValue(prod, ["stackbook:contact"], undefined), { secrets: { "stackbook:contact": planted } });
    assert.equal(problem.given, "marked as secret");
  });

  it("are refused as a key of the stack, and as one of the edge", () => {
    assert.match(silentProblem({ ...prod, "stackbook:jwtSecret": planted }).fix, /pulumi config set --secret <system>:JWT_SECRET/);
    assert.equal(silentProblem({ ...prod, "edge:privateKey": planted }).given, "in plain text");
    assert.match(silentProblem(withValue(prod, ["stackbook:edge", "privateKey"], planted)).fix, /--secret edge:privateKey/);
  });

  it("never show in an address's password, nor in a map that is no JSON", () => {
    assert.match(silentProblem(withValue(prod, ["stackbook:host"], `ssh://root:${planted}@h`)).fix, /leave the password out/);
    silentProblem({ ...prod, "stackbook:demo": `{seed: ${planted}` });
  });

  it("become settings of the backend under a name in capitals, unless they are empty or guessed", () => {
    assert.throws(() => failure(asPulumiGives(prod, { secrets: { "motel:SMTP_PASSWORD": "x9!Kq" } })), /was taken/);
    assert.equal(onlyProblem(prod, { secrets: { "motel:SMTP_PASSWORD": "" } }).given, "empty");
    assert.equal(onlyProblem(prod, { secrets: { "motel:SMTP_PASSWORD": "changeme" } }).given, "made of words that are guessed first");
    assert.match(onlyProblem({ ...prod, "motel:SMTP_HOST": "mail" }).fix, /systems\.motel\.services\.backend\.settings/);
  });

  it("are not given twice", () => {
    const file = withValue(prod, ["stackbook:systems", "motel", "services", "backend", "settings"], { LICENCE: "x" });
    assert.equal(silentProblem(file, { secrets: { "motel:LICENCE": planted } }).given, "given twice");
  });
});

describe("the strength of a secret", () => {
  const weak: readonly (readonly [string, RegExp])[] = [
    ["a".repeat(64), /one character/],
    ["changeme".repeat(8), /guessed/],
    ["Password123!".repeat(6), /guessed/],
    ["your-super-secret-jwt-key-change-this-in-production-please-change-me", /guessed/],
    ["k3J9".repeat(16), /one part repeated/],
    ["q8WzR2".repeat(10) + "q8Wz", /one part repeated/],
    ["0123456789".repeat(7), /guessed|repeated|run/],
    ["abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", /run/],
    ["fqffqfqqffqfqqfqffqfqqffqqfqffqfqqfqffqqffqfqqffqfqqfqffqfqqffqq", /too few/],
    [" ".repeat(64), /empty/],
  ];
  for (const [value, reason] of weak) it(`takes ${value.slice(0, 24)}... for weak`, () => assert.match(weakness(value, 64) ?? "strong", reason));

  it("takes what a generator makes, at any length that is allowed", () => {
    for (let round = 0; round < 2000; round++) {
      const encoding = (["hex", "base64", "base64url"] as const)[round % 3] ?? "hex";
      const minLength = round % 2 === 0 ? 32 : 64;
      const value = randomBytes(64).toString(encoding).slice(0, minLength);
      assert.equal(weakness(value, minLength), undefined, value);
    }
  });
});

describe("a name that says secret", () => {
  for (const name of ["PASSWORD", "DB_PASSWORD", "dbPassword", "API_TOKEN", "STRIPE_SECRET_KEY", "apiKey", "PGPASSWORD", "KEY", "NEXT_PUBLIC_SECRET", "SENTRY_AUTH_TOKEN"]) {
    it(`is ${name}`, () => assert.ok(looksLikeSecret(name)));
  }
  for (const name of ["LOG_LEVEL", "TOKEN_TTL", "JWT_EXPIRES_IN", "PASSWORD_MIN_LENGTH", "AWS_ACCESS_KEY_ID", "TOKEN_URL", "KEYCLOAK_REALM", "MONKEY", "NEXT_PUBLIC_STRIPE_KEY", "VITE_MAPS_KEY", "BYPASS_CACHE"]) {
    it(`is not ${name}`, () => assert.ok(!looksLikeSecret(name)));
  }
});
