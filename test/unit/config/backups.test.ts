import assert from "node:assert/strict";
import { backupWarnings } from "../../../config/backups-checks";
import { checkPublicKey, fingerprintOf } from "../../../config/openpgp";
import { asPulumiGives, committed, failure, load, onlyProblem, problemsOf, strongSecret, withValue, type StackFile } from "./fixtures";
import { fingerprint, publicKey, signingOnly } from "./keys";

const dev = { stack: "dev" };
const s3 = { kind: "s3", bucket: "example-backups", region: "eu-central-1" };
const backups = (value: object): StackFile => ({ "stackbook:backups": { enabled: true, ...value } });
const motel = (value: object): StackFile => ({ "stackbook:backups": { enabled: true }, "stackbook:systems": { motel: value } });
const prod = (value: object = {}): StackFile => ({ ...committed("prod"), ...backups(value) });

describe("backups in a stack file that only turns them on", () => {
  it("lie on a volume, under a generated key, and are drilled on Sundays", () =>
    assert.deepEqual(load(backups({}), dev).backups, {
      enabled: true,
      stores: [{ kind: "directory", name: "local" }],
      encryption: { kind: "symmetric", generation: 1, given: {} },
      drill: { enabled: true, day: "sunday", at: "04:00" },
    }));

  it("follow each system's runbook", () => {
    const of = Object.fromEntries(load(prod()).systems.map(({ spec, backups: own }) => [spec.id, own]));
    assert.deepEqual(of["mps"], {
      at: "02:00",
      everyHours: 24,
      retention: { daily: { days: 30 }, weekly: { days: 84 }, monthly: { days: 366 }, deploy: { days: 90 }, safety: { days: 7 } },
      drillChecks: [],
    });
    assert.deepEqual([of["sms"]?.everyHours, of["sms"]?.retention.weekly], [12, { days: 0 }]);
  });

  it("hold the stack file as it was given, and no secret of it", () => {
    const file = prod();
    const { given } = load(file, { secrets: { "motel:jwtSecret": strongSecret } });
    assert.deepEqual(given, file);
  });
});

describe("backups in a stack file", () => {
  it("can be at other times, more often, and kept longer", () => {
    const file = { ...backups({ at: "03:30" }), "stackbook:systems": { motel: { backups: { everyHours: "6", kept: { dailyDays: 60, monthlyMonths: 3, deployDays: 180 } } }, mps: { backups: { at: "01:00", enabled: true } }, sms: { backups: { enabled: false } } } };
    const [mps, motelOwn, sms] = load(file, dev).systems.map(({ backups: own }) => own);
    assert.deepEqual([motelOwn?.at, motelOwn?.everyHours, mps?.at, sms], ["03:30", 6, "01:00", undefined]);
    assert.deepEqual(motelOwn?.retention, { daily: { days: 60 }, weekly: { days: 0 }, monthly: { days: 92 }, deploy: { days: 180 }, safety: { days: 7 } });
    assert.deepEqual(mps?.retention.weekly, { days: 84 }, "what isn't said stays");
  });

  it("go to several stores, with their keys by name only", () => {
    const file = backups({ stores: { nas: { kind: "directory", path: "/mnt/nas" }, offsite: { ...s3, prefix: "prod", lifecycle: "false" }, minio: { ...s3, endpoint: "http://127.0.0.1:9000", pathStyle: true } } });
    const secrets = { "backups:offsite.accessKeyId": "AKIAEXAMPLE", "backups:offsite.secretAccessKey": "wJalrXUtnFEMI/K7MDENG" };
    const config = load(file, { ...dev, secrets });
    const secret = (key: string) => ({ namespace: "backups", key });
    assert.deepEqual(config.backups.stores, [
      { kind: "directory", name: "nas", hostPath: "/mnt/nas" },
      { ...s3, name: "offsite", prefix: "prod", pathStyle: false, lifecycle: false, credentials: { accessKeyId: secret("offsite.accessKeyId"), secretAccessKey: secret("offsite.secretAccessKey") } },
      { ...s3, name: "minio", endpoint: "http://127.0.0.1:9000", prefix: "", pathStyle: true, lifecycle: true },
    ]);
    for (const value of Object.values(secrets)) assert.ok(!JSON.stringify(config).includes(value));
  });

  it("take an older key that was given, beside newer generated ones", () => {
    const { encryption } = load(backups({ encryption: { kind: "symmetric", generation: "3" } }), { ...dev, secrets: { "backups:encryptionKey.1": strongSecret } }).backups;
    assert.deepEqual(encryption, { kind: "symmetric", generation: 3, given: { 1: { namespace: "backups", key: "encryptionKey.1" } } });
  });

  it("can be encrypted to a public key, which turns drills off", () => {
    const config = load(backups({ encryption: { kind: "publicKey", publicKey: `\n${publicKey}\n\n` } }), dev).backups;
    assert.deepEqual(config.encryption, { kind: "publicKey", publicKey: `${publicKey}\n`, fingerprint });
    assert.equal(config.drill.enabled, false);
  });

  it("are brought back by a name and an id", () => {
    const restoreOf = (restore: object) => load(motel({ restore }), dev).systems[0]?.restore;
    assert.deepEqual(restoreOf({ id: "1", backup: "latest" }), { id: "1", backup: "latest" });
    assert.deepEqual(restoreOf({ id: "1", backup: "daily/2026-11-21T020000Z" }), { id: "1", backup: "motel/daily/2026-11-21T020000Z" });
    assert.deepEqual(restoreOf({ id: "a-2", backup: "motel/safety/2026-11-21T020000Z", only: ["database"], tables: ["public.rooms"] }), { id: "a-2", backup: "motel/safety/2026-11-21T020000Z", only: ["database"], tables: ["public.rooms"] });
  });
});

