import assert from "node:assert/strict";
import { systemIds, systems } from "../../../systems";
import { certificate, certificateKey, committed, load, strongSecret, withValue } from "./fixtures";

const dev = { stack: "dev" };

describe("a stack without configuration", () => {
  it("runs motel with the reference app on dev, on ports that need no root", () => {
    const config = load({}, dev);
    assert.deepEqual(config.systems.map(({ spec }) => spec.id), ["motel"]);
    assert.equal(config.systems[0]?.version, "1.0.0");
    assert.deepEqual(config.systems[0].services.backend.image, { kind: "reference-app" });
    assert.deepEqual(config.edge, { httpPort: 8080, httpsPort: 8443, bindAddress: "127.0.0.1", tls: { kind: "self-signed" }, rateLimit: { requestsPerMinute: 1200 }, drainSeconds: 10, blocked: [], bypass: [] });
    assert.equal(config.domain, "localhost");
    assert.equal(config.environment, "dev");
    assert.equal(config.platform, "docker");
    assert.equal(Object.hasOwn(config, "host"), false);
  });

  it("protects data and shows no demo", () => {
    const config = load({}, dev);
    assert.equal(config.protectData, true);
    assert.deepEqual(config.demo, { seed: false, traffic: false });
  });

  it("answers cross-origin calls of the system's own address only, port included", () => {
    assert.deepEqual(load({}, dev).systems[0]?.corsOrigins, ["https://motel.localhost:8443"]);
  });
});

describe("the committed stack files", () => {
  for (const stack of ["staging", "prod"] as const) {
    it(`${stack} passes our own schema with all five systems`, () => {
      const config = load(committed(stack), { stack });
      assert.equal(config.environment, stack);
      assert.deepEqual(config.systems.map(({ spec }) => spec.id), [...systemIds]);
      assert.equal(config.edge.tls.kind, "acme");
      assert.equal(config.platform, "docker");
    });
  }

  it("prod goes over SSH to its engine, and staging to this machine's", () => {
    assert.equal(load(committed("prod")).host, "ssh://deploy@docker.example.org");
    assert.equal(Object.hasOwn(load(committed("staging"), { stack: "staging" }), "host"), false);
  });

  it("prod runs MPS's backend twice, and FETMS's too, with Redis for its sessions", () => {
    const config = load(committed("prod"));
    const of = (id: string) => config.systems.find(({ spec }) => spec.id === id) ?? assert.fail(id);
    assert.equal(of("mps").services.backend.replicas, 2);
    assert.equal(of("fetms").services.backend.replicas, 2);
    assert.equal(of("fetms").redis, true);
  });
});

