import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { systemIds, systems, type ServiceSpec, type SystemId, type SystemSpec } from "../../../systems";
import { referenceApp } from "../../../systems/reference";
import { table, type Cells } from "./s-table";

const given = <T>(cell: T | null): cell is T => cell !== null;

describe("the catalogue says what the runbooks say", () => {
  it("has the five systems, in one order", () => {
    assert.deepEqual(Object.keys(systems), [...systemIds]);
    assert.deepEqual(Object.keys(systems).sort(), Object.keys(table).sort());
  });

  for (const [id, cells] of Object.entries(table) as [SystemId, Cells][]) {
    describe(id, () => cellTests(systems[id], cells));
  }
});

function cellTests(spec: SystemSpec, cells: Cells): void {
  const { backend, frontend } = spec.services;

  it("names itself and its runbook", () => {
    assert.equal(systems[spec.id], spec);
    assert.equal(spec.runbook, `${spec.id}.md`);
  });

  it("runs its backend on the runbook's framework and port", () => {
    assert.match(backend.framework, cells.backend.framework);
    if (given(cells.backend.port)) assert.equal(backend.port, cells.backend.port);
  });

  it("answers for its health where the runbook looks", () => {
    if (given(cells.health.path)) assert.equal(backend.health.path, cells.health.path);
    assert.equal(backend.health.live, cells.health.live);
    assert.equal(backend.health.ready, cells.health.ready);
  });

  it("publishes the runbook's metrics", () => {
    if (given(cells.metricsPaths)) assert.deepEqual(backend.metrics.map(({ path }) => path), cells.metricsPaths);
    const families = backend.metrics.flatMap((endpoint) => endpoint.families);
    for (const name of cells.metrics) assert.ok(families.some((family) => name.test(family)), `${String(name)} is not among ${families.join(", ")}`);
  });

  it("has the runbook's frontend", () => {
    assert.match(frontend.framework, cells.frontend.framework);
    assert.equal(frontend.kind, cells.frontend.kind);
    if (given(cells.frontend.port)) assert.equal(frontend.port, cells.frontend.port);
  });

  it("has the runbook's database and role", () => {
    assert.equal(spec.database.engine, cells.database.engine);
    assert.equal(spec.database.name, cells.database.name);
    assert.equal(spec.database.replicaSet ?? false, cells.database.replicaSet);
    if (given(cells.database.version)) assert.equal(spec.database.version, cells.database.version);
    if (given(cells.database.role)) assert.equal(spec.database.role, cells.database.role);
  });

  it("uses Redis as the runbook does", () => {
    if (!given(cells.redis)) {
      assert.equal(spec.redis, undefined);
      return;
    }
    assert.ok(spec.redis);
    assert.equal(spec.redis.version, cells.redis.version);
    assert.equal(spec.redis.appendOnly, cells.redis.appendOnly);
    assert.equal(spec.redis.optional ?? false, cells.redis.optional);
    for (const use of cells.redis.uses) assert.ok(spec.redis.uses.includes(use));
  });

  it("keeps uploads and audit log where the runbook has them", () => {
    assert.equal(spec.auditLog !== undefined, cells.auditLog);
    if (!given(cells.uploads)) {
      assert.equal(spec.uploads, undefined);
      return;
    }
    assert.deepEqual(spec.uploads?.folders, cells.uploads.folders);
    assert.equal(spec.maxBodyMiB, cells.uploads.maxMiB);
  });

  it("sets what the runbook sets", () => {
    for (const name of cells.settings) assert.ok(Object.hasOwn(backend.settings, name), `backend lacks ${name}`);
    for (const name of cells.frontendSettings) assert.ok(Object.hasOwn(frontend.settings, name), `frontend lacks ${name}`);
    for (const name of cells.secrets) assert.ok(spec.secrets.some((secret) => secret.name === name), `no secret ${name}`);
  });

  it("routes what the runbook routes", () => {
    for (const [path, service] of Object.entries(cells.routes)) assert.equal(spec.routes.find((route) => route.path === path)?.service, service, path);
  });

  it("migrates as the runbook does", () => {
    if (!given(cells.migration)) {
      assert.equal(spec.migration, undefined);
      return;
    }
    assert.ok(spec.migration);
    assert.match(spec.migration.command.join(" "), cells.migration.command);
    assert.equal(spec.migration.stagingFirst, cells.migration.stagingFirst);
    assert.equal(spec.migration.backupBefore, cells.migration.backupBefore);
  });

  it("starts with the runbook's size, and can grow", () => {
    if (given(cells.backendMemoryMiB)) assert.equal(backend.memoryMiB, cells.backendMemoryMiB);
    assert.equal(backend.replicas, cells.backendReplicas);
    assert.equal(backend.scale.maxReplicas > 1, cells.scalesOut);
  });
}