describe("backups are refused", () => {
  const restore = { id: "1", backup: "latest" };
  const question = { name: "rooms", sql: "select 1", expect: "1" };
  const cases: [string, StackFile, string, RegExp][] = [
    ["with no store at all", backups({ stores: {} }), "backups.stores", /name a store/],
    ["with more stores than the agent has places", backups({ stores: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`s${i}`, { kind: "directory" }])) }), "backups.stores", /use 8 at most/],
    ["with one place twice", backups({ stores: { a: { kind: "directory", path: "/srv/b" }, b: { kind: "directory", path: "/srv/b/" } } }), "backups.stores.b", /remove one of the two/],
    ["with one bucket twice", backups({ stores: { a: s3, b: s3 } }), "backups.stores.b", /a second copy in the same place is none/],
    ["in a folder that is none", backups({ stores: { a: { kind: "directory", path: "backups" } } }), "backups.stores.a.path", /an absolute path/],
    ["in a store of a kind that nobody knows", backups({ stores: { a: { kind: "ftp" } } }), "backups.stores.a.kind", /kind: directory/],
    ["in a store whose name can't be a volume's", backups({ stores: { "My Store": { kind: "directory" } } }), 'backups.stores["My Store"]', /small letters/],
    ["in a bucket by its address", backups({ stores: { a: { ...s3, bucket: "s3://example" } } }), "backups.stores.a.bucket", /without s3:\/\//],
    ["in a bucket without a region", backups({ stores: { a: { kind: "s3", bucket: "example" } } }), "backups.stores.a.region", /eu-central-1/],
    ["at an endpoint with a password in it", backups({ stores: { a: { ...s3, endpoint: "https://u:PLANTEDpw@s3.example.org" } } }), "backups.stores.a.endpoint", /stack secrets/],
    ["below a prefix that leaves the bucket", backups({ stores: { a: { ...s3, prefix: "../other" } } }), "backups.stores.a.prefix", /letters, digits/],
    ["below a prefix with a slash around", backups({ stores: { a: { ...s3, prefix: "prod/" } } }), "backups.stores.a.prefix", /without slash at either end/],
    ["with a key's number that is none", backups({ encryption: { kind: "symmetric", generation: 0 } }), "backups.encryption.generation", /1-99/],
    ["with a public key that only signs", backups({ encryption: { kind: "publicKey", publicKey: signingOnly } }), "backups.encryption.publicKey", /only signs/],
    ["with drills that can't be", backups({ encryption: { kind: "publicKey", publicKey }, drill: { enabled: true } }), "backups.drill.enabled", /private key/],
    ["with a drill on no day", backups({ drill: { day: "someday" } }), "backups.drill.day", /monday/],
    ["with a drill at no time", backups({ drill: { at: "25:00" } }), "backups.drill.at", /'00:00'/],
    ["with SQL for MongoDB", backups({ drill: { checks: { mps: [question] } } }), "backups.drill.checks.mps[0]", /MongoDB/],
    ["with a collection for PostgreSQL", backups({ drill: { checks: { motel: [{ name: "rooms", collection: "rooms", atLeast: 1 }] } } }), "backups.drill.checks.motel[0]", /PostgreSQL/],
    ["with two questions of one name", backups({ drill: { checks: { motel: [question, question] } } }), "backups.drill.checks.motel[1].name", /another name/],
    ["every few hours", motel({ backups: { everyHours: 5 } }), "systems.motel.backups.everyHours", /24, 12, 8 or 6/],
    ["kept for no day", motel({ backups: { kept: { dailyDays: 0 } } }), "systems.motel.backups.kept.dailyDays", /1-3650/],
    ["brought back without an id", motel({ restore: { backup: "latest" } }), "systems.motel.restore.id", /small letters, digits/],
    ["brought back under an id that no database may bear", motel({ restore: { ...restore, id: "x".repeat(21) } }), "systems.motel.restore.id", /at most 20/],
    ["brought back by a name that is none", motel({ restore: { ...restore, backup: "yesterday" } }), "systems.motel.restore.backup", /latest, or <tier>\/<timestamp>/],
    ["brought back from another system", motel({ restore: { ...restore, backup: "sms/daily/2026-11-21T020000Z" } }), "systems.motel.restore.backup", /put it under systems\.sms\.restore/],
    ["brought back in a part that they haven't", motel({ restore: { ...restore, only: ["uploads"] } }), "systems.motel.restore.only[0]", /database or redis/],
    ["brought back by tables besides everything", motel({ restore: { ...restore, tables: ["rooms"] } }), "systems.motel.restore.only", /use \[database\]/],
    ["brought back into what doesn't run", motel({ enabled: false, restore }), "systems.motel.restore", /systems\.motel\.enabled/],
    ["brought back where nothing is backed up", { "stackbook:backups": { enabled: false }, "stackbook:systems": { motel: { restore } } }, "systems.motel.restore", /turn its backups on/],
    ["brought back where they can't be opened", { ...backups({ encryption: { kind: "publicKey", publicKey } }), "stackbook:systems": { motel: { restore } } }, "systems.motel.restore", /docs\/backups\.md/],
  ];
  for (const [what, file, path, fix] of cases) {
    it(what, () => {
      const problem = onlyProblem(file, dev);
      assert.equal(problem.path, path);
      assert.match(problem.fix, fix);
      assert.ok(!JSON.stringify(problem).includes("PLANTED"));
    });
  }

  it("with a private key in a public key's place, which is shown to nobody", () => {
    const armored = publicKey.replaceAll("PUBLIC", "PRIVATE");
    const [problem, ...others] = problemsOf(backups({ encryption: { kind: "publicKey", publicKey: armored } }), dev);
    assert.deepEqual([problem?.path, others], ["backups.encryption.publicKey", []]);
    assert.match(problem?.fix ?? "", /gpg --armor --export/);
    assert.ok(!JSON.stringify(problem).includes(armored.slice(60, 120)));
  });

  const outside: [string, StackFile, string, RegExp][] = [
    ["off", prod({ enabled: false }), "backups.enabled", /lost with its disk/],
    ["off for one system", withValue(prod(), ["stackbook:systems", "motel", "backups"], { enabled: false }), "systems.motel.backups.enabled", /lost with its disk/],
    ["kept for fewer days than the runbook says", withValue(prod(), ["stackbook:systems", "motel", "backups"], { kept: { dailyDays: 29 } }), "systems.motel.backups.kept.dailyDays", /use 30 or more/],
    ["kept for fewer weeks", withValue(prod(), ["stackbook:systems", "mps", "backups"], { kept: { weeklyWeeks: 11 } }), "systems.mps.backups.kept.weeklyWeeks", /mps\.md keeps 12 weeks/],
    ["kept for fewer months", withValue(prod(), ["stackbook:systems", "fetms", "backups"], { kept: { monthlyMonths: 0 } }), "systems.fetms.backups.kept.monthlyMonths", /fetms\.md keeps 3 months/],
    ["more seldom than the runbook says", withValue(prod(), ["stackbook:systems", "sms", "backups"], { everyHours: 24 }), "systems.sms.backups.everyHours", /use 12 or less/],
    ["sent in the clear", prod({ stores: { a: { ...s3, endpoint: "http://s3.example.org" } } }), "backups.stores.a.endpoint", /use https:\/\/s3\.example\.org/],
  ];
  for (const [what, file, path, fix] of outside) {
    it(`${what}, in prod`, () => {
      const problem = onlyProblem(file);
      assert.equal(problem.path, path);
      assert.match(problem.fix, fix);
    });
  }

  it("nowhere in dev for being off, or short", () => {
    assert.equal(load(motel({ backups: { kept: { dailyDays: 1 } } }), dev).systems[0]?.backups?.retention.daily.days, 1);
    assert.equal(load({ "stackbook:backups": { enabled: false } }, dev).systems[0]?.backups, undefined);
  });
});