describe("the stack file over the catalogue", () => {
  it("keeps the catalogue's values where the file is silent", () => {
    for (const id of systemIds) {
      const [system] = load({ "stackbook:systems": { [id]: {} } }, dev).systems;
      const spec = systems[id];
      assert.ok(system);
      assert.equal(system.spec, spec);
      for (const name of ["backend", "frontend"] as const) {
        assert.equal(system.services[name].replicas, spec.services[name].replicas);
        assert.equal(system.services[name].memoryMiB, spec.services[name].memoryMiB);
        assert.equal(system.services[name].cpus, spec.services[name].cpus);
      }
      assert.equal(system.maxBodyMiB, spec.maxBodyMiB);
      assert.equal(system.redis, spec.redis !== undefined && spec.redis.optional !== true);
      assert.equal(system.enabled, true);
      assert.equal(system.slot, "a");
    }
  });

  it("takes every value of the file", () => {
    const file = {
      "stackbook:environment": "staging",
      "stackbook:platform": "docker",
      "stackbook:host": "tcp://10.0.0.1:2376",
      "stackbook:domain": "example.net",
      "stackbook:contact": "Ada, 555-0100",
      "stackbook:tags": { team: "web", "cost-centre": 4711 },
      "stackbook:edge": { httpPort: 8000, httpsPort: 8400, bindAddress: "::1", tls: { kind: "self-signed" }, rateLimit: { requestsPerMinute: 7 }, drainSeconds: 3 },
      "stackbook:images": { redis: `mirror.example.net/redis:7@sha256:${"a".repeat(64)}` },
      "stackbook:demo": { seed: false },
      "stackbook:protectData": "false",
      "stackbook:systems": {
        fetms: {
          enabled: false,
          version: "2.0.0-rc.1",
          slot: "b",
          domain: "fetms.example.com",
          corsOrigins: ["https://www.example.com"],
          redis: true,
          rateLimit: { requestsPerMinute: 9 },
          maxBodyMiB: 11,
          services: {
            backend: { image: `fetms:2@sha256:${"b".repeat(64)}`, replicas: 3, memoryMiB: 640, cpus: 1.5, settings: { LOG_LEVEL: "debug", PAGE_SIZE: 50, BETA: true } },
            frontend: { image: { build: { context: "../fetms", dockerfile: "Dockerfile.web", args: { NODE_VERSION: 20 } } } },
          },
          migration: { command: ["./migrate"], irreversible: "true" },
          backups: { at: "03:00", everyHours: 12, kept: { dailyDays: 30 } },
        },
      },
    };
    const config = load(file, { stack: "review-17" });
    assert.equal(config.stack, "review-17");
    assert.equal(config.environment, "staging");
    assert.equal(config.host, "tcp://10.0.0.1:2376");
    assert.equal(config.contact, "Ada, 555-0100");
    assert.deepEqual(config.tags, { team: "web", "cost-centre": "4711" });
    assert.deepEqual(config.edge, { httpPort: 8000, httpsPort: 8400, bindAddress: "::1", tls: { kind: "self-signed" }, rateLimit: { requestsPerMinute: 7 }, drainSeconds: 3, blocked: [], bypass: [] });
    assert.deepEqual(config.images, { redis: `mirror.example.net/redis:7@sha256:${"a".repeat(64)}` });
    assert.equal(config.protectData, false);
    assert.deepEqual(config.systems, [
      {
        spec: systems.fetms,
        enabled: false,
        version: "2.0.0-rc.1",
        slot: "b",
        domain: "fetms.example.com",
        corsOrigins: ["https://www.example.com"],
        redis: true,
        rateLimit: { requestsPerMinute: 9 },
        maxBodyMiB: 11,
        services: {
          backend: { image: { kind: "registry", reference: `fetms:2@sha256:${"b".repeat(64)}` }, replicas: 3, memoryMiB: 640, cpus: 1.5, settings: { LOG_LEVEL: "debug", PAGE_SIZE: "50", BETA: "true" } },
          frontend: { image: { kind: "build", context: "../fetms", dockerfile: "Dockerfile.web", args: { NODE_VERSION: "20" } }, replicas: 1, memoryMiB: 128, cpus: 0.5, settings: {} },
        },
        migration: { command: ["./migrate"], irreversible: true },
        backups: {
          at: "03:00",
          everyHours: 12,
          retention: { daily: { days: 30 }, weekly: { days: 28 }, monthly: { days: 92 }, deploy: { days: 90 }, safety: { days: 7 } },
          drillChecks: [],
        },
        contacts: {},
        smoke: systems.fetms.smoke,
        maintenance: [],
        givenSecrets: {},
      },
    ]);
  });

  it("takes numbers, and true and false, written as text by `pulumi config set`", () => {
    const config = load(
      {
        "stackbook:edge": { httpPort: "8081", drainSeconds: "7" },
        "stackbook:protectData": "true",
        "stackbook:demo": { seed: "true", traffic: "false" },
        "stackbook:systems": { motel: { enabled: "false", version: 2, services: { backend: { replicas: "2", cpus: "0.5" } } } },
      },
      dev,
    );
    assert.equal(config.edge.httpPort, 8081);
    assert.equal(config.edge.drainSeconds, 7);
    assert.deepEqual(config.demo, { seed: true, traffic: false });
    assert.equal(config.systems[0]?.enabled, false);
    assert.equal(config.systems[0].version, "2");
    assert.equal(config.systems[0].services.backend.replicas, 2);
    assert.equal(config.systems[0].services.backend.cpus, 0.5);
  });

  it("takes the reference app by its name, and any tagged image, on dev", () => {
    const [motel] = load({ "stackbook:systems": { motel: { services: { backend: { image: "reference-app" }, frontend: { image: "localhost:5000/motel:work" } } } } }, dev).systems;
    assert.deepEqual(motel?.services.backend.image, { kind: "reference-app" });
    assert.deepEqual(motel.services.frontend.image, { kind: "registry", reference: "localhost:5000/motel:work" });
  });

  it("lists systems in the catalogue's order, whatever the file's", () => {
    const config = load({ "stackbook:systems": { sms: {}, motel: {}, mps: null } }, dev);
    assert.deepEqual(config.systems.map(({ spec }) => spec.id), ["mps", "motel", "sms"]);
  });

  it("runs nothing where the file names no system on purpose", () => {
    assert.deepEqual(load({ "stackbook:systems": {} }, dev).systems, []);
  });

  it("names each system's host after the stack's domain", () => {
    const config = load(committed("prod"));
    assert.deepEqual(config.systems.map(({ domain }) => domain), systemIds.map((id) => `${id}.example.org`));
    assert.deepEqual(config.systems[0]?.corsOrigins, ["https://mps.example.org"]);
  });

  it("gives a system the edge's rate limit where it has none", () => {
    const config = load({ "stackbook:edge": { rateLimit: { requestsPerMinute: 60 } }, "stackbook:systems": { motel: {}, sms: { rateLimit: { requestsPerMinute: 30 } } } }, dev);
    assert.deepEqual(config.systems.map(({ rateLimit }) => rateLimit.requestsPerMinute), [60, 30]);
  });

  it("starts FETMS's Redis as soon as its backend is scaled out, or when asked to", () => {
    const redis = (fetms: object) => load({ "stackbook:systems": { fetms } }, dev).systems[0]?.redis;
    assert.equal(redis({}), false);
    assert.equal(redis({ services: { backend: { replicas: 2 } } }), true);
    assert.equal(redis({ redis: true }), true);
    assert.equal(redis({ services: { frontend: { replicas: 2 } } }), false);
  });

  it("migrates by the catalogue's command, the file's, the reference app's, or not at all", () => {
    const image = `motel:1@sha256:${"c".repeat(64)}`;
    const migration = (motel: object) => load({ "stackbook:systems": { motel } }, dev).systems[0]?.migration?.command;
    assert.deepEqual(migration({ services: { backend: { image } } }), ["npx", "prisma", "migrate", "deploy"]);
    assert.deepEqual(migration({ migration: { command: ["./up"] } }), ["./up"]);
    assert.deepEqual(migration({}), ["node", "/app/server.js", "migrate"]);
    assert.equal(migration({ migration: false }), undefined);
    assert.equal(migration({ migration: "false" }), undefined);
  });

  it("lets a file replace the settings that follow from nothing", () => {
    const settings = { JWT_EXPIRES_IN: "2h", NODE_ENV: "test", TOKEN_TTL: "15m" };
    assert.deepEqual(load({ "stackbook:systems": { motel: { services: { backend: { settings } } } } }, dev).systems[0]?.services.backend.settings, settings);
  });
});