describe("the catalogue holds together", () => {
  it("gives Motel's Socket.io an upgrade and one server per client, and nothing else either", () => {
    const special = systemIds.flatMap((id) => systems[id].routes.filter(({ websocket, sticky }) => websocket === true || sticky === true).map((route) => ({ id, ...route })));
    assert.deepEqual(special, [{ id: "motel", path: "/socket.io", service: "backend", websocket: true, sticky: true }]);
  });

  it("lets FETMS's static files be cached, and no page of a server", () => {
    const cached = systemIds.flatMap((id) => systems[id].routes.filter(({ cache }) => cache === true).map(({ service }) => systems[id].services[service].kind));
    assert.deepEqual(cached, ["static"]);
  });

  it("takes JWT secrets of no less than 64 characters", () => {
    const jwt = systemIds.flatMap((id) => systems[id].secrets.filter(({ name }) => name.startsWith("jwt")));
    assert.equal(jwt.length, 6);
    for (const { length, minLength } of jwt) assert.ok(minLength >= 64 && length >= minLength);
  });

  it("marks the addresses that are baked into an image", () => {
    const baked = systemIds.flatMap((id) => Object.entries(systems[id].services.frontend.settings).filter(([, source]) => source.kind === "publicUrl" && source.buildTime === true).map(([name]) => name));
    assert.deepEqual(baked, ["VITE_API_BASE_URL", "NEXT_PUBLIC_API_URL", "NEXT_PUBLIC_WS_URL"]);
  });

  it("sets JWT_EXPIRES_IN to the runbook's day", () => {
    assert.deepEqual(systems.motel.services.backend.settings["JWT_EXPIRES_IN"], { kind: "literal", value: "1d" });
  });

  for (const id of systemIds) {
    const spec = systems[id];
    it(`uses every secret of ${id}, and no other`, () => {
      const used = settingsOf(spec).flatMap((source) => (source.kind === "secret" ? [source.name] : []));
      assert.deepEqual([...used].sort(), spec.secrets.map(({ name }) => name).sort());
    });

    it(`gives ${id} an address of Redis only where it has one`, () => {
      assert.equal(settingsOf(spec).some(({ kind }) => kind === "redisUrl"), spec.redis !== undefined);
    });

    it(`lets no frontend of ${id} near the database or a secret`, () => {
      const kinds = Object.values(spec.services.frontend.settings).map(({ kind }) => kind);
      assert.deepEqual(kinds.filter((kind) => kind.startsWith("database") || kind === "secret" || kind === "redisUrl"), []);
    });

    it(`never runs ${id} as its database's superuser`, () => {
      assert.doesNotMatch(spec.database.role, /^(postgres|root|admin)$/);
    });

    it(`reaches the health of ${id} through the edge`, () => {
      const route = spec.routes.filter(({ path }) => path === "/" || spec.services.backend.health.path.startsWith(path)).sort((a, b) => b.path.length - a.path.length)[0];
      assert.equal(route?.service, "backend");
    });

    it(`keeps the metrics of ${id} off the edge`, () => {
      for (const { path } of spec.services.backend.metrics) {
        assert.deepEqual(spec.routes.filter((route) => route.service === "backend" && path.startsWith(route.path)), []);
      }
    });

    it(`states limits for every service of ${id}`, () => {
      for (const service of [spec.services.backend, spec.services.frontend] satisfies ServiceSpec[]) {
        assert.ok(service.memoryMiB >= 64 && service.cpus > 0 && service.replicas >= 1 && service.replicas <= service.scale.maxReplicas);
        assert.notEqual(service.scale.why, "");
        assert.ok(service.port > 1024, "a port that needs no root");
      }
    });
  }

  it("knows the reference app's commands", () => {
    for (const [name, command] of Object.entries(referenceApp)) assert.deepEqual(command, ["node", "/app/server.js", name]);
  });
});

describe("the door of systems/", () => {
  it("lets nothing in but its own files", () => {
    const folder = join(__dirname, "../../../systems");
    for (const file of readdirSync(folder)) {
      const imports = [...readFileSync(join(folder, file), "utf8").matchAll(/from "([^"]+)"/g)].map((match) => match[1] ?? "");
      assert.deepEqual(imports.filter((name) => !name.startsWith("./")), [], file);
    }
  });
});

function settingsOf(spec: SystemSpec) {
  return [...Object.values(spec.services.backend.settings), ...Object.values(spec.services.frontend.settings)];
}
