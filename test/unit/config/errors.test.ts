import assert from "node:assert/strict";
import { checkStack } from "../../../config/checks";
import { readSecrets } from "../../../config/given-secrets";
import { readStack } from "../../../config/issues";
import { sortKeys } from "../../../config/keys";
import { resolveStack } from "../../../config/resolve";
import { systems, type SystemSpec } from "../../../systems";
import { certificate, certificateKey, committed, failure, asPulumiGives, onlyProblem, problemsOf, anotherKey, withValue, type Circumstances } from "./fixtures";

const prod = committed("prod");
const digest = "0".repeat(64);
const motel = (...path: (string | number)[]) => ["stackbook:systems", "motel", ...path];
const backend = (...path: (string | number)[]) => motel("services", "backend", ...path);

interface Case {
  readonly says: string;
  /** Steps to one value of the good prod file, and what it becomes. */
  readonly change: readonly (string | number)[];
  readonly to: unknown;
  readonly path: string;
  readonly given: string | RegExp;
  readonly fix: RegExp;
  readonly in?: Circumstances;
}

const cases: readonly Case[] = [
  { says: "no replicas", change: backend("replicas"), to: 0, path: "systems.motel.services.backend.replicas", given: "0", fix: /^use 1-50, or set systems\.motel\.enabled to false to stop it$/ },
  { says: "too many replicas", change: backend("replicas"), to: 51, path: "systems.motel.services.backend.replicas", given: "51", fix: /use 1-50/ },
  { says: "half a replica", change: backend("replicas"), to: 1.5, path: "systems.motel.services.backend.replicas", given: "1.5", fix: /use 1-50/ },
  { says: "replicas in words", change: backend("replicas"), to: "two", path: "systems.motel.services.backend.replicas", given: '"two"', fix: /use 1-50/ },
  { says: "nothing where a number belongs", change: backend("replicas"), to: null, path: "systems.motel.services.backend.replicas", given: "empty", fix: /use 1-50/ },
  { says: "a misspelt key", change: backend("replcias"), to: 2, path: "systems.motel.services.backend.replcias", given: "not a known key", fix: /^did you mean systems\.motel\.services\.backend\.replicas\?$/ },
  { says: "a key too far up", change: motel("replicas"), to: 2, path: "systems.motel.replicas", given: "not a known key", fix: /services\.backend\.replicas or systems\.motel\.services\.frontend\.replicas\?/ },
  { says: "a key from elsewhere", change: ["stackbook:edge", "domain"], to: "x", path: "edge.domain", given: "not a known key", fix: /^did you mean domain\?$/ },
  { says: "an unknown system", change: ["stackbook:systems", "mottel"], to: {}, path: "systems.mottel", given: "not a known key", fix: /^did you mean systems\.motel\?$/ },
  { says: "a system nobody knows", change: ["stackbook:systems", "warehouse"], to: {}, path: "systems.warehouse", given: "not a known key", fix: /mps, fetms, memo, motel and sms/ },
  { says: "a misspelt key of the stack", change: ["stackbook:domian"], to: "x", path: "domian", given: "not a known key", fix: /^did you mean domain\?$/ },
  { says: "a system beside the systems", change: ["stackbook:motel"], to: {}, path: "motel", given: "not a known key", fix: /did you mean systems\.motel\?/ },
  { says: "a misspelt namespace", change: ["stackbok:domain"], to: "x", path: "stackbok:domain", given: "not a known key", fix: /^did you mean stackbook:domain\?$/ },
  { says: "a namespace nobody knows", change: ["grafana:url"], to: "x", path: "grafana:url", given: "not a known key", fix: /stackbook, edge, alerts, backups, registry, mps/ },
  { says: "no domain", change: ["stackbook:domain"], to: undefined, path: "domain", given: "missing", fix: /pulumi config set stackbook:domain/ },
  { says: "a domain with a scheme", change: ["stackbook:domain"], to: "https://example.org", path: "domain", given: '"https://example.org"', fix: /without scheme/ },
  { says: "a domain in capitals", change: ["stackbook:domain"], to: "Example.org", path: "domain", given: '"Example.org"', fix: /use small letters: example\.org/ },
  { says: "a local name with ACME", change: ["stackbook:domain"], to: "localhost", path: "domain", given: '"localhost"', fix: /certificate authority can reach/ },
  { says: "a system's local name with ACME", change: motel("domain"), to: "motel.localhost", path: "systems.motel.domain", given: '"motel.localhost"', fix: /certificate authority can reach/ },
  { says: "two systems at one address", change: motel("domain"), to: "memo.example.org", path: "systems.motel.domain", given: '"memo.example.org"', fix: /memo answers there/ },
  { says: "no systems", change: ["stackbook:systems"], to: undefined, path: "systems", given: "missing", fix: /name what runs/ },
  { says: "no host in prod", change: ["stackbook:host"], to: undefined, path: "host", given: "missing", fix: /`local`/ },
  { says: "a host without a scheme", change: ["stackbook:host"], to: "docker.example.org", path: "host", given: '"docker.example.org"', fix: /ssh:\/\/user@host/ },
  { says: "an SSH host without a user", change: ["stackbook:host"], to: "ssh://docker.example.org", path: "host", given: /ssh/, fix: /name the user/ },
  { says: "a TCP host without a port", change: ["stackbook:host"], to: "tcp://docker.example.org", path: "host", given: /tcp/, fix: /name the port/ },
  { says: "a socket with too few slashes", change: ["stackbook:host"], to: "unix://var/run/docker.sock", path: "host", given: /unix/, fix: /three slashes/ },
  { says: "a platform that there is not", change: ["stackbook:platform"], to: "nomad", path: "platform", given: '"nomad"', fix: /use docker, kubernetes or aws/ },
  { says: "an unknown environment", change: ["stackbook:environment"], to: "production", path: "environment", given: '"production"', fix: /use dev, staging or prod/ },
  { says: "a stack whose name says no environment", change: ["stackbook:contact"], to: "ops", path: "environment", given: "missing", fix: /stackbook:environment/, in: { stack: "europe" } },
  { says: "no certificate outside dev", change: ["stackbook:edge", "tls"], to: undefined, path: "edge.tls", given: "missing", fix: /choose \{ kind: acme/ },
  { says: "a self-made certificate in prod", change: ["stackbook:edge", "tls"], to: { kind: "self-signed" }, path: "edge.tls.kind", given: '"self-signed"', fix: /browsers refuse/ },
  { says: "an unknown kind of certificate", change: ["stackbook:edge", "tls"], to: { kind: "letsencrypt" }, path: "edge.tls.kind", given: '"letsencrypt"', fix: /kind: acme/ },
  { says: "ACME without an address", change: ["stackbook:edge", "tls"], to: { kind: "acme" }, path: "edge.tls.email", given: "missing", fix: /e-mail address/ },
  { says: "an ACME directory without TLS", change: ["stackbook:edge", "tls", "directoryUrl"], to: "http://acme.example.org", path: "edge.tls.directoryUrl", given: /http/, fix: /https/ },
  { says: "one port for both", change: ["stackbook:edge", "httpsPort"], to: 80, path: "edge.httpsPort", given: "80", fix: /different ports/ },
  { says: "a port out of range", change: ["stackbook:edge", "httpsPort"], to: 65536, path: "edge.httpsPort", given: "65536", fix: /use 1-65535/ },
  { says: "a port below the range", change: ["stackbook:edge", "httpPort"], to: 0, path: "edge.httpPort", given: "0", fix: /use 1-65535/ },
  { says: "a bind address that is a name", change: ["stackbook:edge", "bindAddress"], to: "eth0", path: "edge.bindAddress", given: '"eth0"', fix: /IPv4 or IPv6/ },
  { says: "no image outside dev", change: backend("image"), to: undefined, path: "systems.motel.services.backend.image", given: "missing", fix: /name your image/ },
  { says: "the reference app in prod", change: backend("image"), to: "reference-app", path: "systems.motel.services.backend.image", given: '"reference-app"', fix: /name your image/ },
  { says: "an image without a digest", change: backend("image"), to: "registry.example.org/motel:1.4.2", path: "systems.motel.services.backend.image", given: '"registry.example.org/motel:1.4.2"', fix: /registry\.example\.org\/motel:1\.4\.2@sha256/ },
  { says: "the image `latest`", change: backend("image"), to: `motel:latest@sha256:${digest}`, path: "systems.motel.services.backend.image", given: /latest/, fix: /another image every day/ },
  { says: "an image with no tag at all", change: backend("image"), to: "motel", path: "systems.motel.services.backend.image", given: '"motel"', fix: /another image every day/ },
  { says: "an image reference with a hole", change: backend("image"), to: "motel:1@sha256:short", path: "systems.motel.services.backend.image", given: /motel/, fix: /registry\/repository:tag/ },
  { says: "a build without a folder", change: backend("image"), to: { build: {} }, path: "systems.motel.services.backend.image.build.context", given: "missing", fix: /folder/ },
  { says: "an unknown key of a build", change: backend("image"), to: { build: { context: ".", dockerFile: "x" } }, path: "systems.motel.services.backend.image.build.dockerFile", given: "not a known key", fix: /build\.dockerfile\?/ },
  { says: "a number for an image", change: backend("image"), to: 7, path: "systems.motel.services.backend.image", given: "7", fix: /image reference/ },
  { says: "an unpinned image of ours", change: ["stackbook:images", "redis"], to: "redis:7", path: "images.redis", given: '"redis:7"', fix: /redis:7@sha256/ },
  { says: "an image for nothing we run", change: ["stackbook:images", "mysql"], to: "mysql:8", path: "images.mysql", given: "not a known key", fix: /postgres, mongodb/ },
  { says: "no version outside dev", change: motel("version"), to: undefined, path: "systems.motel.version", given: "missing", fix: /name the version/ },
  { says: "the version `latest`", change: motel("version"), to: "latest", path: "systems.motel.version", given: '"latest"', fix: /name the version/ },
  { says: "a version that YAML made a fraction", change: motel("version"), to: 1.1, path: "systems.motel.version", given: "1.1", fix: /in quotes/ },
  { says: "a CORS origin for everybody", change: motel("corsOrigins"), to: ["*"], path: "systems.motel.corsOrigins[0]", given: '"*"', fix: /would let every site in/ },
  { says: "a CORS origin with a path", change: motel("corsOrigins"), to: ["https://a.example", "https://b.example/app"], path: "systems.motel.corsOrigins[1]", given: '"https://b.example/app"', fix: /use https:\/\/b\.example:/ },
  { says: "a CORS origin with its default port", change: motel("corsOrigins"), to: ["https://a.example:443"], path: "systems.motel.corsOrigins[0]", given: /443/, fix: /use https:\/\/a\.example:/ },
  { says: "a CORS origin without TLS outside dev", change: motel("corsOrigins"), to: ["http://a.example"], path: "systems.motel.corsOrigins[0]", given: '"http://a.example"', fix: /use https:\/\/a\.example/ },
  { says: "a CORS origin that is a bare name", change: motel("corsOrigins"), to: ["a.example"], path: "systems.motel.corsOrigins[0]", given: '"a.example"', fix: /scheme:\/\/host/ },
  { says: "no CORS origin at all", change: motel("corsOrigins"), to: [], path: "systems.motel.corsOrigins", given: "an empty list", fix: /list of origins/ },
  { says: "an unknown slot", change: motel("slot"), to: "c", path: "systems.motel.slot", given: '"c"', fix: /use a or b/ },
  { says: "Redis where there is none", change: ["stackbook:systems", "sms", "redis"], to: true, path: "systems.sms.redis", given: "true", fix: /sms has no Redis/ },
  { says: "no Redis where it is needed", change: ["stackbook:systems", "mps", "redis"], to: false, path: "systems.mps.redis", given: "false", fix: /sessions, rate limits/ },
  { says: "FETMS scaled out without Redis", change: ["stackbook:systems", "fetms", "redis"], to: false, path: "systems.fetms.redis", given: "false", fix: /2 backends share their sessions/ },
  { says: "a demo outside dev", change: ["stackbook:demo"], to: { seed: true }, path: "demo.seed", given: "true", fix: /a demo never touches prod/ },
  { says: "a migration that is a sentence", change: motel("migration"), to: { command: "npx prisma" }, path: "systems.motel.migration.command", given: '"npx prisma"', fix: /list of words/ },
  { says: "a migration without words", change: motel("migration"), to: { command: [] }, path: "systems.motel.migration.command", given: "an empty list", fix: /list of words/ },
  { says: "a setting that Stackbook makes", change: backend("settings"), to: { DATABASE_URL: "x" }, path: "systems.motel.services.backend.settings.DATABASE_URL", given: "set by Stackbook itself", fix: /its own|own database/ },
  { says: "a port of one's own", change: backend("settings"), to: { PORT: 1234 }, path: "systems.motel.services.backend.settings.PORT", given: "set by Stackbook itself", fix: /health check/ },
  { says: "CORS origins as a setting", change: backend("settings"), to: { CORS_ORIGIN: "https://x.example" }, path: "systems.motel.services.backend.settings.CORS_ORIGIN", given: "set by Stackbook itself", fix: /corsOrigins/ },
  { says: "a setting with a hyphen", change: backend("settings"), to: { "LOG-LEVEL": "x" }, path: "systems.motel.services.backend.settings.LOG-LEVEL", given: "not a possible name", fix: /letters, digits and _/ },
  { says: "a setting that is a map", change: backend("settings"), to: { LOG: { LEVEL: 1 } }, path: "systems.motel.services.backend.settings.LOG", given: "a map", fix: /use text/ },
  { says: "a tag in our own name", change: ["stackbook:tags"], to: { "stackbook.stack": "x" }, path: 'tags["stackbook.stack"]', given: "not a possible name", fix: /don't begin with stackbook/ },
  { says: "a list where a map belongs", change: ["stackbook:edge"], to: [], path: "edge", given: "an empty list", fix: /a map/ },
  { says: "text where a map belongs", change: ["stackbook:systems"], to: "motel, sms", path: "systems", given: "not a map", fix: /pulumi config set --path/ },
  { says: "nothing where a map belongs", change: ["stackbook:edge"], to: "", path: "edge", given: "empty", fix: /write it as a map/ },
  { says: "a system that is a number", change: motel(), to: 3, path: "systems.motel", given: "3", fix: /a map/ },
];

describe("a bad stack file is refused, with the key and the way out", () => {
  it("starts from a file without a problem", () => {
    assert.throws(() => failure(asPulumiGives(prod)), /the configuration was taken/);
  });

  for (const { says, change, to, path, given, fix, in: circumstances } of cases) {
    it(`refuses ${says}`, () => {
      const problem = onlyProblem(withValue(prod, change, to), circumstances);
      assert.equal(problem.path, path);
      if (typeof given === "string") assert.equal(problem.given, given);
      else assert.match(problem.given, given);
      assert.match(problem.fix, fix);
      assert.notEqual(problem.allowed, "");
    });
  }

  it("checks a system that is stopped as well", () => {
    const stopped = withValue(prod, motel("enabled"), false);
    assert.equal(onlyProblem(withValue(stopped, backend("replicas"), 0)).path, "systems.motel.services.backend.replicas");
    assert.equal(onlyProblem(withValue(stopped, backend("image"), undefined)).given, "missing");
  });

  it("wants both halves of a given certificate, and that they belong together", () => {
    const file = withValue(prod, ["stackbook:edge", "tls"], { kind: "given" });
    assert.deepEqual(problemsOf(file).map(({ path, given }) => [path, given]), [["edge:certificate", "missing"], ["edge:privateKey", "missing"]]);
    assert.equal(onlyProblem(file, { secrets: { "edge:certificate": certificate } }).path, "edge:privateKey");
    assert.equal(onlyProblem(file, { secrets: { "edge:certificate": certificate, "edge:privateKey": anotherKey() } }).given, "another certificate's key");
    assert.equal(onlyProblem(file, { secrets: { "edge:certificate": "not a certificate", "edge:privateKey": certificateKey } }).given, "not readable");
  });

  it("lets the catalogue set a lower limit to a service's replicas, and says why", () => {
    const raw = asPulumiGives(withValue(prod, backend("replicas"), 3));
    const { stack } = readStack(sortKeys(raw).stack);
    const secrets = readSecrets(raw, sortKeys(raw));
    const config = resolveStack("prod", "prod", stack, secrets);
    const alone: SystemSpec = { ...systems.motel, services: { ...systems.motel.services, backend: { ...systems.motel.services.backend, scale: { maxReplicas: 2, why: "It is shy" } } } };
    const limited = { ...config, systems: config.systems.map((system) => (system.spec.id === "motel" ? { ...system, spec: alone } : system)) };
    assert.deepEqual(checkStack({ raw: stack, config, secrets, environment: "prod", isBroken: () => false, isBrokenStore: () => false }), []);
    assert.deepEqual(
      checkStack({ raw: stack, config: limited, secrets, environment: "prod", isBroken: () => false, isBrokenStore: () => false }).map(({ path, given, fix }) => ({ path, given, fix })),
      [{ path: "systems.motel.services.backend.replicas", given: "3", fix: "use 1-2: It is shy" }],
    );
  });

  it("shows no tag and no setting, whatever is wrong with it", () => {
    assert.equal(onlyProblem(withValue(prod, ["stackbook:tags"], { note: "x".repeat(256) })).given, "not possible there");
    assert.equal(onlyProblem(withValue(prod, backend("settings"), { NOTE: "x".repeat(32_769) })).given, "not possible there");
  });

  it("says when a given certificate would go unused", () => {
    const problem = onlyProblem(prod, { secrets: { "edge:certificate": certificate } });
    assert.equal(problem.path, "edge:certificate");
    assert.match(problem.fix, /set edge\.tls to \{ kind: given \}/);
  });

  it("refuses names that reach into JavaScript", () => {
    for (const name of ["__proto__", "constructor", "prototype"]) {
      const values = { ...asPulumiGives(prod).values, "stackbook:tags": `{"${name}":{"polluted":true}}` };
      const { problems } = failure({ ...asPulumiGives(prod), values });
      assert.deepEqual(problems.map(({ path }) => path), [`tags.${name}`]);
      assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    }
    assert.equal(onlyProblem(withValue(prod, ["stackbook:constructor"], "x")).path, "constructor");
    assert.equal(onlyProblem(withValue(prod, ["constructor:x"], "x")).path, "constructor:x");
  });

  it("refuses what is nested without end", () => {
    const values = { ...asPulumiGives(prod).values, "stackbook:tags": `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}` };
    assert.equal(failure({ ...asPulumiGives(prod), values }).problems[0]?.given, "nested too deeply");
  });
});

describe("the message of a refused stack file", () => {
  const file = withValue(withValue(withValue(prod, backend("replicas"), 0), ["stackbook:edge", "httpPrt"], 80), ["stackbook:systems", "sms", "version"], "latest");

  it("has a line for every problem", () => {
    const lines = failure(asPulumiGives(file)).message.split("\n");
    assert.equal(lines[0], "Pulumi.prod.yaml has 3 problems; nothing was changed:");
    assert.ok(lines.includes("  systems.motel.services.backend.replicas is 0 in Pulumi.prod.yaml; use 1-50, or set systems.motel.enabled to false to stop it"));
    assert.equal(lines.length, 4);
  });

  it("reports rules between keys together with malformed keys", () => {
    const both = withValue(file, ["stackbook:edge", "httpsPort"], 80);
    assert.deepEqual(problemsOf(both).map(({ path }) => path).sort(), ["edge.httpPrt", "edge.httpsPort", "systems.motel.services.backend.replicas", "systems.sms.version"]);
  });

  it("reaches Pulumi without a stack trace", async () => {
    const { RunError } = await import("@pulumi/pulumi");
    assert.ok(RunError.isInstance(failure(asPulumiGives(file))));
  });
});
