import assert from "node:assert/strict";
import fc from "fast-check";
import { ConfigError, formatPath } from "../../../config/errors";
import { parseConfig, type RawConfig } from "../../../config/parse";
import { stackSchema } from "../../../config/schema";
import { allPaths, anyName, docOf, keysOf } from "../../../config/walk";
import { systemIds, systems } from "../../../systems";
import { asPulumiGives, committed, failure, strongSecret, withValue, type StackFile } from "./fixtures";

/** With everything that has keys of its own below. */
const restore = { id: "1", backup: "latest" };
const candidate = `registry.example.org/app:9.0.0@sha256:${"9".repeat(64)}`;
const beside = { version: "9.0.0", services: { backend: { image: candidate }, frontend: { image: candidate } } };
const whole = systemIds.reduce<StackFile>((file, id) => withValue(withValue(file, ["stackbook:systems", id, "restore"], restore), ["stackbook:systems", id, "beside"], beside), {
  ...committed("prod"),
  "stackbook:backups": { enabled: true, stores: { mail: { kind: "s3", bucket: "example-backups", region: "eu-central-1" } }, encryption: { kind: "symmetric" } },
});
const prod = withValue(whole, ["stackbook:systems", "fetms", "redis"], true);
const schemaPaths = allPaths(stackSchema).map(({ path }) => path);
const names = [...new Set(schemaPaths.flat())];
const odd = fc.constantFrom("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "", " ", "a.b", "a:b", "\u0000", "0", "-1");

const key = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: odd }, { weight: 1, arbitrary: fc.string() });
const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom("acme", "given", "self-signed", "reference-app", "latest", "docker", "local", "ssh://u@h", "https://a.example", "*", "1.0.0", "true", "2", `r/m:1@sha256:${"0".repeat(64)}`),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof({ maxDepth: 6, withCrossShrink: true }, leaf, fc.array(tie("tree"), { maxLength: 3 }), fc.dictionary(key, tie("tree"), { maxKeys: 5, noNullPrototype: true })),
}));

const topKeys = fc.oneof(
  fc.constantFrom(...Object.keys(stackSchema.shape)).map((name) => `stackbook:${name}`),
  fc.tuple(fc.constantFrom<string>(...systemIds, "edge"), fc.oneof(fc.constantFrom("jwtSecret", "certificate", "privateKey", "API_TOKEN", "backupEncryptionKey"), fc.string())).map(([namespace, name]) => `${namespace}:${name}`),
  fc.tuple(odd, odd).map(([namespace, name]) => `${namespace}:${name}`),
  fc.string(),
);

const rawConfig: fc.Arbitrary<RawConfig> = fc
  .record({
    stack: fc.oneof(fc.constantFrom("dev", "staging", "prod"), fc.string()),
    entries: fc.array(fc.record({ key: topKeys, value: fc.oneof(fc.string(), tree.map((value) => JSON.stringify(value) ?? "")), secret: fc.boolean() }), { maxLength: 8 }),
    project: fc.constantFrom("stackbook", "another"),
  })
  .map(({ stack, entries, project }) => ({
    project,
    stack,
    values: Object.fromEntries(entries.map(({ key: name, value }) => [name, value])),
    secretKeys: new Set(entries.filter(({ secret }) => secret).map(({ key: name }) => name)),
    source: `Pulumi.${stack}.yaml`,
  }));