describe("secrets of backups are refused", () => {
  const stores = { offsite: s3, local: { kind: "directory" } };
  const both = { "backups:offsite.accessKeyId": "AKIAEXAMPLE", "backups:offsite.secretAccessKey": "PLANTEDsecret" };
  const cases: [string, Record<string, string>, string, RegExp][] = [
    ["alone", { "backups:offsite.accessKeyId": "AKIAEXAMPLE" }, "backups:offsite.secretAccessKey", /the two belong together/],
    ["for a store that isn't there", { "backups:elsewhere.accessKeyId": "x" }, "backups:elsewhere.accessKeyId", /name a store elsewhere/],
    ["for a directory", { "backups:local.accessKeyId": "x" }, "backups:local.accessKeyId", /a directory takes no keys/],
    ["misspelt", { ...both, "backups:offsite.secretAcessKey": "x" }, "backups:offsite.secretAcessKey", /did you mean backups:offsite\.secretAccessKey\?/],
    ["of nothing", { "backups:password": "x" }, "backups:password", /encryptionKey\.<generation>/],
    ["when they are guessed", { "backups:encryptionKey.1": "a".repeat(40) }, "backups:encryptionKey.1", /openssl rand/],
    ["when they have two lines", { "backups:encryptionKey.1": `${strongSecret}\n${strongSecret}` }, "backups:encryptionKey.1", /openssl rand/],
    ["of a generation to come", { "backups:encryptionKey.2": strongSecret }, "backups:encryptionKey.2", /generation: 2/],
  ];
  for (const [what, secrets, path, fix] of cases) {
    it(what, () => {
      const problem = onlyProblem(backups({ stores }), { ...dev, secrets });
      assert.equal(problem.path, path);
      assert.match(problem.fix, fix);
      assert.ok(!JSON.stringify(problem).includes("PLANTED"));
    });
  }

  it("in plain text", () => {
    const problem = failure(asPulumiGives({ ...backups({ stores }), ...both }, dev)).problems[0];
    assert.deepEqual([problem?.path, problem?.given], ["backups:offsite.accessKeyId", "in plain text"]);
  });

  it("with a public key, which needs none", () => {
    const problem = onlyProblem(backups({ encryption: { kind: "publicKey", publicKey } }), { ...dev, secrets: { "backups:encryptionKey.1": strongSecret } });
    assert.match(problem.fix, /pulumi config rm backups:encryptionKey\.1/);
  });

  it("but not of a store that is malformed itself", () => {
    const broken = { offsite: { ...s3, bucket: "NO" } };
    assert.equal(onlyProblem(backups({ stores: broken }), { ...dev, secrets: both }).path, "backups.stores.offsite.bucket");
  });
});

