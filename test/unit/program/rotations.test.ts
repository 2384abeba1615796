import assert from "node:assert/strict";
import { refusals } from "../../../components/rotation/guard";
import { all, build, container, find, labels, task } from "./build";
import { isSecret, recorded } from "./mocks";

const password = "random:index/randomPassword:RandomPassword";
const stopOlder = "pulumi-nodejs:dynamic/stackbook:StopOlder";

const environmentOf = (name: string): Record<string, string> => {
  const { env } = find(task, name).inputs;
  assert.ok(isSecret(env));
  return Object.fromEntries((env.value as string[]).map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
};
const settingsOf = (name: string): Record<string, string> => {
  const { envs } = find(container, name).inputs;
  const lines = (isSecret(envs) ? envs.value : envs) as string[];
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
};
const passwords = (): string[] => recorded.filter(({ type }) => type === password).map(({ name }) => name).sort();
const motel = (rotations: object, more: object = {}): Record<string, string> => ({ "stackbook:systems": JSON.stringify({ motel: { version: "1.0.0", rotations, ...more } }) });

describe("the program's counters of secrets", function () {
  this.timeout(60_000);

  describe("while nothing was exchanged", () => {
    before(() => build(all));

    it("makes the secrets that stacks have had since they were made, each under its name", () => {
      const stores = (id: string, ...more: string[]): string[] => ["databaseAdminPassword", "databasePassword", "loginPassword", "monitorPassword", ...more].map((name) => `${id}-${name}`);
      const before = [
        "backups-encryptionKey-1", "edge-operatorPassword", "grafana-adminPassword", "grafana-secretKey",
        ...stores("fetms", "jwtSecret"), ...stores("memo", "cachePassword", "jwtSecret"), ...stores("motel", "cachePassword", "jwtSecret"),
        ...stores("mps", "cachePassword", "jwtAccessSecret", "jwtRefreshSecret"), ...stores("sms", "backupEncryptionKey", "jwtSecret"),
      ];
      // Made since, for operators' passes.
      assert.deepEqual(passwords().filter((name) => name !== "edge-passKey"), before.sort());
      for (const { inputs, type } of recorded) if (type === password) assert.deepEqual(Object.keys(inputs).filter((key) => !["length", "special"].includes(key)), []);
    });

    it("tells no server, no container and no task of exchanges", () => {
      const names = ["ADMIN_PASSWORD", "ADMIN_USER", "DATABASE", "HOME", "MONITOR_PASSWORD", "MONITOR_USER", "ROLE", "ROLE_PASSWORD"];
      for (const id of ["mps", "fetms", "memo", "motel", "sms"]) {
        assert.deepEqual(Object.keys(environmentOf(`${id}-database-role`)), names, id);
        assert.equal(labels(find(container, `${id}-backend-a-0`))["stackbook.logins"], undefined, id);
      }
      assert.deepEqual(recorded.map(({ name }) => name).filter((name) => /-retired|-older|cache-password|^rotations$|grafana-password/.test(name)), []);
    });
  });

  it("gives an application its other login, and the server both", async () => {
    await build(motel({ databasePassword: 1, cachePassword: 1 }));
    const role = environmentOf("motel-database-role");
    assert.deepEqual([role["ROLE"], role["LOGIN"], role["ROLE_PASSWORD"]?.slice(0, 24)], ["motel_user", "motel_user_b", "motel-databasePassword-1"]);
    const settings = settingsOf("motel-backend-a-0");
    assert.match(settings["DATABASE_URL"] ?? "", /^postgresql:\/\/motel_user_b:motel-databasePassword-1/);
    assert.equal(settings["POSTGRES_USER"], "motel_user_b");
    assert.match(settings["REDIS_URL"] ?? "", /^redis:\/\/:motel-cachePassword-1/);
    assert.equal(labels(find(container, "motel-backend-a-0"))["stackbook.logins"], "database-1.cache-1");
    assert.equal(labels(find(container, "motel-frontend-a-0"))["stackbook.logins"], undefined, "it holds no login, so it needs no other one");
    const added = environmentOf("motel-cache-password");
    assert.match(`${added["PASSWORD"]} ${added["EARLIER"]}`, /^motel-cachePassword-1-x+ motel-cachePassword-x+$/);
  });

  it("goes back to the first login with the second exchange", async () => {
    await build(motel({ databasePassword: 2 }));
    assert.deepEqual([environmentOf("motel-database-role")["LOGIN"], environmentOf("motel-database-login-retired")["GOES"]], ["motel_user", "motel_user_b"]);
    assert.deepEqual(passwords().filter((name) => name.startsWith("motel-databasePassword")), ["motel-databasePassword-1", "motel-databasePassword-2"]);
  });

  it("leaves servers as they are, so that none is restarted", async () => {
    await build(motel({}));
    const before = ["motel-database", "motel-cache"].map((name) => JSON.stringify(find(container, name).inputs));
    await build(motel({ databasePassword: 3, databaseAdminPassword: 2, cachePassword: 2, monitorPassword: 1 }));
    assert.deepEqual(["motel-database", "motel-cache"].map((name) => JSON.stringify(find(container, name).inputs)), before);
  });

  it("ends old logins when what held them has stopped, each as often as it was exchanged", async () => {
    await build(motel({ databasePassword: 1, databaseAdminPassword: 2, cachePassword: 1 }));
    assert.deepEqual(find(stopOlder, "motel-older").inputs["present"], "database-1.cache-1");
    assert.deepEqual(find(stopOlder, "motel-older").inputs["labels"], ["stackbook.stack=dev", "stackbook.system=motel", "stackbook.service=backend", "stackbook.role=app"]);
    const order = recorded.map(({ name }) => name);
    for (const [first, then] of [["edge-routes", "motel-older"], ["motel-older", "motel-database-login-retired"], ["motel-older", "motel-database-admin-retired"], ["motel-older", "motel-cache-retired"]] as const) {
      assert.ok(order.indexOf(first) < order.indexOf(then), `${then} came before ${first}`);
    }
    const admin = find(task, "motel-database-admin-retired").inputs;
    assert.deepEqual([admin["onlyOnTriggers"], (admin["triggers"] as string[])[0]], [true, "2"]);
    assert.match(environmentOf("motel-database-admin-retired")["GOES_PASSWORDS"] ?? "", /^motel-databaseAdminPassword-1-x+ motel-databaseAdminPassword-x+$/);
  });

  it("waits with all of it while the system is halted", async () => {
    await build(motel({ databasePassword: 1, cachePassword: 1 }, { halted: { at: "2026-11-21T10:00:00Z", by: "ops@desk" } }));
    for (const [type, name] of [[stopOlder, "motel-older"], [task, "motel-database-role"], [task, "motel-cache-password"], [task, "motel-database-login-retired"], [task, "motel-cache-retired"]] as const) assert.equal(find(type, name).inputs["idle"], true, name);
  });

  it("exchanges what the monitoring and the operators open, Grafana by telling it", async () => {
    await build({ ...motel({ monitorPassword: 1 }), "stackbook:monitoring": JSON.stringify({ rotations: { grafana: 1 } }), "stackbook:edge": JSON.stringify({ rotations: { operator: 2 } }) });
    assert.match(settingsOf("motel-postgres-exporter")["DATA_SOURCE_PASS"] ?? "", /^motel-monitorPassword-1/);
    assert.match(environmentOf("motel-database-role")["MONITOR_PASSWORD"] ?? "", /^motel-monitorPassword-1/);
    assert.match(`${environmentOf("grafana-password")["PASSWORD"]} ${environmentOf("grafana-password")["EARLIER"]}`, /^grafana-adminPassword-1-x+ grafana-adminPassword-x+$/);
    assert.ok(passwords().includes("edge-operatorPassword-2"));
    assert.ok(!passwords().includes("edge-operatorPassword"));
  });

  it("says the login that opens, and no other, to who reads the credentials", async () => {
    const outputs = await build(motel({ databasePassword: 1, databaseAdminPassword: 1, cachePassword: 1 }));
    const credentials = JSON.stringify(outputs["credentials"]);
    for (const [name, value] of [["user", "motel_user_b"], ["password", "motel-databasePassword-1"], ["databaseAdminPassword", "motel-databaseAdminPassword-1"], ["cachePassword", "motel-cachePassword-1"]] as const) {
      assert.match(credentials, new RegExp(`"${name}":"${value}`));
    }
  });

  it("knows what may not be: a counter that goes down, or jumps", () => {
    const counters = (login: number | undefined): { counters: Record<string, number>; places: string[] } => ({ counters: login === undefined ? {} : { "systems.motel.rotations.login": login }, places: ["systems.motel.rotations"] });
    for (const [was, is] of [[1, 1], [1, 2], [undefined, 1]] as const) assert.deepEqual(refusals(counters(was), counters(is)), [], `${was} to ${is}`);
    for (const [was, is] of [[1, 3], [2, 1], [1, undefined], [undefined, 2]] as const) assert.equal(refusals(counters(was), counters(is)).length, 1, `${was} to ${is}`);
    assert.deepEqual(refusals({}, counters(7)), [], "a stack that is brought back on an empty machine");
    assert.deepEqual(refusals(counters(2), { counters: {}, places: ["systems.sms.rotations"] }), [], "a system that is gone altogether");
  });
});
