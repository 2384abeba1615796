import assert from "node:assert/strict";
import { all, build, container, find, labels, task } from "./build";
import { asResource, textOf, violationsOf } from "../../support/policies";
import { isSecret, recorded, type Recorded } from "./mocks";

/** With its passwords, so all of it is secret. */
function roleEnvironment(system: string): string[] {
  const { env } = find(task, `${system}-database-role`).inputs;
  assert.ok(isSecret(env));
  return env.value as string[];
}

describe("the program", function () {
  // Each run of the program takes a second or two on an idle machine, and a busy one is no fault of it.
  this.timeout(60_000);

  describe("with all five systems", () => {
    before(() => build(all));

    const containers = (): Recorded[] => recorded.filter(({ type }) => type === container);

    it("gives every container a user, limits, a read-only root and no capability", () => {
      assert.ok(containers().length > 20);
      for (const made of containers()) {
        const { name, inputs } = made;
        assert.match(String(inputs["user"]), labels(made)["stackbook.role"] === "collector" ? /^0:1000$/ : /^[1-9]\d*:[1-9]\d*$/, name);
        assert.ok(Number(inputs["memory"]) > 0 && Number(inputs["cpus"]) > 0, name);
        assert.equal(inputs["memorySwap"], inputs["memory"], name);
        assert.equal(inputs["readOnly"], true, name);
        assert.deepEqual(inputs["capabilities"], { drops: ["ALL"] }, name);
        assert.deepEqual(inputs["securityOpts"], ["no-new-privileges:true"], name);
        assert.deepEqual(inputs["logOpts"], { "max-size": "10m", "max-file": "5", labels: "stackbook.stack,stackbook.system,stackbook.service,stackbook.role" }, name);
        assert.equal(inputs["restart"], "unless-stopped", name);
      }
    });

    it("breaks none of the policies", () => {
      const mandatory = violationsOf(recorded.map(asResource), "dev").filter(({ level }) => level === "mandatory");
      assert.deepEqual(mandatory.map(textOf), []);
    });

    it("publishes ports of the edge and of nothing else", () =>
      assert.deepEqual(
        containers().filter(({ inputs }) => (inputs["ports"] as unknown[]).length > 0).map(({ name }) => name),
        ["edge"],
      ));

    it("lets only a system's backend, its store and its own helpers into a store's network", () => {
      for (const { name, inputs } of containers()) {
        for (const { name: network } of inputs["networksAdvanced"] as { name: string }[]) {
          const place = /^([a-z]+)-(database|cache)-/.exec(network);
          if (place === null) continue;
          const role = labels(find(container, name))["stackbook.role"];
          assert.equal(labels(find(container, name))["stackbook.system"], place[1], `${name} is in ${network}`);
          assert.ok(role === place[2] || role === "monitoring" || role === "backup" || name.includes("-backend-"), `${name} is in ${network}`);
        }
      }
    });

    it("keeps store networks without a way out", () => {
      for (const { name, type, inputs } of recorded) {
        if (type === "docker:index/network:Network") assert.equal(inputs["internal"], /-(database|cache)$/.test(name), name);
      }
    });

    it("runs MPS's backend twice", () => {
      find(container, "mps-backend-a-0");
      find(container, "mps-backend-a-1");
    });

    it("counts PostgreSQL's statements, and has slow ones recorded where a runbook says what is slow", () => {
      const command = (system: string): string => (find(container, `${system}-database`).inputs["command"] as string[]).join(" ");
      for (const system of ["memo", "motel", "sms"]) assert.match(command(system), /^postgres -c shared_preload_libraries=pg_stat_statements /);
      assert.match(command("sms"), /-c log_min_duration_statement=5000ms/);
      assert.doesNotMatch(command("motel"), /log_min_duration_statement/);
      assert.equal(command("fetms"), "mongod --profile 1 --slowms 100");
      assert.equal(command("mps"), "mongod");
    });

    it("makes a login for the monitoring in every database, with a password of its own", () => {
      for (const system of ["mps", "fetms", "memo", "motel", "sms"]) {
        const env = roleEnvironment(system);
        assert.ok(env.includes("MONITOR_USER=stackbook_monitor"), system);
        const password = env.find((entry) => entry.startsWith("MONITOR_PASSWORD="))?.split("=")[1] ?? "";
        assert.match(password, new RegExp(`^${system}-monitorPassword-`));
      }
    });

    it("limits Motel Manager's backend to 1 GiB", () => assert.equal(find(container, "motel-backend-a-0").inputs["memory"], 1024));

    it("turns on the append-only file of Motel Manager's Redis", () =>
      assert.match(String(find(container, "motel-cache").inputs["command"]), /--appendonly yes/));

    it("routes each system by its own host name, sockets of Motel Manager with upgrade", () => {
      const text = JSON.stringify(find(task, "edge-routes").inputs["env"]);
      for (const id of ["mps", "fetms", "memo", "motel", "sms"]) assert.ok(text.includes(`${id}.localhost`), id);
      assert.ok(text.includes("/socket.io"));
    });

    it("migrates before the backend starts, with the backend's own image and settings", () => {
      const migration = find(task, "motel-migration-a").inputs;
      const backend = find(container, "motel-backend-a-0").inputs;
      assert.equal(migration["image"], backend["image"]);
      assert.deepEqual(migration["env"], backend["envs"]);
    });

    it("names the same inputs in every run", async () => {
      // What waits for the same thing is asked for in any order.
      // The ledger's facts say who runs it and from which text; what makes a release another one is its fingerprint.
      const inputs = (): Map<string, string> => new Map(recorded.map(({ type, name, inputs: { facts: _facts, ...given } }) => [`${type} ${name}`, JSON.stringify(given)]));
      const first = inputs();
      await build(all);
      const second = inputs();
      assert.deepEqual([...second.keys()].sort(), [...first.keys()].sort());
      for (const [name, given] of first) assert.ok(second.get(name) === given, name);
    });
  });

  it("runs motel on an empty dev stack", async () => {
    await build({});
    assert.ok(recorded.some(({ name }) => name === "motel-backend-a-0"));
    assert.ok(!recorded.some(({ name }) => name.startsWith("sms-")));
  });

  it("keeps a stopped system's volumes and passwords, and nothing that runs", async () => {
    await build({ "stackbook:systems": JSON.stringify({ motel: { version: "1.0.0", enabled: false }, sms: { version: "1.0.0" } }) });
    const motel = recorded.filter(({ name }) => name.startsWith("motel-"));
    assert.deepEqual([...new Set(motel.map(({ type }) => type))].sort(), ["docker:index/volume:Volume", "random:index/randomPassword:RandomPassword"]);
    await build({ "stackbook:systems": JSON.stringify({ motel: { version: "1.0.0" }, sms: { version: "1.0.0" } }) });
    const names = new Set(recorded.map(({ type, name }) => `${type} ${name}`));
    for (const { type, name } of motel) assert.ok(names.has(`${type} ${name}`), `${name} has another name when it runs`);
  });

  it("makes no login for a monitoring that is turned off", async () => {
    await build({ "stackbook:monitoring": JSON.stringify({ enabled: false }) });
    assert.ok(!recorded.some(({ name }) => name.includes("monitorPassword")));
    assert.ok(!roleEnvironment("motel").some((entry) => entry.startsWith("MONITOR_PASSWORD=")));
  });

  it("puts no secret into outputs that aren't secret, command lines or labels", async () => {
    const outputs = await build(all);
    const { credentials: _secret, recovery: _too, ...plain } = outputs;
    const shown = JSON.stringify(plain) + recorded.map(({ inputs }) => JSON.stringify([inputs["command"], inputs["labels"]])).join();
    for (const { name, type, inputs } of recorded) {
      if (type === "random:index/randomPassword:RandomPassword") assert.ok(!shown.includes(`${name}-`.padEnd(Number(inputs["length"]), "x")), name);
    }
  });
});