describe("any configuration at all", () => {
  it("is taken, or refused by a ConfigError whose problems are whole", () => {
    fc.assert(
      fc.property(rawConfig, (raw) => {
        try {
          assert.equal(parseConfig(raw).stack, raw.stack);
        } catch (error) {
          assert.ok(error instanceof ConfigError, String(error instanceof Error ? error.stack : error));
          assert.ok(error.problems.length > 0);
          for (const problem of error.problems) for (const part of [problem.path, problem.given, problem.allowed, problem.fix]) assert.notEqual(part, "");
          assert.equal(new Set(error.problems.map(({ path }) => path)).size, error.problems.length, `a key twice: ${error.message}`);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it("leaves JavaScript's own objects alone", () => {
    fc.assert(
      fc.property(rawConfig, (raw) => {
        const before = Object.getOwnPropertyNames(Object.prototype).join();
        try {
          parseConfig(raw);
        } catch (error) {
          assert.ok(error instanceof ConfigError);
        }
        assert.equal(Object.getOwnPropertyNames(Object.prototype).join(), before);
      }),
      { numRuns: 300 },
    );
  });

  it("is read the same way twice, and is not changed by reading", () => {
    fc.assert(
      fc.property(rawConfig, (raw) => {
        const outcome = (): string => {
          try {
            return JSON.stringify(parseConfig(raw));
          } catch (error) {
            return String(error);
          }
        };
        const before = JSON.stringify(raw.values);
        assert.equal(outcome(), outcome());
        assert.equal(JSON.stringify(raw.values), before);
      }),
      { numRuns: 300 },
    );
  });
});

/** Steps from the file's keys to a key of the schema. */
const inFile = (path: readonly string[]): string[] => [`stackbook:${path[0] ?? ""}`, ...path.slice(1)];
const named = (path: readonly string[]): string[] => path.map((step) => (step === anyName ? "mail" : step));
const leaves = allPaths(stackSchema).filter(({ schema }) => docOf(schema) !== undefined).map(({ path }) => named(path));

/** Texts on the way (an image, migration: false) become maps, so that every key can be reached. */
function plant(file: StackFile, path: readonly string[], value: unknown): StackFile {
  let reached = file;
  for (let length = 2; length < path.length; length++) {
    const above = inFile(path.slice(0, length));
    const present = above.reduce<unknown>((holder, step) => (holder as Record<string, unknown> | undefined)?.[step], reached);
    if (typeof present !== "object") reached = withValue(reached, above, {});
  }
  return withValue(reached, inFile(path), value);
}

const around = (path: string, wanted: string): boolean => path === wanted || path.startsWith(`${wanted}.`) || path.startsWith(`${wanted}[`);

describe("every bad change to a good file", () => {
  const bad = fc.oneof(
    fc.constant({ nonsense: { nonsense: {} } }),
    fc.constant([[[]]]),
    fc.string().map((text) => `\u0000${text} /`),
    fc.integer({ max: -1 }).map((number) => number - 0.5),
  );
  // Text with anything in it is what these three are for.
  const free = new Set(["context", "dockerfile", "command"]);

  it("is reported at its own key", () => {
    fc.assert(
      fc.property(fc.constantFrom(...leaves), bad, (path, value) => {
        if (typeof value === "string" && free.has(path.at(-1) ?? "")) return;
        // A number is written there as text, and is as good a contact as any.
        if (typeof value === "number" && path[0] === "contact") return;
        const wanted = formatPath(path);
        const { problems } = failure(asPulumiGives(plant(prod, path, value)));
        assert.ok(problems.some((problem) => around(problem.path, wanted)), `${wanted} is not among ${problems.map((problem) => problem.path).join(", ")}`);
      }),
      { numRuns: 1500 },
    );
  });

  it("is reported when a key was added that nobody knows, at any depth", () => {
    const maps = [[], ...allPaths(stackSchema).filter(({ schema }) => keysOf(schema).length > 0).map(({ path }) => named(path))].filter((path) => !["migration", "image", "maintenance", "halted"].some((step) => path.includes(step)));
    const unknown = fc.string({ minLength: 1 }).filter((name) => !names.includes(name));
    fc.assert(
      fc.property(fc.constantFrom(...maps), unknown, leaf, (path, name, value) => {
        const file = path.length === 0 ? withValue(prod, [`stackbook:${name}`], value) : withValue(prod, [...inFile(path), name], value);
        const { problems } = failure(asPulumiGives(file));
        const wanted = formatPath([...path, name]);
        assert.deepEqual(problems.map((problem) => problem.path), [wanted]);
        assert.equal(problems[0]?.given, "not a known key");
      }),
      { numRuns: 500 },
    );
  });

  it("is reported together with every other one", () => {
    const numbers = leaves.filter((path) => ["replicas", "memoryMiB", "cpus", "drainSeconds", "maxBodyMiB", "requestsPerMinute"].includes(path.at(-1) ?? ""));
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...numbers), { minLength: 1, maxLength: 12 }), (paths) => {
        const file = paths.reduce((changed, path) => plant(changed, path, -1), prod);
        assert.deepEqual(failure(asPulumiGives(file)).problems.map(({ path }) => path).sort(), paths.map(formatPath).sort());
      }),
      { numRuns: 200 },
    );
  });
});

describe("a secret's value", () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9+/=_"\\{}: @-]{10,80}$/).filter((text) => text.trim() === text && !/^[-\d.]+$/.test(text));
  const places: Readonly<Record<string, (value: string) => { file?: StackFile; secrets?: Record<string, string> }>> = {
    "given, perhaps weak": (value) => ({ secrets: { "motel:jwtSecret": value, "sms:backupEncryptionKey": value } }),
    "given under an unknown name": (value) => ({ secrets: { "motel:jwtSecrets": value, "edge:certificates": value, "fetms:x": value } }),
    "given as a certificate": (value) => ({ secrets: { "edge:certificate": value, "edge:privateKey": `-----BEGIN PRIVATE KEY-----\n${value}` } }),
    "given as a key of the stack": (value) => ({ secrets: { "stackbook:contact": value, "stackbook:tags": value, "stackbook:password": value } }),
    "given for a whole map": (value) => ({ secrets: { "stackbook:edge": JSON.stringify({ tls: value, httpPort: value, [`x${value}`.slice(0, 3)]: value }) } }),
    "given under another's namespace": (value) => ({ secrets: { "motle:jwtSecret": value, [":"]: value } }),
    "plain, as a secret": (value) => ({ file: { "motel:jwtSecret": value, "motel:API_TOKEN": value, "edge:privateKey": value } }),
    "plain, under an unknown key": (value) => ({ file: { "stackbook:jwtSecret": value, "stackbok:token": value } }),
    "plain, among a system's keys": (value) => ({ file: withValue({}, ["stackbook:systems", "motel", "jwtSecret"], value) }),
    "plain, among settings": (value) => ({ file: withValue({}, ["stackbook:systems", "motel", "services", "backend", "settings"], { API_TOKEN: value, "DB-PASSWORD": value, JWT_SECRET: value, SECRET: { nested: value } }) }),
    "plain, in an address": (value) => ({ file: { "stackbook:host": `ssh://root:${encodeURIComponent(value)}@h`, ...withValue({}, ["stackbook:systems", "motel", "services", "backend", "settings"], { URL: `x://u:${encodeURIComponent(value)}@h` }) } }),
    "plain, in a broken map": (value) => ({ file: { "stackbook:edge": `{"token": ${value}` } }),
    "given, and plain elsewhere": (value) => ({ secrets: { "motel:jwtSecret": value }, file: { "stackbook:domain": `${value}!`, "stackbook:host": value } }),
  };
  for (const [place, make] of Object.entries(places)) {
    it(`never shows when ${place}`, () => {
      fc.assert(
        fc.property(secret, fc.constantFrom("dev", "prod"), (value, stack) => {
          const { file = {}, secrets = {} } = make(value);
          // A malformed value as well, so that there is always a message to look through.
          const error = failure(asPulumiGives({ "stackbook:protectData": "perhaps", ...file }, { stack, secrets }));
          const shown = `${error.message}${JSON.stringify(error.problems)}${error.stack ?? ""}`;
          for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]) assert.ok(!shown.includes(form), `${form} shows in ${error.message}`);
        }),
        { numRuns: 150 },
      );
    });
  }

  it("is never in a parsed configuration", () => {
    const secrets = Object.fromEntries(systemIds.flatMap((id) => systems[id].secrets.map(({ name }) => [`${id}:${name}`, strongSecret])));
    const config = parseConfig(asPulumiGives(prod, { secrets: { ...secrets, "motel:API_TOKEN": strongSecret } }));
    assert.ok(!JSON.stringify(config).includes(strongSecret));
    assert.equal(config.systems.flatMap(({ givenSecrets }) => Object.keys(givenSecrets)).length, 7);
  });
});