describe("what a stack file leaves to secrets", () => {
  it("is a name, never a value", () => {
    const config = load({}, { stack: "dev", secrets: { "motel:jwtSecret": strongSecret, "motel:SMTP_PASSWORD": "s3cr3t!" } });
    assert.deepEqual(config.systems[0]?.givenSecrets, { jwtSecret: { namespace: "motel", key: "jwtSecret" } });
    assert.deepEqual(config.systems[0].secretSettings, { SMTP_PASSWORD: { namespace: "motel", key: "SMTP_PASSWORD" } });
    assert.ok(!JSON.stringify(config).includes(strongSecret) && !JSON.stringify(config).includes("s3cr3t!"));
  });

  it("includes a given certificate", () => {
    const secrets = { "edge:certificate": certificate, "edge:privateKey": certificateKey };
    assert.deepEqual(load({ "stackbook:edge": { tls: { kind: "given" } } }, { stack: "dev", secrets }).edge.tls, {
      kind: "given",
      certificate: { namespace: "edge", key: "certificate" },
      privateKey: { namespace: "edge", key: "privateKey" },
    });
  });

  it("passes what belongs to Pulumi and its providers", () => {
    assert.doesNotThrow(() => load({ "pulumi:tags": { a: "b" }, "docker:host": "x", "aws:region": "eu-west-1", "kubernetes:context": "x", "random:x": "y" }, dev));
  });
});

describe("one change to a good file", () => {
  it("is still good", () => {
    const file = withValue(committed("prod"), ["stackbook:systems", "motel", "version"], "1.4.3");
    assert.equal(load(file).systems.find(({ spec }) => spec.id === "motel")?.version, "1.4.3");
  });
});