describe("a public key", () => {
  it("is known by gpg's fingerprint, whatever its line ends", () => {
    assert.equal(checkPublicKey(publicKey), true);
    assert.equal(fingerprintOf(publicKey), fingerprint);
    assert.equal(fingerprintOf(publicKey.replaceAll("\n", "\r\n")), fingerprint);
    assert.equal(fingerprintOf(publicKey.replace("\n\n", "\nComment: of the backups\n\n")), fingerprint);
  });

  it("is none when it is cut off, or two", () => {
    assert.notEqual(checkPublicKey(publicKey.split("\n").filter((_, i) => i !== 4).join("\n")), true);
    assert.equal(checkPublicKey("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----"), false);
  });
});

describe("a stack that can't do better is told so", () => {
  it("outside dev, when nothing is backed up, or on one host only", () => {
    const staging = (value: object) => backupWarnings({ config: load({ ...committed("staging"), "stackbook:backups": value }, { stack: "staging" }) });
    assert.match(staging({ enabled: false })[0] ?? "", /is false: what staging holds is lost/);
    assert.match(staging({ enabled: true })[0] ?? "", /all on the engine's own host/);
    assert.deepEqual(staging({ enabled: true, stores: { a: s3 } }), []);
    assert.deepEqual(backupWarnings({ config: load(backups({}), dev) }), []);
  });
});
