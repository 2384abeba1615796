import { strict as assert } from "node:assert";
import { commands } from "../../../reference-app/src/commands";
import { readBackend, readFrontend } from "../../../reference-app/src/settings";
import { systemIds, systems as apps } from "../../../reference-app/src/systems";
import { referenceApp } from "../../../systems/reference";
import { systems } from "../../../systems";
import type { SettingSource, SystemSpec } from "../../../systems/types";
import { startTestApp, type TestApp } from "./support";

/** What a platform would put into the environment, from the typed runbook alone. */
function environmentOf(spec: SystemSpec, service: "backend" | "frontend"): Record<string, string> {
  const value = (source: SettingSource): string => {
    switch (source.kind) {
      case "literal": return source.value;
      case "environment": return "production";
      case "port": return String(spec.services[service].port);
      case "databaseUrl": return spec.database.engine === "postgres" ? "postgresql://u:p@db/x" : "mongodb://u:p@db/x";
      case "databaseUser": case "databaseName": return "x";
      case "databasePassword": return "p";
      case "redisUrl": return "redis://:p@cache";
      case "secret": return "s".repeat(spec.secrets.find((secret) => secret.name === source.name)?.length ?? 0);
      case "corsOrigins": return `https://${spec.id}.example.org`;
      case "publicUrl": return `https://${spec.id}.example.org${source.path}`;
    }
  };
  const entries = Object.entries(spec.services[service].settings).map(([name, source]) => [name, value(source)] as const);
  return { ...Object.fromEntries(entries), REFERENCE_SYSTEM: spec.id, REFERENCE_ROLE: service };
}

describe("reference app: contract with systems/", () => {
  for (const id of systemIds) {
    const spec = systems[id];
    const app = apps[id];

    describe(id, () => {
      let running: TestApp;
      before(async () => { running = await startTestApp(id); await running.running.ready; });
      after(() => running.running.stop());

      it("starts on the settings that the runbook names and on nothing else", () => {
        const settings = readBackend(environmentOf(spec, "backend"));
        assert.equal(settings.port, spec.services.backend.port);
        assert.deepEqual(settings.corsOrigins, [`https://${id}.example.org`]);
        if (spec.redis) assert.equal(settings.redisUrl, "redis://:p@cache");
        if (spec.services.frontend.kind === "server") assert.equal(readFrontend(environmentOf(spec, "frontend")).port, spec.services.frontend.port);
      });

      it("has the runbook's title, engine and default ports", () => {
        assert.deepEqual([app.title, app.engine], [spec.title, spec.database.engine]);
        assert.deepEqual(app.ports, { backend: spec.services.backend.port, frontend: spec.services.frontend.port });
      });

      it("answers 200 on every health path", async () => {
        const { health } = spec.services.backend;
        assert.deepEqual(app.health, health);
        for (const path of Object.values(health)) assert.equal((await running.call("GET", path)).status, 200, path);
      });

      it("has every metric family that the runbook alerts on or shows", async () => {
        for (const endpoint of spec.services.backend.metrics) {
          const reply = await running.call("GET", endpoint.path);
          assert.equal(reply.status, 200, endpoint.path);
          if (endpoint.format === "json") assert.equal(reply.json["system"], id);
          for (const family of endpoint.families) assert.match(reply.text, new RegExp(`^# TYPE ${family} (counter|gauge|histogram)$`, "m"), family);
        }
      });

      it("serves what the edge sends to the backend", async () => {
        for (const path of spec.routes.filter((route) => route.service === "backend").map((route) => route.path)) {
          if (path === "/socket.io") assert.ok(app.sockets, "no sockets");
          else assert.notEqual((await running.call("GET", path === "/api" ? `/api/${app.showcase.table}` : path)).status, 404, path);
        }
      });

      it("keeps uploads and audit log where the runbook's volumes are", () => {
        assert.deepEqual(app.uploads.map((upload) => upload.folder), [...(spec.uploads?.folders ?? [])]);
        const settings = readBackend(environmentOf(spec, "backend"));
        if (spec.uploads) assert.equal(settings.uploadsDirectory, spec.uploads.path);
        if (spec.uploads) assert.equal(settings.maxUploadBytes, spec.maxBodyMiB * 1024 * 1024);
        assert.equal(settings.auditLogPath, spec.auditLog && `${spec.auditLog.path}/audit.log`);
      });

      it("leaves migrating to the migration step where the runbook has one", () => {
        assert.equal(app.migratesOnStart, spec.migration === undefined);
      });
    });
  }

  it("knows every command that systems/reference.ts names", () => {
    for (const [name, command] of Object.entries(referenceApp)) assert.deepEqual(command, ["node", "/app/server.js", name]);
    assert.deepEqual(Object.keys(commands).sort(), Object.keys(referenceApp).sort());
  });
});
